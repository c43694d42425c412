"""Where arguments may be: domains and samplers."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks.domains import inside
from backproof.verdict import Status
from checks.in_numpy.functions import X, double, square


@pytest.mark.parametrize(
    ("domain", "x", "message"),
    [
        ({"y": "positive"}, X, "domain names 'y'"),
        ("negative", X, "say 'positive', 'simplex', 'symmetric' or away_from"),
        ("positive", X, "lies outside of its own domain"),
        ("simplex", np.abs(X), "lies outside of its own domain"),
    ],
)
def test_a_domain_that_cannot_be_is_refused(domain: Any, x: Any, message: str) -> None:
    """The message says what a domain is."""
    with pytest.raises(ValueError, match=message):
        backproof.check(square, double, x, domain=domain)


def test_probabilities_stay_probabilities() -> None:
    """Along a simplex a gradient counts up to a constant for each row, and no further."""
    p = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)

    def entropy(p: Any) -> Any:
        return -(p * np.log(p)).sum()

    def shifted(p: Any) -> Any:
        return -np.log(p) + 7.0  # -log p - 1, and a constant that no move along the simplex sees

    assert not backproof.check(entropy, shifted, p)
    assert backproof.check(entropy, shifted, p, domain="simplex")
    assert not backproof.check(entropy, lambda p: -2 * np.log(p), p, domain={"p": "simplex"})


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_rows_that_a_softmax_rounds_are_probabilities(dtype: str) -> None:
    """In any format; what is off by a hundredth is none."""
    logits = 3 * np.random.default_rng(1).normal(size=(40, 3)).astype(dtype)
    e = np.exp(logits)
    rows = e / e.sum(axis=1, keepdims=True)
    assert inside("simplex", rows, rows)
    off = rows * rows.dtype.type(1.01)
    assert not inside("simplex", off, off)


def test_what_must_stay_positive_is_not_moved_past_0() -> None:
    """A loss that asserts its domain is judged by differences that respect it."""

    def loss(x: Any) -> Any:
        assert min(map(float, x.ravel())) > 0  # exact arithmetic cannot follow float()
        return np.log(x).sum()

    x = np.abs(X) * 1e-3
    assert backproof.check(loss, lambda x: 1 / x, x, domain="positive")
    assert not backproof.check(loss, lambda x: 1.001 / x, x, domain="positive")


def test_what_keeps_away_from_a_pole_stays_on_its_side() -> None:
    """Beside the pole of 1 / x steps stay on the side where x is, and a point on it is refused."""

    def loss(x: Any) -> Any:
        assert all(map(float, x))  # exact arithmetic cannot follow float()
        return (1 / x).sum()

    x, domain = np.array([1e-3, -2e-3, 1.0]), backproof.away_from(0.0)
    assert backproof.check(loss, lambda x: -1 / x**2, x, domain=domain)
    assert not backproof.check(loss, lambda x: -1.001 / x**2, x, domain=domain)
    with pytest.raises(ValueError, match="outside of its own domain"):
        backproof.check(loss, lambda x: x, x, domain=backproof.away_from(1.0, margin=0.1))


def test_a_sampler_brings_out_what_one_point_hides() -> None:
    """A gradient that is wrong for large inputs alone is detected, at the smallest such point."""

    def clipped(x: Any) -> Any:
        return np.clip(2 * x, -3, 3)

    assert backproof.check(square, clipped, X / 10)
    verdict = backproof.check(
        square, clipped, inputs=lambda seed: np.random.default_rng(seed).normal(size=seed % 4 + 2)
    )
    assert verdict.status is Status.WRONG
    assert "x (2,)" in str(verdict.case)


def test_a_strategy_is_shrunk() -> None:
    """Of all failing inputs Hypothesis finds the smallest: one element, just beyond the limit."""
    from hypothesis.extra.numpy import arrays
    from hypothesis.strategies import integers

    strategy = arrays(np.float64, integers(1, 5), elements=integers(-9, 9).map(float))
    verdict = backproof.check(square, lambda x: np.clip(2 * x, -9, 9), inputs=strategy)
    assert verdict.status is Status.WRONG
    assert "x (1,)" in str(verdict.case)
