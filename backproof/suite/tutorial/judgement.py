"""How a formula of the tutorial is judged: by its shapes first, then in exact arithmetic."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from architectures import Array, Tensors
from backproof.locate import wrong
from backproof.tutorial.network import Misfit
from backproof.verdicts import Status
from reference.exact import taylor
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, distances, lift
from reference.exact.ball import Ball
from reference.exact.taylor import STEP, Gradient, Loss, Order
from reference.exact.witness import BITS, examine, point
from reference.testimony import LOSS

EQUAL = 2.0**-300
"""Two ways to compute one number differ by their radii, near 2^-390; two numbers by far more."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A status, what it rests on in words, and the Taylor order where one was taken."""

    status: Status
    evidence: str
    order: float = math.inf

    def and_also(self, evidence: str) -> "Judgement":
        """The same judgement, resting on more."""
        return Judgement(self.status, f"{self.evidence}; {evidence}", self.order)


@dataclass(frozen=True, slots=True)
class FormulaTrial:
    """A formula as printed, in plain text that is safe in HTML, and its two judgements.

    reading: what must be read into it, or "" where the text is exact.
    """

    key: str
    formula: str
    printed: Judgement
    read: Judgement
    reading: str = ""

    @property
    def evidence(self) -> str:
        """What the two statuses rest on."""
        if self.printed == self.read:
            return self.printed.evidence
        return f"as printed: {self.printed.evidence}. As read: {self.read.evidence}"

    def to_json(self) -> dict[str, str]:
        """The trial as JSON values."""
        return {
            "key": self.key,
            "formula": self.formula,
            "printed": str(self.printed.status),
            "read": str(self.read.status),
            "reading": self.reading,
            "evidence": self.evidence,
        }


def of_gradient(
    loss: Loss, gradient: Gradient, tensors: Tensors, moving: Collection[str], seed: int
) -> Judgement:
    """Is `gradient` the gradient of `loss` by the tensors named?"""
    at = point(tensors)
    try:
        with exactly(BITS):
            claimed = gradient(at)
        for name in moving:
            if claimed[name].shape != at[name].shape:
                shapes = f"{claimed[name].shape} against {at[name].shape}"
                return Judgement(Status.BROKEN, f"{name}: shape {shapes}")
        return _of_order(examine(loss, gradient, at, moving, seed).order)
    except Misfit as misfit:
        return Judgement(Status.BROKEN, str(misfit))


def _drawn(tensor: Any, seed: int) -> Any:
    """A random direction, an array of balls shaped like a tensor of them."""
    at = {"t": 0 * tensor}
    return taylor.beside(at, taylor.directions(at, seed), flint.arb(1))["t"]


def of_derivative(
    f: Callable[[Any], Any], change: Callable[[Any, Any], Any], t: Array, seed: int
) -> Judgement:
    """Is dy = change(t, dt), the claimed derivative at work on a small dt, the change of y = f(t)?

    A random mix of y's elements is judged on the line t + s dt, as a function of the number s.
    """
    try:
        with exactly(BITS):
            t = lift(t)
            dt = _drawn(t, seed)
            y, dy = f(t), change(t, dt)
            if y.shape != dy.shape:
                return Judgement(Status.BROKEN, f"shape {dy.shape} against {y.shape}")
            mix = _drawn(y, seed + 1)
            slope = (mix * dy).sum() * lift(np.ones(1))
    except Misfit as misfit:
        return Judgement(Status.BROKEN, str(misfit))

    def along(here: Any) -> Any:
        return (mix * f(t + here["s"][0] * dt)).sum()

    def claim(here: Any) -> Any:
        return {LOSS: along(here), "s": slope}

    return of_gradient(along, claim, {"s": np.zeros(1)}, ["s"], seed)


def of_descent(
    loss: Loss, gradient: Gradient, tensors: Tensors, moving: Collection[str], seed: int
) -> Judgement:
    """Does the loss at t - delta g, g the gradient by the tensors named, fall as it must?

    As a function of delta its slope at 0 must be -|g|^2, and below 0.
    """
    at = point(tensors)
    with exactly(BITS):
        g = gradient(at)
        slope = -sum((g[name] * g[name]).sum() for name in moving) * lift(np.ones(1))

    def updated(here: Any) -> Any:
        return loss({**at, **{n: at[n] - here["delta"][0] * g[n] for n in moving}})

    def claim(here: Any) -> Any:
        return {LOSS: updated(here), "delta": slope}

    judged = of_gradient(updated, claim, {"delta": np.zeros(1)}, ["delta"], seed)
    (rate,) = balls(slope)
    if judged.status and not rate < 0:
        return Judgement(Status.UNDECIDED, "the gradient is 0: there is nothing to descend")
    return judged.and_also(f"slope {float(rate.mid()):.3g} along the step")


def of_equality(these: Any, those: Any) -> Judgement:
    """Are two arrays of balls the same, in shape and in every element?"""
    if these.shape != those.shape:
        return Judgement(Status.BROKEN, f"shape {these.shape} against {those.shape}")
    with exactly(BITS):
        gap = float(distances(balls(these), balls(those)).max())
    status = Status.CORRECT if gap < EQUAL else Status.WRONG
    return Judgement(status, f"the two sides differ by {gap:.1g} in {BITS} bits")


def true_slope(loss: Callable[[Any], Any], t: float) -> float:
    """The derivative of a function of one number, by an exact central difference."""
    with exactly(BITS):
        ahead, behind = (balls(loss(lift(np.array([t])) + Ball(s)))[0] for s in (STEP, -STEP))
        return float(((ahead - behind) / (2 * STEP)).mid())


def worst(judged: Sequence[Judgement], of: str) -> Judgement:
    """The worst of several judgements, and how many are like it."""
    chosen = min(judged, key=lambda j: (j.status.severity, j.order))
    alike = sum(j.status is chosen.status for j in judged)
    evidence = f"{chosen.evidence}, {chosen.status} in {alike} of {len(judged)} {of}"
    return Judgement(chosen.status, evidence, chosen.order)


def _of_order(order: Order) -> Judgement:
    if wrong(order):
        status = Status.WRONG
    else:
        status = Status.CORRECT if order.right and order.smooth else Status.UNDECIDED
    shown = "no remainder at all" if math.isinf(order.odd) else f"Taylor order {order.odd:.3f}"
    return Judgement(status, f"{shown} in {BITS} bits", order.odd)
