"""Bisections: after enough halvings a program stands on a stair, whatever its format.

The projection on the probability simplex (Martins and Astudillo 2016, ICML, equation 2),
p = max(z - t, 0) with t such that p sums to 1, where t is bisected. Its gradient is the projection
of dy on the vectors that sum to 0 over the support.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import backproof
from backproof import Status

Floats = NDArray[np.floating]
WEIGHTS = [0.7, -1.3, 0.4, 2.1, -0.6]
SCORES = [0.31, -0.77, 0.52, 0.9, -1.4]


def projection(halvings: int) -> Callable[[Floats], Floats]:
    """The projection of a vector, its threshold by so many halvings of the bracket of length 1."""

    def project(z: Floats) -> Floats:
        low, length = z.max() - 1, z.max() - z.max() + 1
        for _ in range(halvings):
            length = length / 2
            middle = low + length
            low = np.where(np.maximum(z - middle, 0).sum() >= 1, middle, low)
        return np.maximum(z - low, 0)

    return project


def backward(project: Callable[[Floats], Floats], scale: float) -> Callable[[Floats], Floats]:
    """The hand-written gradient of `weights @ project(z)`, so many times too large."""

    def gradient(z: Floats) -> Floats:
        weights = np.asarray(WEIGHTS, z.dtype)
        support = (project(z) > 0).astype(z.dtype)
        return (weights - weights @ support / support.sum()) * support * z.dtype.type(scale)

    return gradient


@pytest.mark.parametrize("halvings", [25, 45])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("scale", "status"), [(1.0, Status.CORRECT), (1.02, Status.WRONG)])
def test_a_bisection_is_judged_by_its_slope_to_either_side(
    dtype: type, halvings: int, scale: float, status: Status
) -> None:
    """Nobody means the slope of the first bracket, which is what the record has."""
    project = projection(halvings)
    answer = backproof.check(
        lambda z: (np.asarray(WEIGHTS, z.dtype) * project(z)).sum(),
        backward(project, scale),
        np.asarray(SCORES, dtype),
    )
    assert answer.status is status, str(answer)


@pytest.mark.parametrize("n", [2, 1000])
def test_a_kink_beside_large_numbers_is_no_staircase(n: int) -> None:
    """What is added to a ReLU hides a small change of it from floats, and from them alone."""
    x = np.ones(n)
    x[-1] = 0
    answer = backproof.check(
        lambda x: (1e6 * np.maximum(x, 0)).sum() / 1e6,
        lambda x: np.where(x == 0, 7.0, (x > 0) * 1.0),
        x,
    )
    assert answer.status is Status.WRONG, str(answer)
