"""Decisions of constants: masks and orders that no input moves are no ties, whatever is equal."""

from typing import Any

import numpy as np
import pytest

import backproof

MASK = np.array([1.0, 0.0, 1.0, 0.0, 1.0])
RANKS = np.array([0.0, 1.0, 1.0, 0.0, 2.0])
X = np.random.default_rng(0).normal(size=(4, 5))
TIMES = np.arange(5.0)
ORDER = np.argsort(RANKS, kind="stable")


def masked(x: Any) -> Any:
    """Elements where a mask is more than 0, which it is not by a hair."""
    return np.where(MASK > 0, np.sin(x), 0).sum()


def clipped(x: Any) -> Any:
    """Times a mask, clipped at its own values."""
    return (np.clip(MASK, 0, 1) * np.sin(x)).sum()


def ordered(x: Any) -> Any:
    """In the order of ranks of which some are equal."""
    return (x[:, np.argsort(RANKS, kind="stable")] * TIMES).sum()


def otherwise(x: Any) -> Any:
    """Equal ranks the other way round."""
    g = np.empty_like(x)
    g[:, ORDER[[1, 0, 3, 2, 4]]] = TIMES
    return g


def as_it_is(x: Any) -> Any:
    """By hand."""
    g = np.empty_like(x)
    g[:, ORDER] = TIMES
    return g


@pytest.mark.parametrize(
    ("loss", "right", "wrong"),
    [
        (masked, lambda x: np.cos(x) * (MASK > 0), np.cos),
        (clipped, lambda x: np.cos(x) * MASK, np.cos),
        (ordered, as_it_is, otherwise),
    ],
)
def test_what_no_input_moves_is_no_choice(loss: Any, right: Any, wrong: Any) -> None:
    """The right gradient is no kink, and that of another mask or order is wrong."""
    assert backproof.check(loss, right, X).status == "correct"
    assert backproof.check(loss, wrong, X).status == "wrong"


def test_a_convention_without_a_slope_explains_nothing() -> None:
    """NaN, which another choice would give at a tie, excuses no wrong element."""

    def lengths(x: Any) -> Any:
        h = np.tanh(x)
        return np.where(x[:, 0] > 0, np.sqrt((h * h).sum(axis=1)), 0).sum()

    def slope(x: Any, off: float) -> Any:
        h = np.tanh(x)
        length = np.sqrt((h * h).sum(axis=1))
        g = h / np.where(length > 0, length, 1)[:, None] * (1 - h * h)
        return g * (x[:, :1] > 0) * (1 + off)

    x = X.copy()
    x[1] = 0.0
    x[:, 0] = np.abs(x[:, 0])
    assert backproof.check(lengths, lambda x: slope(x, 0.0), x)
    assert backproof.check(lengths, lambda x: slope(x, 1e-9), x).status == "wrong"
