"""How a formula of the tutorial is judged: by its shapes first, then in exact arithmetic."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import flint
import numpy as np

from backproof.architectures import Array, Tensors
from backproof.checks.errors import distances
from backproof.checks.measure import measure
from backproof.checks.measured import Measured
from backproof.exact.balls import Balls, numbers, to_balls
from backproof.exact.evaluate import over_balls
from backproof.exact.taylor import remainder
from backproof.programs.numpy.running import run_layer, run_pair
from backproof.suite.truth import gradient as true_gradient
from backproof.suite.tutorial.formula import Judgement
from backproof.suite.tutorial.network import Misfit
from backproof.verdict import Status
from backproof.verdict.decisions import BITS

Loss = Callable[[Mapping[str, Any]], Any]
Gradient = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Of tensors by name, a number; and its gradient by the same names."""

EQUAL = 2.0**-300
"""Two ways to compute one number differ by their radii, near 2^-390; two numbers by far more."""


def of_gradient(
    loss: Loss, gradient: Gradient, tensors: Tensors, moving: Collection[str], seed: int
) -> Judgement:
    """Is `gradient` the gradient of `loss` by the tensors named?"""
    try:
        claimed = gradient(tensors)
    except Misfit as misfit:
        return Judgement(Status.BROKEN, str(misfit))
    for name in moving:
        if claimed[name].shape != tensors[name].shape:
            shapes = f"{claimed[name].shape} against {tensors[name].shape}"
            return Judgement(Status.BROKEN, f"{name}: shape {shapes}")
    names = list(tensors)
    run = run_pair(
        lambda *given: loss(dict(zip(names, given, strict=True))),
        lambda *given: gradient(dict(zip(names, given, strict=True))),
        tensors,
        lambda at: [at[n] for n in names],
        lambda found: {n: found[n] for n in moving},
    )
    dtypes = {n: t.dtype for n, t in tensors.items()}
    return _judged(measure(run, run.returned, dtypes, seed), seed)


def _judged(measured: Measured, seed: int) -> Judgement:
    """By the formula in every element; the Taylor order along a random direction is shown."""
    rng = np.random.default_rng(seed)
    direction = {
        n: rng.choice([-1.0, 1.0], t.truth.shape) * rng.uniform(0.5, 1, t.truth.shape)
        for n, t in measured.tensors.items()
    }
    slope = flint.arb(0)
    with flint.ctx.workprec(measured.bits):
        for n, t in measured.tensors.items():
            assert t.claimed is not None
            pairs = zip(numbers(t.claimed), direction[n].ravel().tolist(), strict=True)
            slope = sum((g * d for g, d in pairs), slope)
    outputs = {y: np.ones(y.shape) for y in measured.run.outputs.values()}
    order = remainder(outputs, measured.run.inputs, direction, slope, measured.bits).order
    right = not any(t.off.any() for t in measured.tensors.values())
    shown = "no remainder at all" if math.isinf(order) else f"Taylor order {order:.3f}"
    status = Status.CORRECT if right else Status.WRONG
    return Judgement(status, f"{shown} in {measured.bits} bits", order)


def of_derivative(
    f: Callable[[Any], Any], change: Callable[[Any, Any], Any], t: Array, seed: int
) -> Judgement:
    """Is dy = change(t, dt), the claimed derivative at work on a small dt, the change of y = f(t)?

    A random mix of y's elements is judged on the line t + s dt, as a function of the number s.
    """
    dt = _drawn(t.shape, seed)
    try:
        y, dy = f(t), change(t, dt)
    except Misfit as misfit:
        return Judgement(Status.BROKEN, str(misfit))
    if y.shape != dy.shape:
        return Judgement(Status.BROKEN, f"shape {dy.shape} against {y.shape}")

    def along(here: Mapping[str, Any]) -> Any:
        return (here["mix"] * f(here["t"] + here["s"] * here["dt"])).sum()

    def claim(here: Mapping[str, Any]) -> Any:
        return {"s": (here["mix"] * change(here["t"], here["dt"])).sum().reshape(1)}

    at = {"s": np.zeros(1), "t": t, "dt": dt, "mix": _drawn(y.shape, seed + 1)}
    return of_gradient(along, claim, at, ["s"], seed)


def _drawn(shape: tuple[int, ...], seed: int) -> Array:
    """A random direction."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1, shape)


def of_descent(
    loss: Loss, gradient: Gradient, tensors: Tensors, moving: Collection[str], seed: int
) -> Judgement:
    """Does the loss at t - delta g, g the gradient by the tensors named, fall as it must?

    As a function of delta its slope at 0 must be -|g|^2, and below 0.
    """

    def updated(here: Mapping[str, Any]) -> Any:
        g = gradient(here)
        return loss({**here, **{n: here[n] - here["delta"] * g[n] for n in moving}})

    def claim(here: Mapping[str, Any]) -> Any:
        g = gradient(here)
        return {"delta": -sum((g[n] * g[n]).sum() for n in moving).reshape(1)}

    at = {**tensors, "delta": np.zeros(1)}
    judged = of_gradient(updated, claim, at, ["delta"], seed)
    rate = float(claim(at)["delta"][0])
    if judged.status and not rate < 0:
        return Judgement(Status.UNDECIDED, "the gradient is 0: there is nothing to descend")
    return judged.and_also(f"slope {rate:.3g} along the step")


def exactly(function: Callable[..., Any], *arrays: Any) -> Balls:
    """The values of function(*arrays) without rounding."""
    names = [str(k) for k in range(len(arrays))]
    run = run_layer(
        lambda *given: (function(*given), None),
        lambda dy, cache: dict.fromkeys(names),
        dict(zip(names, arrays, strict=True)),
        lambda at: [at[n] for n in names],
        lambda found: found,
        lambda name, y: np.ones(np.shape(y)),
    )
    (y,) = run.outputs.values()
    return over_balls([y], BITS)[0]


def of_equality(these: Any, those: Any) -> Judgement:
    """Are two arrays, of floats or of balls, the same, in shape and in every element?"""
    if these.shape != those.shape:
        return Judgement(Status.BROKEN, f"shape {these.shape} against {those.shape}")
    gap = float(distances(to_balls(these), to_balls(those)).max())
    status = Status.CORRECT if gap < EQUAL else Status.WRONG
    return Judgement(status, f"the two sides differ by {gap:.1g} in {BITS} bits")


def true_slope(loss: Callable[[Any], Any], t: float) -> float:
    """The derivative of a function of one number."""
    (slope,) = true_gradient(loss, np.array(t)).values.values()
    return float(slope)
