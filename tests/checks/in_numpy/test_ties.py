"""Conventions at ties."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status
from checks.in_numpy.functions import X


def test_the_convention_at_a_tie_is_told() -> None:
    """Any value between the one-sided slopes is right at a kink, and the evidence names it."""

    def loss(x: Any) -> Any:
        return np.maximum(x, 0).sum()

    x = np.array([-1.0, 0.0, 2.0])
    for slope, said in ((0.0, "false"), (1.0, "as it ran"), (0.5, "half of each")):
        verdict = backproof.check(loss, lambda x, s=slope: np.where(x == 0, s, x > 0), x)
        assert verdict.status is Status.KINK
        assert "BP501" in verdict.evidence
        assert said in verdict.evidence
    outside = backproof.check(loss, lambda x: np.where(x == 0, 1.25, x > 0), x)
    assert outside.status is Status.WRONG


def one_of(x: Any, k: int) -> Any:
    """All of the slope to the k-th of the largest."""
    hit = np.zeros(x.shape)
    hit[np.flatnonzero(x == np.max(x))[k]] = 1
    return hit


@pytest.mark.parametrize(
    ("gradient", "said"),
    [
        (lambda x: 3 * one_of(x, 0), "as it ran"),
        (lambda x: 3 * one_of(x, -1), "the last"),
        (lambda x: 3 * (x == np.max(x)) / np.sum(x == np.max(x)), "all in equal shares"),
        (lambda x: 3 * (x == np.max(x)), ""),
        (lambda x: 3 * (x == np.max(x)) * (np.sum(x == np.max(x)) == 1), ""),
    ],
    ids=["first", "last", "shared", "to each", "to none"],
)
def test_those_that_tie_share_one_slope(gradient: Any, said: str) -> None:
    """The slope of a maximum goes to the first, to the last or to all in parts, never to each."""
    verdict = backproof.check(lambda x: 3 * np.max(x), gradient, np.array([2.0, 2.0, 1.0, 2.0]))
    assert verdict.status is (Status.KINK if said else Status.WRONG), str(verdict)
    assert said in verdict.evidence


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_maximum_finds_its_own_element_again(dtype: Any) -> None:
    """A backward that compares with the maximum is no less precise for its being a selection."""

    def forward(x: Any) -> Any:
        m = x.max(axis=0)
        return m**2, (x, m)

    def backward(dy: Any, cache: Any) -> Any:
        x, m = cache
        return (x == m) * (2 * m * dy)

    assert backproof.check_layer(forward, backward, X.astype(dtype)).status is Status.CORRECT
