"""Whether a record is the whole of a run: a little aside it must give what the code itself gives.

Where it does not, or the floats are too coarse to tell, the record is made a second time. At the
same point, what differs is time or identity. A little aside, the first record evaluated at the
second point must give what the second does; else a value has left it, and is a constant there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

import flint
import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.balls import Balls, numbers, to_balls
from backproof.exact.evaluate import over_balls, over_floats
from backproof.exact.place import Place
from backproof.exact.precision import FLOAT64
from backproof.exact.record import Step
from backproof.programs.alike import changed, pairs, targets_of, unlike
from backproof.programs.aside import aside, scales
from backproof.programs.remembered import outputs_differ, remembered, unused
from backproof.programs.run import CannotFollow, Run, Tensors
from backproof.verdict.decisions import BITS, FARTHER, LOST

Record = Callable[[Tensors], Run]
Plain = Callable[[Tensors], tuple[Mapping[str, Any], Mapping[str, Any]] | None]
"""The code itself at some tensors: outputs and gradients by name, None where it gives none."""
OTHER = "the code takes other steps at every point nearby"
KEPT = "what is computed at points nearby is a value here that was kept of another call"


@dataclass(frozen=True, slots=True)
class Loss:
    """What a record has lost.

    what: in words. place: of the constant in which it shows. share: how much of the change from one
    point to another the record misses. harmless: whether a verdict may rest on the record all the
    same, because there is only less evidence that it is complete.
    """

    what: str
    place: Place | None = None
    share: float = inf
    harmless: bool = False

    def __str__(self) -> str:
        return f"{self.what} ({self.place})" if self.place else self.what


def incomplete(
    run: Run, record: Record, tensors: Tensors, seed: int = 0, plain: Plain | None = None
) -> Loss | None:
    """What the record of a run at tensors has lost; None for nothing.

    record: makes it again, at other tensors. plain: the code itself there, which takes less time.
    """
    formats = {n: x.precision or FLOAT64 for n, x in run.inputs.items()}
    far = partial(aside, tensors, formats, seed=seed)
    beside = far(scale=scales(formats)[0])
    if plain is not None and set(formats.values()) == {FLOAT64} and _is_whole(run, plain, beside):
        return _unseen(run, record, tensors, far)
    other, apart = None, 0.0
    for k, scale in enumerate(scales(formats)):
        try:
            other, apart = record(aside(tensors, formats, scale, seed + k)), scale
        except CannotFollow:
            continue
        if unlike(run, other) is None:
            lost = _lost(run, other)
            if lost is None:
                return _unseen(run, record, tensors, far)
            return _changing(run, record(tensors)) or lost
    there = [] if other is None else ancestors(targets_of(other))
    if (kept := remembered(ancestors(targets_of(run)), there, apart)) is not None:
        return Loss(KEPT, kept.place)
    unseen = _unseen(run, record, tensors, far)
    return unseen or _changing(run, record(tensors)) or Loss(OTHER, share=0.0, harmless=True)


def _is_whole(run: Run, plain: Plain, there: Tensors) -> bool:
    """Whether a record, its decisions made afresh, gives elsewhere what the code itself does."""
    told = plain(there)
    if told is None:
        return False
    claimed = {n: c for n, c in run.claimed.items() if c is not None}
    steps = [*run.outputs.values(), *claimed.values()]
    own = [*map(told[0].get, run.outputs), *map(told[1].get, claimed)]
    try:
        found = over_floats(steps, there, afresh=True)
        return all(map(_gives, steps, found, own))
    except (ArithmeticError, TypeError, ValueError):  # the code takes other steps there
        return False


def _gives(step: Step, there: Any, own: Any) -> bool:
    """Whether a step's floats elsewhere are the code's own, beside how far they have moved."""
    moved, missed = np.abs(there - step.value), np.abs(there - np.reshape(own, step.shape))
    return bool(missed.max(initial=0.0) <= LOST * moved.max(initial=0.0))


def _unseen(run: Run, record: Record, tensors: Tensors, far: Callable[..., Tensors]) -> Loss | None:
    """Inputs that change an output though no step of the record leads to it from them; far: makes
    other points. A number in a short format may be the same a little aside.
    """
    names = [n for n in unused(run) if n in tensors]
    for scale in FARTHER if names else ():
        try:
            there = far(scale=scale)
            moved = record({**tensors, **{n: there[n] for n in names}})
        except CannotFollow:
            continue
        if outputs_differ(run, moved):
            said = f"the output changes with {' and '.join(names)}, by no step of the record"
            return Loss(said)
    return None


def _changing(run: Run, again: Run) -> Loss | None:
    """What is another at every run at the same point: time, identity, chance."""
    if (apart := unlike(run, again)) is not None:
        return Loss(f"a second run at the same point differs: {_named(apart)}", apart.place)
    first = next(changed(run, again), None)
    if first is not None and _matters(run, again):
        return Loss("a number is another at every run", first[0].place)
    return None


def _lost(run: Run, aside: Run) -> Loss | None:
    lost = list(changed(run, aside))
    if not lost:
        return None
    share = _share(run, aside)
    if share <= LOST:
        return None
    first, other = lost[0]
    left = [
        x
        for x in run.record.escapes
        if x.place and first.place and x.place.line == first.place.line
    ]
    what = f"a value leaves the record ({left[0].what})" if left else "a value leaves the record"
    return Loss(
        f"{what}: {_number(first)} at one point, {_number(other)} at another", first.place, share
    )


def _matters(run: Run, again: Run) -> bool:
    """Whether what differs from run to run shows in a value."""
    ends = zip(targets_of(run), targets_of(again), strict=False)
    return any(not np.array_equal(x.value, y.value, equal_nan=x.is_float) for x, y in ends)


def _share(run: Run, aside: Run) -> float:
    """|first record - second| / |the first one's change|, both at the second point, in balls."""
    beside = list(pairs(run, aside))
    given = [(x, y) for x, y in beside if x.primitive.name == "input"]
    at = {x.settings["name"]: to_balls(y.value) for x, y in given}
    decided = {x.number: to_balls(y.value) for x, y in beside if x.primitive.decides and x.is_float}
    targets = targets_of(run)
    there = over_balls(targets, BITS, at, decided)
    second, here = over_balls(targets_of(aside), BITS), over_balls(targets, BITS)
    shares = [_part(a, b, c) for a, b, c in zip(there, second, here, strict=True)]
    return max(shares, default=0.0)


def _part(there: Balls, second: Balls, here: Balls) -> float:
    with flint.ctx.workprec(BITS):
        missed, change = _largest(there, second), _largest(there, here)
    return missed / change if change > 0 else inf if missed > 0 else 0.0


def _largest(a: Balls, b: Balls) -> float:
    """The largest distance of elements that are finite."""
    pairs = zip(numbers(a), numbers(b), strict=True)
    return max((float(abs(x - y).mid()) for x, y in pairs if _finite(x, y)), default=0.0)


def _finite(x: Any, y: Any) -> bool:
    return bool(x.is_finite() and y.is_finite())


def _named(step: Step) -> str:
    return f"step {step.number}, {step.primitive.name}"


def _number(step: Step) -> str:
    return f"{step.value.item():.6g}" if step.size == 1 else f"an array of shape {step.shape}"
