"""What the numbers of a backward pass have to be: solved for, whatever they are."""

from collections.abc import Iterator, Mapping

import numpy as np

from backproof.diagnosis.families import Family
from backproof.diagnosis.first_order import FirstOrder
from backproof.diagnosis.following import ALIKE, Changes
from backproof.diagnosis.naming import CONSTANTS
from backproof.diagnosis.repairs import (
    SUM_IS_DUE,
    Repair,
    Trial,
    everywhere,
    is_mean,
    operand,
    value,
    with_operand,
)
from backproof.diagnosis.written import assignment
from backproof.exact.record import Step

NEAR = 1e-9
"""The part by which a number that is solved for may differ from the one that it is."""
NOTHING = 1e-12
"""A smaller factor is 0."""
Places = list[tuple[Family, int]]
"""Families of steps, and an operand of each."""


def times(family: Family, first_order: FirstOrder, names: Mapping[float, str]) -> Iterator[Trial]:
    """A step's value times the number that makes the gradients right. names: of known numbers."""

    def changes(factor: float) -> Changes:
        return everywhere(family, _times(family, factor))

    factor = first_order.solved(changes, 1.0, first_order.factor(family))
    if np.isfinite(factor):
        factor = 0.0 if abs(factor) < NOTHING else _rounded(factor, first_order)
        repair = _times(family, factor, names.get(factor, ""))
        yield Trial(family, repair, everywhere(family, repair))


def _times(family: Family, factor: float, name: str = "") -> Repair:
    step, slug = family.first, "path-left-out" if name else "factor"
    words = f"it is {1 / factor:.6g} times what it should be" if factor else "it should be 0"
    if step.primitive.name == "total" and factor * step.inputs[0].size == step.size:
        words = f"a mean is due, not a sum: it is not divided by {1 / factor:.6g}"
    if name:
        words = f"a factor is missing, `{name}`"
    return Repair(slug, words, lambda k, given, values: factor * value(family, k, given))


def others(family: Family, first_order: FirstOrder) -> Iterator[Trial]:
    """Other numbers in a step, and in the place of a variable wherever it is read."""
    step = family.first
    for slot, x in enumerate(step.inputs if len(step.inputs) == 2 else ()):
        places = _places(family, slot, first_order.program.families) if _is_number(x) else []
        if places and places[0] == (family, slot):
            own, number = float(np.ravel(x.value)[0]), _due(places, first_order)
            if np.isfinite(number):
                words, changes = _words(step, slot, own, number), _with_number(places, number)
                place = assignment(step.place, slot)
                repair = Repair("factor", words, changes[step.number][1], place)
                yield Trial(family, repair, changes)


def _due(places: Places, first_order: FirstOrder) -> float:
    """What a number has to be; of a divisor its inverse is solved for."""
    family, slot = places[0]
    own = float(np.ravel(family.first.inputs[slot].value)[0])
    below = family.first.primitive.name == "divide" and slot == 1

    def turned(p: float) -> float:
        return 1 / p if below and p else p

    def changes(p: float) -> Changes:
        return _with_number(places, turned(p))

    known = turned(own)
    return _rounded(turned(first_order.solved(changes, known, 2 * known or 1.0)), first_order)


def _places(family: Family, slot: int, families: list[Family]) -> Places:
    """Where the number of an operand is read: of a variable all places, else one alone."""
    own, x = operand(family.first, slot), family.first.inputs[slot]
    if not own.strip("`").isidentifier():
        return [(family, slot)]
    return [
        (f, k)
        for f in families
        for k, y in enumerate(f.first.inputs)
        if _is_number(y) and np.ravel(y.value)[0] == np.ravel(x.value)[0]
        if operand(f.first, k) == own
    ]


def _is_number(x: Step) -> bool:
    return x.primitive.name == "constant" and x.size == 1 and not x.is_complex


def _with_number(places: Places, number: float) -> Changes:
    """A number in the place of operands, at every turn."""
    return {
        s.number: (k, with_operand(f, slot, lambda k, v, vs: np.full(np.shape(v), number)))
        for f, slot in places
        for k, s in enumerate(f.steps)
    }


def _rounded(number: float, first_order: FirstOrder) -> float:
    """Without what the format adds to it that the numbers of the code are kept in."""
    near = first_order.program.near
    return float(f"{number:.{11 if near <= ALIKE else max(2, int(-np.log10(near)))}g}")


def _words(step: Step, slot: int, own: float, number: float) -> str:
    """What a number should be; that of a mean is not written."""
    if number == 1 and is_mean(step, slot):
        return SUM_IS_DUE
    written = operand(step, slot)
    known = [f", {label}" for known, label in CONSTANTS if abs(number - known) <= NEAR * known]
    return (
        f"{written if '`' in written else 'the number'} is {own:g} and should be {number:.6g}"
        f"{''.join(known)}"
    )
