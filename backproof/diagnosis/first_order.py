"""What changes of a backward pass do to first order: most of them are told off by that alone."""

from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.following import Family, Program
from backproof.diagnosis.trials import NEAR, Trial, changed
from backproof.exact.record import Step


class FirstOrder:
    """The slope of a random weighed sum of the wanted gradients by every step of the claim."""

    def __init__(self, program: Program, wanted: frozenset[str]) -> None:
        self.program, self.wanted = program, sorted(wanted)
        self._linear: dict[int, bool] = {}

    def is_promising(self, trial: Trial) -> bool:
        """Whether a change does what it should; of what is not linear that is not asked."""
        if not self._is_linear(trial.family):
            return True
        here, does, most = self.program.points[0], 0.0, 0.0
        for step in self._changed(trial):
            value = changed(step, trial, here)
            if value.shape != step.shape:
                return True
            slope = self._slopes.get(step.number)
            if slope is not None:
                parts = slope * (value - here[step.number])
                does, most = does + float(parts.sum()), most + float(np.abs(parts).sum())
        return abs(does - self._lacking) <= NEAR * (most + abs(self._lacking))

    def factor(self, family: Family) -> float | None:
        """The number that a step must be multiplied by; None where none helps."""
        slope = self._slopes.get(family.first.number)
        value = self.program.points[0][family.first.number]
        along = 0.0 if slope is None else float((slope * value).sum())
        return 1 + self._lacking / along if along else None

    def _changed(self, trial: Trial) -> list[Step]:
        if len(trial.changes) == 1:
            return [trial.family.first]
        return [s for s in self.program.claim if s.number in trial.changes]

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
        values = self.program.replayed(0, {step.number: (0, lambda k, given, known: value)})
        does = sum(
            float((w * (values[y.number] - here[y.number])).sum())
            for y, w in self._weighed
            if y.number in values
        )
        parts = slope * (value - here[step.number])
        return bool(abs(does - parts.sum()) <= NEAR * np.abs(parts).sum())

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
    def _lacking(self) -> float:
        """By how much the weighed sum is short of that of the true gradients."""
        here = self.program.points[0]
        truth = [here[self.program.truth[n].number] for n in self.wanted]
        pairs = zip(self._weighed, truth, strict=True)
        return float(sum((w * (t - here[y.number])).sum() for (y, w), t in pairs))

    @cached_property
    def _slopes(self) -> dict[int, Any]:
        steps = [s for s in self.program.claim if s.is_float]
        seeds: dict[Step, Any] = {}
        for y, w in self._weighed:
            seeds[y] = seeds[y] + w if y in seeds else w
        return self.program.slopes(seeds, steps)
