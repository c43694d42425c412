"""One wrong tensor as the hypotheses see it, and what it takes to explain it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from backproof.diagnosis.evidence import Arrays, Evidence, Floats
from backproof.verdict.decisions import HIDDEN, LIMIT, TELLING, UNIT_UNKNOWN

Mask = npt.NDArray[np.bool_]
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Deviation:
    """A tensor whose claimed gradient has the right shape, is finite, and is not the true one."""

    name: str
    claimed: Floats
    true: Floats
    unit: float | None
    evidence: Evidence

    def tolerance(self, hypothesis: Floats) -> float:
        """How far from a hypothesis rounding can lead: further if its numbers are larger."""
        size = largest(hypothesis)
        if self.unit is None:
            return UNIT_UNKNOWN * size
        true = largest(self.true)
        return LIMIT * (self.unit * max(1.0, size / true if true else 1.0) + EPS * size)

    @property
    def wrong(self) -> Mask:
        """The elements that are not the true ones to rounding."""
        return np.abs(self.claimed - self.true) > self.tolerance(self.true)

    @property
    def bad(self) -> Mask:
        """The elements that whoever judged them calls not right; else those off by rounding."""
        return np.asarray(self.evidence.bad.get(self.name, self.wrong), dtype=np.bool_)

    def right(self, hypothesis: Any) -> Mask:
        """The elements that a hypothesis explains; none, where it has another shape."""
        h = np.asarray(hypothesis, dtype=np.float64)
        if h.shape != self.true.shape or not np.isfinite(h).all():
            return np.zeros(self.true.shape, dtype=np.bool_)
        return np.abs(self.claimed - h) <= self.tolerance(h)

    def told_apart(self, hypothesis: Floats) -> Mask:
        """The elements in which a hypothesis is clearly not the truth."""
        tolerance = max(self.tolerance(hypothesis), self.tolerance(self.true))
        return np.abs(hypothesis - self.true) > TELLING * tolerance

    def explained_by(self, hypothesis: Any, fitted: int = 0) -> bool:
        """Whether a hypothesis is what is claimed, in every element.

        fitted: how many of its numbers were read off the claim itself; they must be confirmed by
        two more elements than they were read off from.
        """
        if not self.right(hypothesis).all():
            return False
        evident = int(self.told_apart(np.asarray(hypothesis, dtype=np.float64)).sum())
        return evident >= (fitted + 2 if fitted else 1)

    def rearranged_as(self, hypothesis: Any) -> bool:
        """Whether a rearrangement explains the claim by more than one number and zeros."""
        if not self.explained_by(hypothesis):
            return False
        moved = np.abs(self.claimed[self.told_apart(np.asarray(hypothesis, dtype=np.float64))])
        return bool(largest(moved) - float(moved.min()) > self.tolerance(self.true)) and bool(
            np.unique(moved[moved > 0]).size > 1
        )


Hypothesis = Callable[[Deviation], str | None]
"""What is claimed, in words that follow the tensor's name; None if this is not what it is."""


def deviations(evidence: Evidence) -> list[Deviation]:
    """The tensors that are wrong, of those that have the right shape and are finite."""
    found = []
    for name, true in evidence.true.items():
        claimed = as_floats(evidence.claimed.get(name))
        if claimed is None or claimed.shape != np.shape(true) or not np.isfinite(claimed).all():
            continue
        known = np.asarray(true, dtype=np.float64)
        deviation = _deviation(name, claimed, known, evidence)
        if np.isfinite(known).all() and deviation.wrong.any():
            found.append(deviation)
    return found


def _deviation(name: str, claimed: Floats, true: Floats, evidence: Evidence) -> Deviation:
    """A tensor with its unit, or without rounding where that makes more than a formula may.

    So it is where a claim asks which of two numbers is equal to a third.
    """
    unit, exact = evidence.unit.get(name), as_floats((evidence.exact_claimed or {}).get(name))
    usable = exact is not None and exact.shape == true.shape and bool(np.isfinite(exact).all())
    if exact is not None and usable and unit and LIMIT * unit > HIDDEN * largest(true):
        return Deviation(name, exact, true, None, evidence)
    return Deviation(name, claimed, true, unit, evidence)


def as_floats(array: Any) -> Floats | None:
    """An array of real numbers as float64; None for everything else."""
    if array is None:
        return None
    found = np.asarray(array)
    return found.astype(np.float64) if found.dtype.kind in "fiub" else None


def answer(run: Callable[[Any], Arrays] | None, question: Any) -> Arrays:
    """What a rerun returns; nothing, if it is not possible or raises."""
    if run is None:
        return {}
    try:
        with np.errstate(all="ignore"):
            return run(question)
    except Exception:  # somebody's code, at inputs that it was not written for
        return {}


def largest(array: Floats) -> float:
    """The size of the largest element; 0 of none."""
    return float(np.max(np.abs(array), initial=0.0))


def finite_ratio(a: Any, b: Any) -> Floats:
    """a / b where b is not 0, and 1 elsewhere."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    return np.divide(a, b, out=np.ones(a.shape), where=b != 0)


def anchor(deviation: Deviation, by: Floats) -> tuple[int, ...]:
    """Where a number is best read off: the element at which `by` is largest."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(by))), deviation.true.shape))
