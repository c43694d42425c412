"""Claims where a slope is a choice: ties, kinks, jumps, infinite slopes, staircases, cuts."""

from typing import Any

import numpy as np

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn, off


def relu(x: Any) -> Any:
    """The sum of a ReLU, twice."""
    return np.maximum(x, 0).sum() + 2 * np.maximum(x, 0).sum()


def relu_gradient(at_0: float) -> Any:
    """With a slope at 0."""
    return lambda x: 3 * np.where(x == 0, at_0, x > 0)


def rounded(x: Any) -> Any:
    """Two numbers that are equal at 1 but for their rounding: 0.1 + 0.2 and 0.3."""
    return np.maximum(0.1 * x + 0.2, 0.3).sum()


def turns(x: Any) -> Any:
    """One line of code, three times."""
    return sum((k * np.maximum(x, 0)).sum() for k in (1, 2, 4))


def two(x: Any, w: Any) -> Any:
    """A ReLU of one, weighed by another."""
    return (np.maximum(x, 0) * np.exp(w)).sum()


def two_gradient(part: float) -> Any:
    """The slope at 0 is 0; the other tensor may be off."""
    return lambda x, w: (
        (x > 0) * np.exp(w),
        off(np.maximum(x, 0) * np.exp(w), part, 2),
    )


def largest(x: Any) -> Any:
    """Of all."""
    return 3 * np.max(x)


def share(which: str) -> Any:
    """The slope of a maximum, as equal winners have it."""

    def gradient(x: Any) -> Any:
        hit = (x == np.max(x)) * 1.0
        if which == "shared":
            return 3 * hit / hit.sum()
        if which == "first":
            hit = hit * (np.cumsum(hit) == 1)
        if which == "last":
            hit = hit * (np.cumsum(hit[::-1])[::-1] == 1)
        return 3 * hit

    return gradient


def norm(x: Any) -> Any:
    """Squared: the root has an infinite slope at 0, its square none."""
    return (np.sqrt((x * x).sum(axis=1)) ** 2).sum()


def norm_nan(x: Any) -> Any:
    """Through the root."""
    n = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return 2 * n * (x / n)


def bisection(x: Any) -> Any:
    """The cube root of each element, by halving a bracket."""
    low, high = np.zeros(x.shape), np.full(x.shape, 4.0)
    for _ in range(40):
        middle = (low + high) / 2
        above = middle**3 > x
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return ((low + high) / 2).sum()


def step_at(x: Any) -> Any:
    """A product with a rounded number."""
    return (np.rint(4 * x) * x).sum()


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


AT_0 = np.array([-1.0, 0.0, 2.0, 0.0])
EQUAL = np.array([2.0, 2.0, 1.0, 2.0])
ROWS = np.array([[0.0, 0.0], [3.0, 4.0]])
CUBES = np.array([1.7])
X = drawn(5)[0]

POINTED = (
    *(
        Tried(f"relu, {s} at 0", _of(relu, relu_gradient(s), AT_0), Status.KINK, "BP501")
        for s in (0.0, 0.5, 1.0)
    ),
    Tried("relu, 1.25 at 0", _of(relu, relu_gradient(1.25), AT_0), Status.WRONG),
    Tried("relu, 0 everywhere", _of(relu, np.zeros_like, AT_0), Status.WRONG),
    Tried(
        "relu, half at 0, off elsewhere",
        _of(relu, lambda x: off(relu_gradient(0.5)(x), 1e-7, 2), AT_0),
        Status.WRONG,
    ),
    Tried(
        "relu, a convention for every turn",
        _of(turns, lambda x: np.where(x == 0, 2.0, 7 * (x > 0)), AT_0),
        Status.WRONG,
    ),
    Tried("two tensors at a tie", _of(two, two_gradient(0), AT_0, X[:4]), Status.KINK),
    Tried(
        "two tensors at a tie, one wrong", _of(two, two_gradient(1e-7), AT_0, X[:4]), Status.WRONG
    ),
    Tried(
        "relu just above 0, half its slope",
        _of(
            lambda x: np.maximum(x, 0).sum(), lambda x: 0.5 * np.ones(x.shape), np.array([2.0**-14])
        ),
        Status.WRONG,
    ),
    Tried("a tie by rounding", _of(rounded, lambda x: 0 * x, np.ones(1)), Status.KINK),
    Tried(
        "a tie by rounding, beyond", _of(rounded, lambda x: 0 * x + 0.2, np.ones(1)), Status.WRONG
    ),
    Tried("relu away from 0", _of(relu, relu_gradient(0.0), X), Status.CORRECT),
    *(
        Tried(f"largest, {w}", _of(largest, share(w), EQUAL), Status.KINK, "BP501")
        for w in ("first", "last", "shared")
    ),
    Tried("largest, to each", _of(largest, share("each"), EQUAL), Status.WRONG),
    Tried("norm squared at 0", _of(norm, lambda x: 2 * x, ROWS), Status.CORRECT),
    Tried("norm squared at 0, NaN", _of(norm, norm_nan, ROWS), Status.WRONG),
    Tried(
        "norm at 0",
        _of(
            lambda x: np.sqrt((x * x).sum(axis=1)).sum(),
            lambda x: x / np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), 1e-300),
            ROWS,
        ),
        Status.KINK,
    ),
    Tried(
        "bisection",
        _of(bisection, lambda x: np.cbrt(x) ** -2 / 3, CUBES),
        Status.CORRECT,
        "staircase",
    ),
    Tried("bisection, 0", _of(bisection, np.zeros_like, CUBES), Status.WRONG),
    Tried("straight through", _of(step_at, lambda x: np.rint(4 * x) + 4 * x, X), Status.WRONG),
    Tried("rounded", _of(step_at, lambda x: np.rint(4 * x), X), Status.CORRECT),
    Tried(
        "straight through, accepted",
        _of(step_at, lambda x: np.rint(4 * x) + 4 * x, X),
        Status.ACCEPTED,
        "accepted: BP125",
        options={"accept": {"BP125": 10.0}},
    ),
)
