"""What was measured of a recorded run: of each gradient the truth, the errors, what is off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from backproof.checks.errors import distances, numbers_in, ratios
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import Balls, midpoints, radii, to_balls
from backproof.exact.precision import Floats, Precision
from backproof.exact.record import Step
from backproof.programs.run import Run
from backproof.verdict.decisions import BENT, FIRST_DIGIT, KEPT, LIMIT


@dataclass(frozen=True)
class Tensor:
    """One gradient on trial.

    true: the truth. claimed: the claim's formula without rounding, None where its backward was not
    followed. returned: what the claim returned. unit: the error that rounding makes of each
    element; half: half an ulp of it. step, claim: the steps that make the two gradients. beside:
    whether the truth was looked up beside the point.
    """

    name: str
    true: Balls
    claimed: Balls | None
    returned: Any
    unit: Floats
    step: Step
    claim: Step | None
    precision: Precision
    flushes: bool = False
    beside: bool = False

    @cached_property
    def bends(self) -> Any:
        """The elements that have another slope to each side of the point."""
        if not self.beside:
            return np.zeros(self.truth.shape, dtype=bool)
        return radii(self.true) > BENT * np.abs(self.truth)

    @cached_property
    def unknown(self) -> Any:
        """The elements that have no true value: the function has no gradient there."""
        return np.isnan(self.truth)

    @cached_property
    def middle(self) -> Floats:
        """The nearest float64 of each true value's ball."""
        return np.asarray(midpoints(self.true))

    @cached_property
    def truth(self) -> Floats:
        """The true values as the nearest float64; 0 where no digit tells one from it."""
        found = self.middle.copy()
        for k in np.flatnonzero((found != 0) & (np.abs(found) < self.unit)):
            ball: Any = self.true.flat[k]
            if ball.contains(0):
                found.flat[k] = 0.0
        return found

    @cached_property
    def half(self) -> Floats:
        """Half an ulp of each true element, and never less than of the smallest that is kept."""
        own = self.precision.half_ulp(self.truth)
        return np.maximum(own, self.precision.floor(self.flushes))

    @cached_property
    def residue(self) -> Floats:
        """How far the claim's formula is from the truth; infinite where one is no number."""
        assert self.claimed is not None
        return self._apart(self.claimed)

    @cached_property
    def error(self) -> Floats:
        """How far the returned floats are from the truth."""
        return self._apart(to_balls(numbers_in(self.returned)))

    def _apart(self, values: Balls) -> Floats:
        """How far values are from the truth: none where that is unknown, or the middle of a bend's
        slopes.
        """
        found = distances(values, self.true, np.abs(self.middle))
        middle = self.bends & (found <= BENT * np.abs(self.truth))
        return np.where(self.unknown | middle, 0.0, found)

    @cached_property
    def ratio(self) -> Floats:
        """The error in units of rounding; 0 where there is none, infinite without a unit."""
        return ratios(self.error, self.unit)

    @cached_property
    def rounding(self) -> Floats:
        """How far the returned floats are from the claim's own formula, in units of rounding; from
        the truth where that is the same, or no formula is known.
        """
        if self.claimed is None or not self.off.any():
            return self.ratio
        return ratios(distances(to_balls(numbers_in(self.returned)), self.claimed), self.unit)

    @cached_property
    def off(self) -> Any:
        """The elements whose formula is wrong: where its residue is one that a float would show,
        and more than is known of the element.
        """
        assert self.claimed is not None
        found = np.asarray(self.residue > self.allowed)
        if found.any():
            known = radii(self.claimed[found]) + radii(self.true[found])
            bent = self.bends[found]  # a bend's radius is in the residue
            known = np.where(np.isfinite(known) & ~bent, known, 0.0)
            found[found] = self.residue[found] > self.allowed[found] + known
        return found

    @cached_property
    def bad(self) -> Any:
        """The elements whose error no rounding makes, or whose formula is wrong."""
        above = self.ratio > LIMIT
        return above if self.claimed is None else above | self.off

    @cached_property
    def allowed(self) -> Floats:
        """What a right formula is off by at most: half an ulp, of a true zero its unit."""
        return np.where(self.truth == 0, np.maximum(self.unit, self.half), self.half)

    @property
    def keeps_a_digit(self) -> bool:
        """Whether any element is right in its first digit, or there is none to be right in: none
        that the format holds to a digit.
        """
        size = np.abs(self.truth)
        known = (size > KEPT * self.precision.floor(self.flushes)) & np.isfinite(size)
        return not known.any() or bool((self.error[known] <= FIRST_DIGIT * size[known]).any())

    @property
    def size(self) -> float:
        """The largest error relative to the largest true element, or the largest claimed one where
        all true ones are 0.
        """
        errors = self.error if self.claimed is None else np.maximum(self.error, self.residue)
        largest = np.abs(self.truth[np.isfinite(self.truth)]).max(initial=0.0)
        largest = largest or np.abs(numbers_in(self.returned)).max(initial=0.0)
        worst = float(errors.max(initial=0.0))
        return worst / float(largest) if largest else np.inf if worst else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """All gradients of a run, with the steps of its outputs and inputs.

    bits: of the balls that told; bounded: whether they bound the truth. decided: decisions that the
    run took at this point alone, and how they are taken to either side of it. kept: by number, the
    values of steps at these bits, as far as they are not too many.
    """

    run: Run
    tensors: Mapping[str, Tensor]
    bits: int
    bounded: bool
    decided: Mapping[int, Any]
    kept: Mapping[int, Any] = field(default_factory=dict)

    @property
    def decisions(self) -> list[Step]:
        """The decisions between inputs and outputs: those of constants are never another."""
        moving = {x.number for x in self.run.inputs.values()}
        steps = ancestors(list(self.run.outputs.values()))
        for s in steps:
            if any(x.number in moving for x in s.inputs):
                moving.add(s.number)
        return [s for s in steps if s.primitive.decides and s.number in moving]
