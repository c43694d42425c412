"""SciPy's distances are followed: of all pairs of two sets of points, or of one."""

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist, squareform

from checks.in_numpy.asking import passed

X, Y = (np.random.default_rng(k).normal(size=(n, 3)) for k, n in enumerate((4, 5)))
WEIGHTS = np.random.default_rng(2).normal(size=(4, 5))


def cosine(_: Any, x: Any, y: Any) -> Any:
    """Of 1 - xy / |x| |y|."""
    lengths = np.linalg.norm(x, axis=-1, keepdims=True), np.linalg.norm(y, axis=-1, keepdims=True)
    product = np.sum(x * y, axis=-1, keepdims=True)
    return product * x / (lengths[0] ** 3 * lengths[1]) - y / (lengths[0] * lengths[1])


def largest(d: Any, *_: Any) -> Any:
    """Of the largest |d|."""
    return np.sign(d) * (np.abs(d) == np.abs(d).max(axis=-1, keepdims=True))


SLOPES: dict[str, Any] = {
    "sqeuclidean": lambda d, x, y: 2 * d,
    "euclidean": lambda d, x, y: d / np.linalg.norm(d, axis=-1, keepdims=True),
    "cityblock": lambda d, x, y: np.sign(d),
    "chebyshev": largest,
    "cosine": cosine,
}
"""Of a metric the slope by the first point; d: the difference of the two."""


@pytest.mark.parametrize("metric", list(SLOPES))
def test_distances_of_two_sets_of_points_are_followed(metric: str) -> None:
    """A right gradient is right by forward and backward, one a hundredth too large is wrong."""

    def loss(x: Any) -> Any:
        return (WEIGHTS * cdist(x, Y, metric)).sum()

    def gradient(x: Any) -> Any:
        a, b = x[:, None], Y[None]
        return (WEIGHTS[..., None] * SLOPES[metric](a - b, a, b)).sum(axis=1)

    assert "forward and backward followed" in passed(loss, gradient, X).evidence


def test_distances_within_one_set_are_followed() -> None:
    """As pairs and as a symmetric matrix; a power of its own counts."""

    def loss(x: Any) -> Any:
        return (squareform(pdist(x, "minkowski", p=3)) ** 3).sum() + pdist(x).sum()

    def gradient(x: Any) -> Any:
        d = x[:, None] - x[None]
        length = np.linalg.norm(d, axis=-1, keepdims=True)
        return (6 * d * np.abs(d) + d / np.where(length > 0, length, 1)).sum(axis=1)

    assert "forward and backward followed" in passed(loss, gradient, X).evidence


def test_other_metrics_are_told_by_differences() -> None:
    """What is not followed leaves the record, and is noticed."""

    def loss(x: Any) -> Any:
        return cdist(x, Y, "canberra").sum()

    def gradient(x: Any) -> Any:
        a, b = x[:, None], Y[None]
        total = np.abs(a) + np.abs(b)
        slope = (np.sign(a - b) * total - np.abs(a - b) * np.sign(a)) / total**2
        return slope.sum(axis=1)

    assert "finite differences" in passed(loss, gradient, X).evidence
