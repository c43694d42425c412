"""A recorded run as a program whose backward pass can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.diagnosis.following import ALIKE, Program, Values
from backproof.exact.ancestry import ancestors
from backproof.exact.evaluate import over_floats
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.exact.scalars import scalars
from backproof.programs.run import Run

ASIDE = 2.0**-5
"""The part by which inputs are moved for the second point."""
MOST, MOST_NUMBERS = 4000, 2_000_000
"""A claim of more steps, or of more numbers, is not run again with changes."""


def program(run: Run) -> Program | None:
    """The backward pass of a run; None where it was not followed, is too long or no floats."""
    outputs = {
        n: s for n, s in run.claimed.items() if s is not None and s.shape == run.inputs[n].shape
    }
    forward = ancestors(list(run.outputs.values()))
    given = {s.number for s in [*forward, *run.cotangents.values(), *run.inputs.values()]}
    claim = [s for s in ancestors(outputs.values()) if s.number not in given]
    if not outputs or not _is_bounded([*forward, *claim]):
        return None
    back = reverse(run, forward)
    every = [*dict.fromkeys([*back.given, *forward, *claim, *back.steps])]
    points = [_point(every, {}, {}), _aside(run, every)]
    found = replace(back.program(forward, claim, outputs, points), near=_near([*forward, *claim]))
    ends = [*found.outputs.values(), *found.truth.values()]
    finite = all(np.isfinite(found.points[0][s.number]).all() for s in ends)
    return found if finite else None


def usual(run: Run, edges: dict[tuple[int, int], Step]) -> Program | None:
    """Reverse mode itself as such a program; None where the run is too long or no floats."""
    forward = ancestors(list(run.outputs.values()))
    if not _is_bounded(forward):
        return None
    back = reverse(run, forward, edges)
    every = [*dict.fromkeys([*back.given, *forward, *back.steps])]
    claim = [*run.cotangents.values(), *back.steps]
    return back.program(forward, claim, back.truth, [_point(every, {}, {})])


def _near(steps: Sequence[Step]) -> float:
    """The part up to which two values are the same: a number that is written in two ways, 3 * c or
    1 / c ** 2, is rounded in two ways.
    """
    rounded = [s.bound / abs(s.value) for s in scalars(steps) if not s.typed]
    return max([ALIKE, *(2 * part for part in rounded)])


def _is_bounded(steps: Sequence[Step]) -> bool:
    """Whether steps are floats, and few enough to be run again and again."""
    few = len(steps) <= MOST and sum(s.size for s in steps) <= MOST_NUMBERS
    return few and not any(s.is_complex for s in steps)


@dataclass(frozen=True, slots=True, eq=False)
class Reverse:
    """Reverse mode over a forward pass: its steps, the adjoints and the true gradients."""

    run: Run
    steps: Sequence[Step]
    adjoints: Mapping[int, Step]
    truth: Mapping[str, Step]

    @property
    def given(self) -> list[Step]:
        """The inputs and cotangents."""
        return [*self.run.inputs.values(), *self.run.cotangents.values()]

    def program(
        self,
        forward: Sequence[Step],
        claim: Sequence[Step],
        outputs: Mapping[str, Step],
        points: Sequence[Values],
    ) -> Program:
        """A claim beside it."""
        names = {s.number: n for n, s in self.run.inputs.items()}
        names |= {s.number: f"d{n}" for n, s in self.run.cotangents.items()}
        truth, dys = {n: self.truth[n] for n in outputs}, list(self.run.cotangents.values())
        return Program(
            forward,
            claim,
            outputs,
            truth,
            self.adjoints,
            self.steps,
            points,
            self.given,
            dys,
            names,
        )


def reverse(
    run: Run, forward: Sequence[Step], edges: dict[tuple[int, int], Step] | None = None
) -> Reverse:
    """Reverse mode, recorded; edges: as for `gradients`."""
    seeds = run.seeds
    floats = [s for s in dict.fromkeys([*run.inputs.values(), *forward]) if s.is_float]
    before = len(run.record.steps)
    found = gradients(seeds, floats, edges=edges)
    adjoints = {x.number: g for x, g in zip(floats, found, strict=True) if g is not None}
    truth = {
        n: adjoints.get(s.number) or run.record.constant(0 * s.value)
        for n, s in run.inputs.items()
        if s.is_float
    }
    return Reverse(run, run.record.steps[before:], adjoints, truth)


def _point(every: Sequence[Step], at: Mapping[str, Any], decided: Mapping[int, Any]) -> Values:
    values = over_floats(every, at, decided)
    return {s.number: v for s, v in zip(every, values, strict=True)}


def _aside(run: Run, every: Sequence[Step]) -> Values:
    """Inputs a few percent off, and other cotangents; decisions as the run took them."""
    random = np.random.default_rng(1)
    at = {
        n: s.value * (1 + ASIDE * random.uniform(-1, 1, s.shape))
        for n, s in run.inputs.items()
        if s.is_float
    }
    decided = {
        s.number: s.value * random.uniform(0.5, 2, s.shape) * random.choice([-1.0, 1.0], s.shape)
        for s in run.cotangents.values()
    }
    return _point(every, at, decided)
