"""Functions that differ from the one that runs by what people leave out of a gradient, on purpose
or not: a cut, a rounding, a clamp, an epsilon.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, groupby
from typing import Any

import numpy as np

from backproof.diagnosis.extremes import extreme
from backproof.diagnosis.written import cited
from backproof.exact.primitive import CONSTANT
from backproof.exact.primitives.elementwise import cast, cut
from backproof.exact.record import Step

CUT, THROUGH, CLAMP, LEFT_OUT = "BP123", "BP125", "BP118", "BP121"
WHOLE = ("rint", "floor", "ceil", "trunc", "decision")
ROUNDINGS = (*WHOLE, "sign")
LARGEST_EPSILON = 0.1
PAIRS = 64
"""So many pairs of changes are tried at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How another function differs from the one that runs.

    codes: of a claim that is right for it, one for each cause. words: that in a sentence. flat: the
    steps that are constants; through: those that are the identity of one operand to a slope, and of
    which; values: those that have other values.
    """

    codes: tuple[str, ...]
    words: str
    flat: frozenset[int] = frozenset()
    through: Mapping[int, int] = field(default_factory=dict)
    values: Mapping[int, Any] = field(default_factory=dict)

    def __and__(self, other: "Change") -> "Change":
        """Both, which have a cause each."""
        return Change(
            self.codes + other.codes,
            f"{self.words}, and {other.words}",
            self.flat | other.flat,
            {**self.through, **other.through},
            {**self.values, **other.values},
        )


def changes(steps: Sequence[Step]) -> Iterator[Change]:
    """What a forward pass may be another function by: single changes, then two of different kinds.

    Those that change slopes alone come before those that change values.
    """
    single = [*_cuts(steps), *_straight(steps), *_open(steps), *_without_epsilons(steps)]
    yield from single
    pairs = [(a, b) for a, b in combinations(single, 2) if a.codes != b.codes]
    yield from (a & b for a, b in pairs[:PAIRS])


def _cuts(steps: Sequence[Step]) -> Iterator[Change]:
    cuts = [s for s in steps if s.primitive is cut]
    if cuts:
        words = f"right but for what the code declares to be constant{_at(cuts)}"
        yield Change((CUT,), words, flat=frozenset(s.number for s in cuts))


def _straight(steps: Sequence[Step]) -> Iterator[Change]:
    """Roundings, those that leave whole numbers, and clamps, each site of them, taken for the
    identity; a clamp on one side at 0 is a mask.
    """
    rounded = [s for s in steps if s.primitive.name in ROUNDINGS and _keeps_its_shape(s)]
    whole = [s for s in rounded if s.primitive.name in WHOLE]  # by its size, the sign put back
    clamps = [list(same) for _, same in groupby(sorted(_bounds(steps), key=_site), key=_site)]
    clamps = [same for same in clamps if not _is_mask(same)]
    kinds = [(rounded, "rounding"), *([(whole, "rounding")] if len(whole) < len(rounded) else [])]
    kinds += [(same, "the clamp") for same in clamps]
    if rounded and clamps:
        kinds.append(([*rounded, *chain(*clamps)], "rounding or a clamp"))
    for same, what in kinds:
        if same:
            slots = {s.number: _moving(s) for s in same}
            words = f"right if {what}{_at(same)} is taken for the identity: a straight-through"
            yield Change((THROUGH,), f"{words} gradient", through=slots)


def _keeps_its_shape(step: Step) -> bool:
    x = step.inputs[0]
    return step.is_float and x.is_float and x.shape == step.shape


def _open(steps: Sequence[Step]) -> Iterator[Change]:
    """Without a bound, or without both of one place."""
    for _, same in groupby(sorted(_bounds(steps), key=_site), key=_site):
        sides = [list(turns) for _, turns in groupby(sorted(same, key=extreme), key=extreme)]
        for bounds in [*sides, *([list(chain(*sides))] if len(sides) > 1 else [])]:
            place = cited(bounds[0].place)
            numbers = " and ".join(f"{x:.6g}" for x in dict.fromkeys(map(_bound, bounds)))
            several = "s" if len(sides) > 1 and bounds not in sides else ""
            code, words = CLAMP, f"right without the bound{several} of {numbers} in {place}"
            if _is_mask(bounds):
                code, words = LEFT_OUT, f"not set to zero where {place} cuts off"
            values = {s.inputs[0].number: _taken(s) for s in bounds}
            yield Change((code,), words, values=values)


def _without_epsilons(steps: Sequence[Step]) -> Iterator[Change]:
    """Without a small constant, site by site."""
    found = [(s, x) for s in steps if s.place is not None for x in _epsilons(s)]
    for _, same in groupby(sorted(found, key=lambda f: _site(f[0])), key=lambda f: _site(f[0])):
        pairs = list(same)
        step, x = pairs[0]
        number = float(np.ravel(x.value)[0])
        words = f"right without the epsilon of {number:.6g} in {cited(step.place)}"
        yield Change((CLAMP,), words, values={e.number: np.zeros(e.shape) for _, e in pairs})


def _epsilons(step: Step) -> list[Step]:
    constants = [x for x in step.inputs if _is_constant(x)]
    if step.primitive.name != "add" or len(constants) != 1:
        return []
    size = np.abs(constants[0].value)
    return constants if size.size and size.min() > 0 and size.max() <= LARGEST_EPSILON else []


def _bounds(steps: Sequence[Step]) -> list[Step]:
    """The choices between a number and a constant of which the larger or the smaller is taken."""
    chosen = [s for s in steps if s.primitive.name == "choose" and s.place is not None]
    return [
        s
        for s in chosen
        if sum(_is_constant(x) for x in s.inputs[1:]) == 1
        and s.inputs[_moving(s)].shape == s.shape
        and extreme(s)
    ]


def _is_constant(step: Step) -> bool:
    """Whether it is one, in whatever format."""
    while step.primitive is cast:
        step = step.inputs[0]
    return step.primitive is CONSTANT


def _moving(step: Step) -> int:
    """The operand that is no constant."""
    slots = range(1 if step.primitive.name == "choose" else 0, len(step.inputs))
    return next(k for k in slots if not _is_constant(step.inputs[k]))


def _bound(step: Step) -> float:
    return float(np.ravel(step.inputs[3 - _moving(step)].value)[0])


def _is_mask(bounds: Sequence[Step]) -> bool:
    """Whether the choices are one with 0."""
    return {_bound(s) for s in bounds} == {0.0}


def _taken(step: Step) -> Any:
    """A decision that never takes the bound."""
    return np.full(step.inputs[0].shape, _moving(step) == 1)


def _site(step: Step) -> tuple[Any, ...]:
    place = step.place
    assert place is not None
    return place.file, place.line, place.start or 0, place.end or 0


def _at(steps: Sequence[Step]) -> str:
    places = dict.fromkeys(str(s.place) for s in steps if s.place)
    return f" at {', '.join(places)}" if places else ""
