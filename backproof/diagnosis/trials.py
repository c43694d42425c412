"""Changes to a backward pass that are to be tried, kind by kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from backproof.diagnosis import rearrangements, repairs, substitutions
from backproof.diagnosis.following import Change, Family, Program, Values
from backproof.diagnosis.known import Known
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.repairs import Repair
from backproof.diagnosis.written import assignment
from backproof.exact.record import Step

NEAR = 1e-6
"""To this part the first order must predict what a change does, for it to be tried."""
DIVISORS = (1, 2, 3, 4, 5, 6, 8, 12, 16, *range(7, 400))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A repair of certain steps, by their numbers, with the turn that each is of."""

    family: Family
    repair: Repair
    changes: dict[int, tuple[int, Change]]


def changed(step: Step, trial: Trial, here: Values) -> Any:
    """The value of a step at a point with a change of it alone."""
    turn, change = trial.changes[step.number]
    with np.errstate(all="ignore"):
        return np.asarray(change(turn, [here[x.number] for x in step.inputs], here))


@dataclass(frozen=True, slots=True)
class Trials:
    """What can be tried with a family of steps. wanted: the tensors that are to become right."""

    program: Program
    known: Known
    wanted: frozenset[str]

    def plain(self, family: Family) -> Iterator[Trial]:
        """Its operator, its axes, its order."""
        return _of(family, [*repairs.operators(family), *rearrangements.rearranged(family)])

    def opposite(self, family: Family) -> Iterator[Trial]:
        """Its sign."""
        return _of(family, repairs.opposite(family))

    def numbers(self, family: Family) -> Iterator[Trial]:
        """The numbers in it."""
        return _of(family, repairs.numbers(family))

    def swapped(self, family: Family) -> Iterator[Trial]:
        """Its operands and its function."""
        return _of(family, substitutions.swapped(family, self.known.variables(family)))

    def completed(self, family: Family) -> Iterator[Trial]:
        """A factor or a term of what the author has at hand; of a loop also of the turn before."""
        terms: list[Quantity] = self.known.variables(family)
        carried = self.known.carried(family.turns) if family.turns > 1 else []
        return _of(family, repairs.completed(family, [*terms, *carried]))

    def by_parts(self, family: Family) -> Iterator[Trial]:
        """A factor or a term of what the true gradient is made of."""
        parts = self.known.parts if family.turns == 1 else self.known.parts_in_loops(family.turns)
        return _of(family, repairs.completed(family, parts))

    def replaced(self, family: Family) -> Iterator[Trial]:
        """A true gradient in its place."""
        return _of(family, repairs.replaced(family, self.known.adjoints(family.turns)))

    def times(self, family: Family, factor: float | None) -> Iterator[Trial]:
        """Times a number: that which the first order asks for, of a loop some that are frequent."""
        if family.turns > 1:
            factors = [2.0, 0.5, *(1.0 / n for n in set(family.first.shape) if n > 2)]
        else:
            factors = [factor] if factor is not None and is_round(factor) else []
        return _of(family, map(partial(repairs.times, family), factors))

    def read(self, family: Family) -> Iterator[Trial]:
        """What a variable stands for where it leads to wrong tensors alone."""
        for slot, x in enumerate(family.first.inputs if family.turns == 1 else ()):
            readers = [s for s in self.program.claim if self._is_read(x, s)]
            if not x.is_float or len(readers) < 2 or readers[0] is not family.first:
                continue
            place = assignment(family.place, slot)
            for q in [*self.known.variables(family), *self.known.parts]:
                if q.steps[0].shape == x.shape and q.steps[0] is not x:
                    words = f"{self.known.words(x)} is read where {q.words} is due"
                    changes = {s.number: (0, _reading(s, x, q)) for s in readers}
                    first = changes[family.first.number][1]
                    yield Trial(family, Repair("path-left-out", words, first, place), changes)

    def _is_read(self, x: Step, step: Step) -> bool:
        led = self.program.leading.get(step.number, frozenset())
        return bool(self.wanted & led) and any(y is x for y in step.inputs)


def _of(family: Family, changes: Iterable[Repair]) -> Iterator[Trial]:
    for one in changes:
        yield Trial(family, one, {s.number: (k, one.change) for k, s in enumerate(family.steps)})


def _reading(step: Step, x: Step, q: Quantity) -> Change:
    slots = [k for k, y in enumerate(step.inputs) if y is x]
    return substitutions.with_operands(Family((step,)), slots, q)


def is_round(k: float) -> bool:
    """Whether a factor is a number that somebody may have forgotten: of small whole numbers, their
    roots, or pi.
    """
    if not np.isfinite(k):
        return False
    forms = (abs(k), k * k, abs(k) * np.pi, abs(k) / np.pi)
    return any(abs(f * d - round(f * d)) <= NEAR * f * d for f in forms for d in DIVISORS if f)
