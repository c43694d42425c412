"""The search for the step of a backward pass that, computed otherwise, makes gradients right."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.first_order import FirstOrder
from backproof.diagnosis.following import Family, Program
from backproof.diagnosis.known import Known
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.trials import Trial, Trials
from backproof.diagnosis.windows import Window, window

EFFORT = 60_000
"""So many steps are computed again at most, of all changes together; one of many numbers counts as
several.
"""
RESERVE = 10_000
"""So much of it is kept for the last question: which step should have a true gradient's value."""
NUMBERS = 2000
"""So many numbers take as long as a step itself."""


@dataclass(slots=True)
class Effort:
    """Work that is counted: what is left of it; and what is worked out once for all searches."""

    left: int = EFFORT
    windows: dict[int, Window] = field(default_factory=dict)


@dataclass(eq=False)
class Search:
    """The search for the step that makes tensors wrong. wanted: those that a change must mend."""

    program: Program
    known: Known
    wanted: frozenset[str]
    effort: Effort

    def best(self) -> Mistake | None:
        """The change that mends, the simplest kind of it first, at the earliest step."""
        trials = Trials(self.program, self.known, self.wanted)
        true_ones = [f for f in self.families if f not in self.deviations]
        for kinds in (
            ((trials.plain, self.families),),
            ((trials.opposite, self.deviations),),
            ((trials.numbers, self.families), (self._times(trials), self.deviations)),
            ((trials.swapped, self.deviations), (trials.completed, self.deviations)),
            ((trials.swapped, true_ones), (trials.completed, true_ones)),
            ((trials.read, self.families),),
            ((trials.by_parts, self.deviations), (trials.by_parts, true_ones)),
            ((trials.replaced, self.deviations),),
        ):
            if kinds[0][0] == trials.replaced:
                self.effort.left = max(self.effort.left, RESERVE)
            found = [
                (*self._rank(family, due), order, family.first.number, k, trial)
                for order, (kind, among) in enumerate(kinds)
                for family in among
                for k, trial in enumerate(kind(family))
                for due in self._mended(trial)
            ]
            if found:
                return self._told(min(found, key=lambda one: one[:5])[-1])
        return None

    def _times(self, trials: Trials) -> Any:
        return lambda family: trials.times(family, self._first_order.factor(family))

    @cached_property
    def _first_order(self) -> FirstOrder:
        return FirstOrder(self.program, self.wanted)

    def _rank(self, family: Family, due: list[Any]) -> tuple[bool, bool]:
        """What is no true quantity, and becomes one, comes first."""
        moves = family.first.primitive.name in ("move", "spread")
        is_true = not moves and self.known.is_true(family)
        return is_true, not self.known.holds(due)

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
        ends = {self.program.outputs[n].number for n in self.wanted}
        return [
            family
            for family in self.families
            if any(s.number in ends for s in family.steps) or not self.known.is_true(family)
        ]

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
        self.effort.left -= sum(1 + np.size(v) // NUMBERS for v in values.values())
        return self.program.mended(point, values), values[min(trial.changes)]

    @cached_property
    def _second(self) -> bool:
        """Whether there are numbers at the second point."""
        there = self.program.points[1]
        ends = [*self.program.outputs.values(), *self.program.truth.values()]
        return all(np.isfinite(there[s.number]).all() for s in ends)

    def _is_promising(self, trial: Trial) -> bool:
        self.effort.left -= 1 + trial.family.first.size // NUMBERS
        if self.effort.left < 0:
            return False
        if trial.family.turns > 1:
            return self._window(trial.family).is_mended(trial, self.program)
        return self._first_order.is_promising(trial)

    def _window(self, family: Family) -> Window:
        windows = self.effort.windows
        if family.first.number not in windows:
            windows[family.first.number] = window(self.program, self.known, family)
        return windows[family.first.number]


def _apart(these: Any, those: Any) -> float:
    """How far apart two arrays are; infinite where they have other shapes."""
    if np.shape(these) != np.shape(those):
        return float("inf")
    return float(np.abs(1.0 * these - 1.0 * those).max(initial=0.0))  # of decisions, too
