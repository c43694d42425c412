"""A record's values over balls, at any number of bits, with nobody's code run again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import flint
import numpy as np

from backproof.exact.ancestry import ancestors, is_of_floats, reads_of, same
from backproof.exact.balls import Balls, midpoints, to_balls
from backproof.exact.precision import Floats
from backproof.exact.primitive import NUMBER
from backproof.exact.primitives.moves import positions_of
from backproof.exact.record import Step
from backproof.verdict.decisions import BITS


def over_balls(
    targets: Sequence[Step],
    bits: int = BITS,
    at: Mapping[str, Balls] | None = None,
    decided: Mapping[int, Any] | None = None,
    afresh: bool = False,
    least: flint.arb | None = None,
    kept: dict[int, Any] | None = None,
) -> list[Balls]:
    """The values of steps, with the decisions of the run.

    at: other values of inputs, by name. decided: by the number of a decision, what it is to be
    instead. afresh: decisions are taken anew, of midpoints. least: what stands for a divisor, the
    base of a power, and the like that is 0 exactly. kept: takes the values of all steps by their
    numbers, unless these are too many. Raises what FLINT raises where a function has no ball.
    """
    at, decided = at or {}, decided or {}
    reads = reads_of(decided, afresh)
    steps = ancestors(targets, reads)
    first = same(steps, decided, reads)
    last = {first[x.number]: s.number for s in steps for x in reads(s)}
    wanted = {first[t.number] for t in targets}
    keeps = kept is not None and sum(s.size for s in steps) <= MUCH
    values: dict[int, Any] = {}
    with flint.ctx.workprec(bits):
        for step in steps:
            if first[step.number] == step.number:
                given = [values[first[x.number]] for x in reads(step)]
                if least is not None and given and step.primitive.name in DIVISORS:
                    _put_least(given, DIVISORS[step.primitive.name], least)
                values[step.number] = _value(step, given, at, decided, afresh)
            for x in reads(step):
                done = last[first[x.number]] == step.number and first[x.number] not in wanted
                if done and not keeps:
                    values.pop(first[x.number], None)
        if kept is not None and keeps:
            kept.update({s.number: values[first[s.number]] for s in steps})
        return [to_balls(values[first[t.number]]) for t in targets]


MUCH = 2**20
"""Numbers that are kept: in balls of 400 bits they take a tenth of a gigabyte."""
DIVISORS = {"divide": 1, "power": 0, "rsqrt": 0, "log": 0, "log2": 0, "log10": 0}
"""Functions that have no value or no slope where one of their arguments is 0, and which one."""


def _put_least(given: list[Any], k: int, least: flint.arb) -> None:
    balls = np.asarray(given[k], dtype=object)
    zero = [type(x) is flint.arb and x == 0 for x in balls.ravel().tolist()]
    given[k] = (
        np.where(np.reshape(zero, balls.shape), np.array(least, dtype=object), balls)
        if any(zero)
        else given[k]
    )


def unmoved(
    targets: Sequence[Step],
    moving: Collection[int],
    bits: int,
    decided: Mapping[int, Any],
    kept: Mapping[int, Any],
    afresh: bool = False,
) -> dict[int, Balls]:
    """By number, the values of the last steps before the targets that depend on none of `moving`:
    what is worth keeping where the targets are asked for again and again with these moved.

    kept: values that are known already. afresh: whether decisions are taken anew.
    """
    reads, moved = reads_of(decided, afresh), set(moving)
    steps = ancestors(targets, reads)
    for step in steps:
        if any(x.number in moved for x in reads(step)):
            moved.add(step.number)
    after = [*targets, *(x for s in steps if s.number in moved for x in reads(s))]
    last = {x.number: x for x in after if x.is_float and x.number not in moved}
    values = over_balls(list(last.values()), bits, None, {**kept, **decided}, afresh)
    return dict(zip(last, values, strict=True))


def _value(step: Step, given: list[Any], at: Any, decided: Any, afresh: bool) -> Any:
    if step.number in decided:
        return decided[step.number]
    if step.primitive.decides:
        if not afresh and _replayed(step, given):
            taken = step.value
        else:
            floats = [midpoints(v) if v.dtype == object else v for v in given]
            taken = np.asarray(step.primitive.floats(*floats, **step.settings))
        return to_balls(taken) if step.is_float else taken
    if not step.inputs and step.primitive is not NUMBER:
        return _given(step, at, to_balls)
    settings = _laid_out(step, given) if step.settings.get("decisions") else step.settings
    return (step.primitive.balls if step.is_float else step.primitive.floats)(*given, **settings)


def _replayed(step: Step, given: list[Any]) -> bool:
    """Whether a decision is as the run took it: unless it follows from others that are not."""
    return is_of_floats(step) or all(v is x.value for v, x in zip(given, step.inputs, strict=True))


def _given(step: Step, at: Any, lift: Callable[[Any], Any]) -> Any:
    """The value of an argument, or of a constant."""
    if step.settings.get("name") in at:
        return at[step.settings["name"]]
    return lift(step.value) if step.is_float else step.value


def over_floats(
    targets: Sequence[Step],
    at: Mapping[str, Floats] | None = None,
    decided: Mapping[int, Any] | None = None,
    afresh: bool = False,
) -> list[Any]:
    """The values of steps in float64; decisions as the run took them, or afresh.

    at, decided: as in `over_balls`.
    """
    at, decided = at or {}, decided or {}
    reads, values = reads_of(decided, afresh), dict[int, Any]()
    with np.errstate(all="ignore"):
        for step in ancestors(targets, reads):
            given = [values[x.number] for x in reads(step)]
            values[step.number] = _float_value(step, given, at, decided, afresh)
    return [values[t.number] for t in targets]


def _float_value(step: Step, given: list[Any], at: Any, decided: Any, afresh: bool) -> Any:
    if step.number in decided:
        return decided[step.number]
    if not step.inputs:
        return _given(step, at, np.asarray)
    if step.primitive.decides and not afresh and _replayed(step, given):
        return step.value
    settings = _laid_out(step, given) if step.settings.get("decisions") else step.settings
    return step.primitive.floats(*given, **settings)


def _laid_out(step: Step, given: list[Any]) -> dict[str, Any]:
    """The settings of a move whose layout follows from decisions, as these are now; where these
    pick another number of elements, no step after it would fit: then as the run had it.
    """
    sources = step.inputs[: len(step.inputs) - step.settings["decisions"]]
    if all(
        v is x.value
        for v, x in zip(given[len(sources) :], step.inputs[len(sources) :], strict=True)
    ):
        return dict(step.settings)
    found = step.settings["layout"](*positions_of(*sources), *given[len(sources) :])
    where = "positions" if "positions" in step.settings else "places"
    places = np.asarray(found, dtype=np.int64)
    fits = places.shape == np.shape(step.settings[where])
    return {**step.settings, where: places} if fits else dict(step.settings)
