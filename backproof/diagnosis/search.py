"""The search for the step of a backward pass that, computed otherwise, makes gradients right."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.effort import RESERVE, Effort
from backproof.diagnosis.families import Family
from backproof.diagnosis.first_order import FirstOrder
from backproof.diagnosis.following import Program
from backproof.diagnosis.known import Known
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.repairs import Trial
from backproof.diagnosis.trials import Trials
from backproof.diagnosis.truths import Truths
from backproof.diagnosis.windows import Window, window
from backproof.exact.record import Step

Kind = Callable[[Any], Iterator[Trial]]
Kinds = tuple[Kind, ...]


@dataclass(eq=False)
class Search:
    """The search for the step that makes tensors wrong. wanted: those that a change must mend."""

    program: Program
    known: Known
    truths: Truths
    wanted: frozenset[str]
    effort: Effort
    windows: dict[int, Window]

    def best(self) -> Mistake | None:
        """The change that mends, one that a slip of the hand makes before one that is fitted, of
        what is no true quantity before what is one; among them the one at the earliest step that
        becomes a true quantity, else the simplest.
        """
        trials = Trials(self.program, self.known, self.wanted, self._first_order)
        true_ones = [f for f in self.families if f not in self.deviations]
        moves = [f for f in true_ones if f.first.primitive.name in ("move", "spread")]
        ends = [f for f in self.deviations if self._is_returned(f)]
        inner = [f for f in self.deviations if f not in ends]
        slips: Kinds = (trials.plain, trials.opposite, trials.substituted)
        fitted: Kinds = (trials.numbers, trials.times, trials.completed, trials.functions)
        stages: list[tuple[Kinds, Sequence[Any]]] = [
            (slips, [*self.deviations, *moves]),  # whose order may be wrong
            (fitted, self.deviations),
            ((trials.by_parts, trials.within), self.deviations),
            ((trials.read,), self._read),
            ((*slips, trials.numbers, trials.times), true_ones),
            ((trials.replaced,), [*inner, *true_ones]),
            ((trials.completed, trials.by_parts, trials.within), true_ones),
            ((trials.replaced,), ends),
        ]
        for kinds, among in stages:
            if trials.replaced in kinds:
                self.effort.left = max(self.effort.left, RESERVE)
            found = list(self._found(kinds, among))
            if found:
                return self._told(min(found, key=lambda one: one[:2])[-1])
        return None

    def _found(
        self, kinds: Kinds, among: Sequence[Any]
    ) -> Iterator[tuple[tuple[Any, ...], int, Trial]]:
        """The changes that mend, each with its rank, as long as there is effort left."""
        for order, kind in enumerate(kinds):
            for one in among:
                for k, trial in enumerate(kind(one)):
                    if self.effort.left < 0:
                        return
                    for due in self._mended(trial):
                        yield self._rank(trial, order, due), k, trial

    @cached_property
    def _first_order(self) -> FirstOrder:
        return FirstOrder(self.program, self.wanted, self.effort)

    def _rank(self, trial: Trial, order: int, due: list[Any]) -> tuple[Any, ...]:
        """What becomes a true quantity comes first, and of that the earliest step."""
        number = trial.family.first.number
        if self.truths.holds(due) or self.truths.is_proportional(due):
            return False, number, order
        return True, order, number

    def _told(self, trial: Trial) -> Mistake:
        """A repair as what is wrong, at the turn where it changes most."""
        here, values = self.program.points[0], self.program.replayed(0, trial.changes)
        changed = [s for s in self.program.claim if s.number in trial.changes]
        step = max(changed, key=lambda s: _apart(here[s.number], values[s.number]))
        mended = self.program.mended(0, values)
        ends = {y.number for y in self.program.outputs.values()}
        return Mistake(
            trial.repair.slug,
            step,
            trial.repair.words,
            tuple(n for n in self.program.outputs if n in mended),
            here[step.number],
            values[step.number],
            step.number in ends,
            trial.repair.place,
        )

    @cached_property
    def families(self) -> list[Family]:
        """The families on which all wanted tensors depend."""
        found = []
        for family in self.program.families:
            led = [self.program.leading.get(s.number, frozenset()) for s in family.steps]
            if self.wanted <= frozenset().union(*led):
                found.append(family)
        return found

    @cached_property
    def deviations(self) -> list[Family]:
        """Those that are no true quantities, or are what is returned."""
        return [f for f in self.families if self._is_returned(f) or not self.truths.is_true(f)]

    @cached_property
    def _read(self) -> list[Step]:
        """The values that the claim reads, but its own that are no true quantities."""
        wrong = {s.number for f in self.deviations for s in f.steps}
        return [x for x in self.program.read if x.number not in wrong]

    def _is_returned(self, family: Family) -> bool:
        ends = {self.program.outputs[n].number for n in self.wanted}
        return any(s.number in ends for s in family.steps)

    # -- what a change does ---------------------------------------------------------------------
    def _mended(self, trial: Trial) -> Iterator[list[Any]]:
        """The values of the first changed step at both points, where a change mends all."""
        try:
            if not self._is_promising(trial):
                return
            found = [self._replayed(k, trial) for k in (0, 1)]
        except (ValueError, IndexError, TypeError, FloatingPointError):
            return  # a change that does not fit the step's shape
        if all(self.wanted <= mended for mended, _ in found):
            yield [due for _, due in found if due is not None]

    def _replayed(self, point: int, trial: Trial) -> tuple[frozenset[str], Any]:
        if point == 1 and not self._second:
            return self.wanted, None
        if self.effort.left < 0:
            return frozenset(), None
        values = self.program.replayed(point, trial.changes)
        self.effort.spend(values)
        return self.program.mended(point, values), values[min(trial.changes)]

    @cached_property
    def _second(self) -> bool:
        """Whether there are numbers at the second point."""
        there = self.program.points[1]
        ends = [*self.program.outputs.values(), *self.program.truth.values()]
        return all(np.isfinite(there[s.number]).all() for s in ends)

    def _is_promising(self, trial: Trial) -> bool:
        step = trial.family.first
        self.effort.spend({step.number: self.program.points[0][step.number]})
        if self.effort.left < 0:
            return False
        if trial.family.turns > 1:
            return self._window(trial.family).is_mended(trial, self.program)
        return self._first_order.is_promising(trial.family, trial.changes)

    def _window(self, family: Family) -> Window:
        if family.first.number not in self.windows:
            self.windows[family.first.number] = window(self.program, self.truths, family)
        return self.windows[family.first.number]


def _apart(these: Any, those: Any) -> float:
    """How far apart two arrays are; infinite where they have other shapes."""
    if np.shape(these) != np.shape(those):
        return float("inf")
    return float(np.abs(1.0 * these - 1.0 * those).max(initial=0.0))  # of decisions, too
