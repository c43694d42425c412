"""What changes of a backward pass do to first order: most of them are told off by that alone."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.effort import Effort
from backproof.diagnosis.families import Family
from backproof.diagnosis.following import Changes, Program
from backproof.exact.record import Step

NEAR = 1e-6
"""To this part the first order must predict what a change does, for it to be tried."""
TURNS, SOLVED = 12, 1e-11
"""So many steps the secant method has, and so near, as a part of the sum's terms, it must come."""


class FirstOrder:
    """The slope of a random weighed sum of the wanted gradients by every step of the claim."""

    def __init__(self, program: Program, wanted: frozenset[str], effort: Effort) -> None:
        self.program, self.wanted, self.effort = program, sorted(wanted), effort
        self._linear: dict[int, bool] = {}

    def is_promising(self, family: Family, changes: Changes) -> bool:
        """Whether changes do what they should; of what is not linear that is not asked."""
        if not self._is_linear(family):
            return True
        here, does, most = self.program.points[0], 0.0, 0.0
        for number in changes:
            value = self.program.changed(number, changes)
            if value.shape != here[number].shape:
                return True
            slope = self._slopes.get(number)
            if slope is not None:
                parts = slope * (value - here[number])
                does, most = does + float(parts.sum()), most + float(np.abs(parts).sum())
        near = max(NEAR, self.program.near)
        return abs(does - self._lacking) <= near * (most + abs(self._lacking))

    def factor(self, family: Family) -> float:
        """The number that a step should be multiplied by, to first order; 2 where none helps."""
        slope = self._slopes.get(family.first.number)
        value = self.program.points[0][family.first.number]
        along = 0.0 if slope is None else float((slope * value).sum())
        return 1 + self._lacking / along if along and self._lacking else 2.0

    def solved(self, changes: Callable[[float], Changes], known: float, near: float) -> float:
        """The number whose changes make the weighed sum right, by the secant method from one for
        which nothing changes and another; NaN if there is none.
        """
        lacking, most = self._lacking, float(np.abs(self._terms).sum())
        for _ in range(TURNS):
            short = self._lacking - self._done(changes(near))
            if abs(short) <= SOLVED * most:
                return near
            if not np.isfinite(short) or short == lacking or self.effort.left < 0:
                break
            known, near = near, near - short * (near - known) / (short - lacking)
            lacking = short
        return float("nan")

    def _is_linear(self, family: Family) -> bool:
        number = family.first.number
        if number not in self._linear:
            self._linear[number] = self._asked(family.first)
        return self._linear[number]

    def _asked(self, step: Step) -> bool:
        """Whether the gradients depend on a step's value linearly: moved once, they tell."""
        here, slope = self.program.points[0], self._slopes.get(step.number)
        if slope is None:
            return False
        move = np.abs(here[step.number]).max(initial=0.0) * np.cos(np.arange(step.size))
        value = here[step.number] + move.reshape(step.shape)
        does = self._done({step.number: (0, lambda k, given, known: value)})
        parts = slope * (value - here[step.number])
        return bool(abs(does - parts.sum()) <= NEAR * np.abs(parts).sum())

    def _done(self, changes: Changes) -> float:
        """What changes add to the weighed sum."""
        here, values = self.program.points[0], self.program.replayed(0, changes)
        self.effort.spend(values)
        return sum(
            float((w * (values[y.number] - here[y.number])).sum())
            for y, w in self._weighed
            if y.number in values
        )

    @cached_property
    def _weighed(self) -> list[tuple[Step, Any]]:
        random, here = np.random.default_rng(2), self.program.points[0]
        found = []
        for n in self.wanted:
            size = np.abs(here[self.program.truth[n].number]).max(initial=0.0) or 1.0
            y = self.program.outputs[n]
            found.append((y, random.standard_normal(y.shape) / size))
        return found

    @cached_property
    def _terms(self) -> Any:
        """By how much each number of the weighed sum is short of the true one."""
        here = self.program.points[0]
        truth = [here[self.program.truth[n].number] for n in self.wanted]
        pairs = zip(self._weighed, truth, strict=True)
        return np.concatenate([(w * (t - here[y.number])).ravel() for (y, w), t in pairs])

    @cached_property
    def _lacking(self) -> float:
        """By how much the weighed sum is short of that of the true gradients."""
        return float(self._terms.sum())

    @cached_property
    def _slopes(self) -> dict[int, Any]:
        steps = [s for s in self.program.claim if s.is_float]
        seeds: dict[Step, Any] = {}
        for y, w in self._weighed:
            seeds[y] = seeds[y] + w if y in seeds else w
        return self.program.slopes(seeds, steps)
