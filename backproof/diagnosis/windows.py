"""What a change does to the first turn of a loop that goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.diagnosis.families import Family
from backproof.diagnosis.first_order import NEAR
from backproof.diagnosis.following import Program
from backproof.diagnosis.repairs import Trial
from backproof.diagnosis.truths import Truths
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The first turn of a loop that goes wrong, after a step: what it hands on, and by how much
    that moves with the step.

    turn: which it is. slopes: of a weighed sum of each step that is handed on, by the step, a row
    each. lacking: what these sums are short of if the step is to be one true quantity or another;
    of: which row that is about.
    """

    turn: int
    slopes: Any
    lacking: Any
    of: Any

    def is_mended(self, trial: Trial, program: Program) -> bool:
        """Whether a change makes, to first order, something true that was not."""
        step, here = trial.family.steps[self.turn], program.points[0]
        value = program.changed(step.number, trial.changes)
        if value.shape != step.shape or not len(self.slopes):
            return False
        move = (value - here[step.number]).ravel()
        does, most = self.slopes @ move, np.abs(self.slopes) @ np.abs(move)
        near = np.abs(self.lacking - does[self.of]) <= max(NEAR, program.near) * most[self.of]
        return bool((near & (most[self.of] > 0)).any())


def window(program: Program, truths: Truths, family: Family) -> Window:
    """The first turn of a family's loop that hands on what is no true quantity. So far all is right
    as far as the step, and there alone a change can be told by what it makes of the next ones.
    """
    for turn, step in enumerate(family.steps):
        last = family.steps[turn + 1].number if turn + 1 < family.turns else program.end
        wrong = [
            s
            for s in program.claim
            if step.number <= s.number < last
            and program.readers.get(s.number, program.end) >= last
            and s.is_float
            and not truths.holds([v[s.number] for v in program.points])
        ]
        if wrong:
            return _after(program, truths, turn, step, wrong)
    return Window(0, np.empty((0, 0)), np.empty(0), np.empty(0, dtype=int))


def _after(
    program: Program, truths: Truths, turn: int, step: Step, handed: Sequence[Step]
) -> Window:
    random, here = np.random.default_rng(3), program.points[0]
    rows: list[Any] = []
    lacking: list[float] = []
    of: list[int] = []
    for y in handed:
        weight = random.standard_normal(y.shape)
        found = program.slopes({y: weight}, [step])
        if found:
            due = [
                float((weight * (here[q.number] - here[y.number])).sum())
                for q in truths.true_of(y.shape)
            ]
            lacking += [d for d in due if d]
            of += [len(rows)] * sum(bool(d) for d in due)
            rows.append(found[step.number].ravel())
    table = np.array(rows).reshape(len(rows), step.size)
    return Window(turn, table, np.array(lacking), np.array(of, dtype=int))
