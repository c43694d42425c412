"""Claims at corners and branches that lie where one of the numbers decides."""

from typing import Any

import numpy as np
from scipy.special import xlogy

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn
from verdict.pointed import AT_0, two, two_gradient


def entropy(x: Any) -> Any:
    """x log x, whose slope at 0 falls as slowly as a logarithm."""
    return xlogy(x, x).sum()


def at_one_point(x: Any) -> Any:
    """Another branch where x is 1, and there alone."""
    return np.where(x == 1, 1 + 7 * (x - 1), x * x).sum()


def branching(x: Any) -> Any:
    """A square up to 1 and a line beyond, by a branch of Python's."""
    return sum(v * v if v <= 1 else 7 * v - 6 for v in x)


def rooted(x: Any) -> Any:
    """The root of two distances, whose slopes have no bound between the axes."""
    return np.sqrt(np.sqrt(x[0] ** 2) * np.sqrt(x[1] ** 2))


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


X = drawn((3, 4))[0]

CORNERS = (
    *(
        Tried(
            f"x log x at 0, {x}",
            _of(entropy, lambda t, x=x: np.where(t == 0, x, np.log(t) + 1), np.array([0.0, 0.5])),
            Status.WRONG,
        )
        for x in (np.inf, np.nan, 0.0)
    ),
    Tried(
        "x log x at 0", _of(entropy, lambda x: np.log(x) + 1, np.array([0.0, 0.5])), Status.CORRECT
    ),
    Tried("no gradient", _of(rooted, np.zeros_like, np.zeros(2)), Status.UNDECIDED),
    Tried(
        "a tilted corner",
        _of(lambda x: (np.sqrt(x * x) + 2 * x).sum(), lambda x: 2 + np.sign(x), np.zeros(1)),
        Status.KINK,
    ),
    Tried(
        "a leaky corner",
        _of(
            lambda x: np.where(x > 0, x, 0.125 * x).sum(),
            lambda x: np.where(x > 0, 1, 0.125),
            np.array([0.0, 1.0]),
        ),
        Status.KINK,
    ),
    Tried(
        "at the border of a branch",
        _of(branching, lambda x: np.where(x < 1, 2 * x, 7.0), np.array([1.0, 0.5])),
        Status.KINK,
    ),
    Tried(
        "a branch of one point",
        _of(at_one_point, lambda x: 2 * x, np.array([1.0, 0.5])),
        Status.CORRECT,
    ),
    Tried(
        "two tensors at a tie, float16",
        _of(two, two_gradient(0), AT_0.astype(np.float16), X[0].astype(np.float16)),
        Status.KINK,
    ),
)
