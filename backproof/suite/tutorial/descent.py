"""Descent by one parameter: its derivative, its update, and how large its step may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from backproof.reference.answer import LOSS
from backproof.suite.tutorial.formula import FormulaTrial, Judgement
from backproof.suite.tutorial.judgement import of_descent, of_gradient
from backproof.verdict import Status

LOSS_TEXT = "L(A) = (A − 1)²"
START, STEPS = Fraction(-1), 12
MULTIPLES = (Fraction(1, 8), Fraction(3, 4), Fraction(17, 8))
"""The steps shown, in units of the best one; few bits, so that floats hold the points exactly."""
HAIR = Fraction(1, 2**20)
DRAWN = 60


@dataclass(frozen=True, slots=True)
class Descent:
    """Twelve updates with one step: the points (A, L(A)), the start among them.

    factor: what every update multiplies the distance to the minimum by.
    """

    step: float
    factor: float
    points: tuple[tuple[float, float], ...]

    @property
    def curve(self) -> list[tuple[float, float]]:
        """The loss itself where the points lie, and half a unit further, as many points of it."""
        visited = [A for A, _ in self.points]
        first, last = min(visited) - 0.5, max(visited) + 0.5
        grid = (first + (last - first) * k / DRAWN for k in range(DRAWN + 1))
        return [(A, float(loss(A))) for A in grid]

    @property
    def label(self) -> str:
        """Too large does not converge; too small goes less than half of the way at a time."""
        if abs(self.factor) >= 1:
            return "too large"
        return "too small" if self.factor > 0.5 else "good"


def loss(A: Any) -> Any:
    """(A - 1)^2."""
    return (A - 1) * (A - 1)


def slope(A: Any) -> Any:
    """dL/dA = 2 (A - 1)."""
    return 2 * (A - 1)


def curvature() -> Fraction:
    """c = d2L/dA2: the second difference, exact because the loss is a parabola."""
    second: Fraction = loss(START + HAIR) + loss(START - HAIR) - 2 * loss(START)
    return second / HAIR**2


def descents() -> list[Descent]:
    r"""One run for each step shown.

    With L = c (A - m)^2 / 2 + const an update makes A - m - delta c (A - m), so it multiplies the
    distance to m by 1 - delta c. It converges if and only if |1 - delta c| < 1, that is
    0 < delta < 2/c, and soonest, in one update, with delta = 1/c.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 4.3.1, eq. 4.10.
    """
    return [_descend(multiple / curvature()) for multiple in MULTIPLES]


def descent_trials(seed: int) -> list[FormulaTrial]:
    """The derivative of the loss shown, and the update with it."""

    def total(at: Mapping[str, Any]) -> Any:
        return loss(at["A"]).sum()

    def claimed(at: Mapping[str, Any]) -> dict[str, Any]:
        return {LOSS: total(at), "A": slope(at["A"])}

    at = {"A": np.array([float(START)])}
    derivative = of_gradient(total, claimed, at, ["A"], seed)
    update = of_descent(total, claimed, at, ["A"], seed)
    return [
        FormulaTrial("derivative", f"L'(A), of {LOSS_TEXT}: 2 (A − 1)", derivative, derivative),
        FormulaTrial(
            "descent",
            "A_new = A_old − δ dL/dA at A = A_old",
            update,
            _of_bound(),
            "The step δ has a bound. Where the loss is a parabola of curvature c, each update "
            "multiplies the distance to the minimum by 1 − δc: it converges only for δ between 0 "
            "and 2/c, best with 1/c.",
        ),
    ]


def _descend(step: Fraction) -> Descent:
    A = [START]
    for _ in range(STEPS):
        A.append(A[-1] - step * slope(A[-1]))
    points = tuple((float(a), float(loss(a))) for a in A)
    return Descent(float(step), float((A[2] - A[1]) / (A[1] - A[0])), points)


def _of_bound() -> Judgement:
    """Just below 2/c the loss must fall, at 2/c stand, just above it rise."""
    bound = 2 / curvature()
    steps = (bound - HAIR, bound, bound + HAIR)
    changes = [loss(START - step * slope(START)) - loss(START) for step in steps]
    words = ["falls" if d < 0 else "rises" if d > 0 else "stands" for d in changes]
    status = Status.CORRECT if words == ["falls", "stands", "rises"] else Status.WRONG
    evidence = f"curvature {curvature()}; 2⁻²⁰ below δ = 2/c = {bound} the loss {words[0]}"
    return Judgement(status, f"{evidence}, at it it {words[1]}, 2⁻²⁰ above it {words[2]}")
