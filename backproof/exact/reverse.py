"""Reverse mode: the gradient of a record, recorded as further steps of it."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from backproof.exact.logistic import exponent, slope
from backproof.exact.precision import FLOAT32, Precision
from backproof.exact.primitives.decisions import pick
from backproof.exact.primitives.elementwise import cast, divide, multiply, real, subtract
from backproof.exact.primitives.reductions import total
from backproof.exact.primitives.slopes import pulling
from backproof.exact.record import Step
from backproof.exact.rounding import units
from backproof.verdict.decisions import LEFT, LIMIT, NOTHING_LEFT

Formats = tuple[Precision | None, Precision | None]


def gradients(
    seeds: Mapping[Step, Any],
    wrt: Sequence[Step],
    stable: bool = False,
    flat: Collection[int] = (),
    through: Mapping[int, int] = MappingProxyType({}),
    edges: dict[tuple[int, int], Step] | None = None,
) -> list[Step | None]:
    """The adjoint of each step of `wrt`, None where nothing reaches it.

    seeds: by an output, its cotangent. stable: by the slopes that keep every digit, for the truth;
    otherwise by those that frameworks compute, for the rounding that is normal. flat: the numbers
    of steps that count as constant; through: of those that count as the identity of one operand,
    and of which. edges: is given what comes back through each step to each of its operands, by the
    numbers of both. A step of the reverse pass has the format of the value whose adjoint it makes.
    """
    record = next(iter(seeds)).record
    adjoints: dict[int, Step] = {y.number: record.step(dy) for y, dy in seeds.items()}
    reaching = _reaching(record.steps[: max(adjoints) + 1], wrt)
    before = record.context, record.place
    try:
        for y in reversed(record.steps[: max(adjoints) + 1]):
            if y.number in adjoints and y.number in reaching and y.inputs:
                if y.number in through:
                    _add(y.inputs[through[y.number]], adjoints[y.number], adjoints)
                elif y.number not in flat:
                    _pull(y, adjoints, reaching, stable, edges)
    finally:
        record.context, record.place = before
    return [adjoints.get(x.number) for x in wrt]


def gradients_or_zeros(
    seeds: Mapping[Step, Any],
    wrt: Sequence[Step],
    stable: bool = False,
    flat: Collection[int] = (),
    through: Mapping[int, int] = MappingProxyType({}),
) -> list[Step]:
    """The same, with zeros where nothing reaches a step."""
    return [
        x.record.constant(np.zeros(x.shape)) if g is None else g
        for g, x in zip(gradients(seeds, wrt, stable, flat, through), wrt, strict=True)
    ]


def _reaching(steps: Sequence[Step], wrt: Sequence[Step]) -> set[int]:
    """The numbers of the steps that depend on `wrt`, and of those."""
    found = {x.number for x in wrt}
    for step in steps:
        if step.is_float and any(x.number in found for x in step.inputs):
            found.add(step.number)
    return found


def _pull(
    y: Step,
    adjoints: dict[int, Step],
    reaching: set[int],
    stable: bool,
    edges: dict[tuple[int, int], Step] | None,
) -> None:
    record, pull = y.record, pulling(y.primitive, stable)
    if pull is None or (not stable and vanishes(adjoints[y.number], y)):
        return
    record.place, record.context = y.place, formats(y.inputs[0] if y.primitive is cast else y)
    sources, through = y.inputs, None if stable else exponent(y)
    with np.errstate(all="ignore"):
        if through is None:
            parts = pull(adjoints[y.number], y, *y.inputs, **y.settings)
        else:
            sources, parts = (through,), (adjoints[y.number] * slope(y),)
    for slot, (x, part) in enumerate(zip(sources, parts, strict=True)):
        if part is not None and x.number in reaching:
            if edges is not None:  # a step of its own, which no other edge has
                part = edges[y.number, slot] = part * 1.0
            _add(x, part, adjoints)


def _add(x: Step, part: Step, adjoints: dict[int, Step]) -> None:
    """A further part of an adjoint, in the format of the value whose it is."""
    x.record.context = formats(x)
    own = real(part) if part.is_complex and not x.is_complex else part
    adjoints[x.number] = adjoints[x.number] + own if x.number in adjoints else own


def vanishes(g: Step, y: Step) -> bool:
    """Whether the adjoint of a pick or a sum is itself a sum whose terms take each other away: of a
    maximum by which something is shifted that does not depend on it, of the mean in a variance.
    Whoever derives by hand leaves that path out, and what it would correct by chance is no measure
    of rounding.
    """
    if y.primitive is not pick and y.primitive is not total:
        return False
    left = max(NOTHING_LEFT, LEFT * g.precision.u) if g.precision else NOTHING_LEFT
    size = np.abs(g.value)
    if size.max(initial=0.0) <= left * _largest_term(g) < np.inf:
        return True
    if y.primitive is total or not _shifts(y):
        return False
    return bool((size <= LIMIT * units([g])[0]).all())  # of terms that cancel, too


def _shifts(y: Step) -> bool:
    """Whether what is picked is taken away from what it is picked from."""
    away = (s for s in y.record.steps[y.number :] if s.primitive is subtract)
    return any(
        _source(s.inputs[1]) is y and _source(s.inputs[0]) is _source(y.inputs[1]) for s in away
    )


def _source(x: Step) -> Step:
    """Where a number comes from that is only laid out anew, or chosen."""
    while x.primitive.name in ("move", "cut", "choose"):
        x = x.inputs[-1 if x.primitive.name == "choose" else 0]
    return x


SUMS = ("add", "subtract", "total", "move", "spread", "negative", "keep")


def _largest_term(g: Step) -> float:
    """Of a sum of sums, or of a multiple of one; a sum that several others share is seen once."""
    reached, left, sizes = dict[int, Step](), [g], dict[int, float]()
    while left:
        step = left.pop()
        if step.number not in reached:
            reached[step.number] = step
            left += _terms(step)
    for number, step in sorted(reached.items()):
        size, terms = float(np.abs(step.value).max(initial=0.0)), _terms(step)
        if step.primitive.name in SUMS:
            size = max((sizes[x.number] for x in terms), default=0.0)
        elif terms:
            size = sizes[terms[0].number] * float(size / np.abs(terms[0].value).max())
        sizes[number] = size
    return sizes[g.number]


def _terms(step: Step) -> list[Step]:
    """What a step is the sum of, or a multiple."""
    if step.primitive.name in SUMS:
        return [x for x in step.inputs if x.is_float]
    multiple = step.primitive in (multiply, divide) and step.inputs[1].size == 1
    return [step.inputs[0]] if multiple and np.abs(step.value).max(initial=0.0) else []


def formats(x: Step) -> Formats | None:
    """The formats of a step's adjoint: sums of halves are added in float32."""
    if x.precision is None:
        return None
    return x.precision, x.precision if x.precision.bits >= FLOAT32.bits else FLOAT32
