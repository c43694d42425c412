"""Losses with a known slope, on which the witness of black boxes is on trial."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import digamma, gammaln

from backproof.architectures import Array
from backproof.differences.judgement import Outcome
from backproof.differences.witness import Slopes, differentiate

SINGLE = np.float32


@dataclass(frozen=True)
class Known:
    """A loss of x with a known derivative, and the fault in one element that must be seen, or 0."""

    loss: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    at: Callable[[np.random.Generator], Any] = lambda rng: rng.uniform(0.5, 2, 3)
    seen: float = 0.0


def fixed(*x: float) -> Callable[[np.random.Generator], Any]:
    """The same point for every seed."""
    return lambda rng: np.array(x)


def normal(size: float) -> Callable[[np.random.Generator], Any]:
    """Three numbers of a size, none of them near 0."""
    return lambda rng: size * rng.uniform(0.5, 2, 3) * rng.choice([-1, 1], 3)


def kinked(x: Any) -> Any:
    """A kink 1e-7 above 1, on a curve."""
    return np.maximum(x - 1 - 1e-7, 2 * (x - 1 - 1e-7)) + x**3


NEAR, FAR = 1e-6, 1e-4

ZOO = {
    "quadratic": Known(lambda x: (x * x).sum(), lambda x: 2 * x, seen=NEAR),
    "cubic": Known(lambda x: (x**3).sum(), lambda x: 3 * x * x, seen=NEAR),
    "exp": Known(lambda x: np.exp(x).sum(), np.exp, seen=NEAR),
    "steep exp": Known(lambda x: np.exp(9 * x).sum(), lambda x: 9 * np.exp(9 * x)),
    "tanh": Known(lambda x: np.tanh(x).sum(), lambda x: 1 / np.cosh(x) ** 2, seen=NEAR),
    "gammaln": Known(lambda x: gammaln(x).sum(), digamma),
    "sine at 0": Known(lambda x: np.sin(x).sum(), np.cos, fixed(0, 0, 0), NEAR),
    "square at 0": Known(lambda x: (x * x).sum(), lambda x: 2 * x, fixed(0, 0)),
    "huge x": Known(lambda x: (x * x).sum(), lambda x: 2 * x, normal(1e10), NEAR),
    "tiny x": Known(lambda x: (x * x).sum(), lambda x: 2 * x, normal(1e-30), NEAR),
    "sine far out": Known(lambda x: np.sin(x).sum(), np.cos, normal(1e8)),
    "tiny slope": Known(
        lambda x: 1e-30 * np.tanh(x).sum(), lambda x: 1e-30 / np.cosh(x) ** 2, seen=NEAR
    ),
    "tiny slope beside 1": Known(lambda x: 1 + 1e-30 * x.sum(), lambda x: 1e-30 + 0 * x),
    "cancellation": Known(lambda x: 1e8 + (x * x).sum(), lambda x: 2 * x, seen=FAR),
    "expm1 by exp": Known(lambda x: (np.exp(x) - 1 - x).sum(), np.expm1, normal(1e-2)),
    "swing of 1e-3": Known(
        lambda x: np.sin(1e3 * x).sum(), lambda x: 1e3 * np.cos(1e3 * x), fixed(0.3, 1, 2), NEAR
    ),
    "swing of 1e-6": Known(
        lambda x: np.sin(1e6 * x).sum(), lambda x: 1e6 * np.cos(1e6 * x), fixed(0.3, 1, 2)
    ),
    "ripple": Known(
        lambda x: (x * x + 1e-9 * np.sin(1e9 * x)).sum(), lambda x: 2 * x + np.cos(1e9 * x)
    ),
    "chirp": Known(
        lambda x: (x * x * np.sin(1 / x)).sum(),
        lambda x: 2 * x * np.sin(1 / x) - np.cos(1 / x),
        normal(1e-2),
        FAR,
    ),
    "narrow bump": Known(
        lambda x: np.exp(-(((x - 1) * 1e4) ** 2)).sum(),
        lambda x: -2e8 * (x - 1) * np.exp(-(((x - 1) * 1e4) ** 2)),
        lambda rng: 1 + 1e-4 * rng.uniform(0.5, 1, 3),
    ),
    "log near 0": Known(lambda x: np.log(x).sum(), lambda x: 1 / x, fixed(1e-30, 1e-6, 1, 3), NEAR),
    "log that raises": Known(
        lambda x: sum(math.log(v) for v in x), lambda x: 1 / x, fixed(1e-8, 1, 3), NEAR
    ),
    "log from 0 to 1": Known(
        lambda x: (np.log(x) - np.log1p(-x)).sum(),
        lambda x: 1 / x / (1 - x),
        fixed(1e-9, 0.5, 1 - 1e-6),
        FAR,
    ),
    "sqrt near 0": Known(
        lambda x: np.sqrt(x).sum(), lambda x: 0.5 / np.sqrt(x), fixed(1e-8, 1e-3, 2), NEAR
    ),
    "cbrt near 0": Known(
        lambda x: np.cbrt(x).sum(), lambda x: np.cbrt(x) ** -2 / 3, fixed(1e-12, 0.3, -2), NEAR
    ),
    "power 3/2 at its border": Known(
        lambda x: (x**1.5).sum(), lambda x: 1.5 * np.sqrt(x), fixed(0, 1)
    ),
    "scales far apart": Known(
        lambda x: np.log(x).sum(), lambda x: 1 / x, lambda rng: np.exp(6 * rng.normal(size=4)), NEAR
    ),
    "constant": Known(lambda x: 3.7, lambda x: 0 * x),
    "round": Known(lambda x: np.round(3 * x).sum(), lambda x: 0 * x),
    "floor under a curve": Known(
        lambda x: (np.exp(x) + np.floor(50 * x)).sum(), np.exp, fixed(0.311, 1.017), NEAR
    ),
    "kink 1e-3 away": Known(
        lambda x: np.abs(x - 1.001).sum(), lambda x: np.sign(x - 1.001), fixed(1, 2), NEAR
    ),
    "kink 1e-7 away": Known(
        lambda x: kinked(x).sum(), lambda x: np.where(x > 1 + 1e-7, 2, 1) + 3 * x * x, fixed(1, 1.5)
    ),
    "rounded corner": Known(
        lambda x: np.sqrt(x * x + 1e-12).sum(),
        lambda x: x / np.sqrt(x * x + 1e-12),
        fixed(1e-6, 0.5, -2),
    ),
    "softmax": Known(
        lambda x: np.log(np.exp(x).sum()) - x[0],
        lambda x: np.exp(x) / np.exp(x).sum() - np.eye(len(x))[0],
        seen=NEAR,
    ),
    "sum of 0": Known(lambda x: np.tanh((x - x.mean()).sum()), lambda x: 0 * x),
    "float32": Known(
        lambda x: np.tanh(x.astype(SINGLE)).sum(),
        lambda x: 1 / np.cosh(x.astype(SINGLE).astype(float)) ** 2,
        fixed(0.25, -0.5, 0.75),
        1e-3,
    ),
    "float32 square": Known(
        lambda x: np.square(x.astype(SINGLE)).sum(), lambda x: 2 * x.astype(SINGLE), seen=FAR
    ),
    "float32, summed in float64": Known(
        lambda x: np.sin(x.astype(SINGLE)).astype(float).sum(), lambda x: np.cos(x.astype(SINGLE))
    ),
    "float16": Known(
        lambda x: np.sin(x.astype(np.float16)).sum(), lambda x: np.cos(x.astype(np.float16))
    ),
}

KINKS = {
    "relu at 0": (lambda x: np.maximum(x, 0).sum(), fixed(0.0, 0.0), (0, 1)),
    "abs at 0 on a curve": (lambda x: (np.abs(x) + np.sin(x)).sum(), fixed(0.0, 0.0), (0, 2)),
    "tie of a maximum": (lambda x: 7 + 3 * x.max(), fixed(0.5, 0.5), (0, 3)),
    "hinge": (lambda x: np.maximum(1 - x, 0).sum(), fixed(1.0, 1.0), (-1, 0)),
    "leaky corner": (lambda x: np.where(x > 2, x, 0.99 * x + 0.02).sum(), fixed(2.0), (0.99, 1)),
}
"""A loss, where its kink is, and its slopes there from the left and from the right, in order."""


def found(loss: Callable[[Any], Any], x: Array, seed: int = 0, **limits: Any) -> Slopes:
    """The slopes of a loss of one tensor."""
    return differentiate(lambda at: loss(at["x"]), {"x": x}, ["x"], seed, **limits)["x"]


def spoiled(g: Array, k: int, fault: float) -> Array:
    """A gradient with one element off by a part of itself."""
    g = np.array(g, dtype=float)
    g[k] *= 1 + fault
    return g


def outcomes(judged: Any) -> set[Outcome]:
    """What the judgements come to."""
    return {j.outcome for j in judged}
