"""Claims at smooth points: right, wrong by little, and right with bad rounding."""

from typing import Any

import numpy as np

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn, off


def dense(x: Any, w: Any) -> Any:
    """A layer, with its cache."""
    y = np.tanh(x @ w)
    return y, (x, w, y)


def dense_backward(dy: Any, cache: Any) -> Any:
    """Right."""
    x, w, y = cache
    dz = dy * (1 - y * y)
    return dz @ w.T, x.T @ dz


def dense_off(part: float) -> Any:
    """One element off."""

    def backward(dy: Any, cache: Any) -> Any:
        dx, dw = dense_backward(dy, cache)
        return dx, off(dw, part, 3)

    return backward


SHIFTS = np.ones((3, 5), dtype=np.float32)
SHIFTS[1, 2] += 3 * 2.0**-23


def dense_shifted(dy: Any, cache: Any) -> Any:
    """One element of a formula is off by less than rounding makes."""
    dx, dw = dense_backward(dy, cache)
    return dx, dw * SHIFTS


def scores(x: Any) -> Any:
    """Softmax, summed with weights."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (p * p).sum()


def scores_gradient(x: Any) -> Any:
    """Right."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return 2 * p * (p - (p * p).sum(axis=1, keepdims=True))


def half_angle(x: Any) -> Any:
    """Its slope, sin x, by a formula that cancels near 0."""
    return (-np.cos(x)).sum()


def half_angle_gradient(x: Any) -> Any:
    """Right without rounding."""
    return (1 - np.cos(2 * x)) / (2 * np.sin(x))


def turns(x: Any) -> Any:
    """A recurrence that forgets every digit of its input."""
    for _ in range(120):
        x = 3.9 * x * (1 - x)
    return x.sum()


def turns_gradient(x: Any) -> Any:
    """Right without rounding."""
    slope = np.ones(x.shape)
    for _ in range(120):
        slope = slope * 3.9 * (1 - 2 * x)
        x = 3.9 * x * (1 - x)
    return slope


def standing(x: Any) -> Any:
    """A number that stays, though every turn makes its ball five times as wide."""
    for _ in range(160):
        x = 3 * x - 2 * x
    return np.tanh(x).sum()


def standing_gradient(x: Any) -> Any:
    """Right."""
    for _ in range(160):
        x = 3 * x - 2 * x
    return 1 - np.tanh(x) ** 2


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


X = drawn((4, 3), (3, 5))
SMALL = np.array([3e-5, -2e-4, 1e-3])

SMOOTH = (
    Tried("dense", _of(dense, dense_backward, *X), Status.CORRECT, way="check_layer"),
    Tried(
        "dense, float32",
        _of(dense, dense_backward, *drawn((4, 3), (3, 5), dtype=np.float32)),
        Status.CORRECT,
        way="check_layer",
    ),
    Tried(
        "dense, float16",
        _of(dense, dense_backward, *drawn((4, 3), (3, 5), dtype=np.float16)),
        Status.CORRECT,
        way="check_layer",
    ),
    Tried("dense, 1e-12 off", _of(dense, dense_off(1e-12), *X), Status.WRONG, way="check_layer"),
    Tried(
        "dense, float16, 3% off",
        _of(dense, dense_off(0.03), *drawn((4, 3), (3, 5), dtype=np.float16)),
        Status.WRONG,
        "forward and backward followed",
        way="check_layer",
    ),
    Tried(
        "dense, float32, six half ulps off",
        _of(dense, dense_shifted, *drawn((4, 3), (3, 5), dtype=np.float32)),
        Status.WRONG,
        way="check_layer",
    ),
    Tried("softmax, scored", _of(scores, scores_gradient, X[0]), Status.CORRECT),
    Tried("softmax, negative", _of(scores, lambda x: -scores_gradient(x), X[0]), Status.WRONG),
    Tried(
        "half angle",
        _of(half_angle, half_angle_gradient, np.array([0.5, 1.0, 2.0])),
        Status.CORRECT,
    ),
    Tried("half angle near 0", _of(half_angle, half_angle_gradient, SMALL), Status.IMPRECISE),
    Tried(
        "every digit lost",
        _of(turns, turns_gradient, np.array([0.3])),
        Status.IMPRECISE,
        "forward and backward followed",
    ),
    Tried(
        "more bits are needed",
        _of(standing, standing_gradient, X[0][0]),
        Status.CORRECT,
        "; 800 bits",
    ),
)
