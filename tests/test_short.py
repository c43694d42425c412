"""Arithmetic of fewer bits on trial: it rounds what it should, and nothing else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.exact.short import Short, rounded, settled, shorten

seeds = st.integers(0, 999)
bits = st.integers(8, 52)


def significant(x: np.ndarray) -> int:
    """The most bits that any element's mantissa needs."""
    mantissas, _ = np.frexp(np.asarray(x))
    whole = (mantissas * 2.0**53).astype(np.int64)
    return (
        max(53 - (int(m) & -int(m)).bit_length() + 1 for m in whole.ravel() if m) if x.size else 0
    )


@given(seed=seeds, p=bits)
def test_every_result_has_the_bits_of_the_arithmetic(seed: int, p: int) -> None:
    """Operations, functions, products and sums: p bits, within half a unit of the last place."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, 5, 5))
    with rounded(p):
        a, b = shorten(x), shorten(y)
        for short, double in (
            (a + b, x + y),
            (a * b, x * y),
            (a / b, x / y),
            (np.exp(a), np.exp(x)),
        ):
            assert isinstance(short, Short)
            assert significant(short) <= p
            assert (abs(short - double) <= 2.0**-p * abs(double) * (1 + 1e-9)).all()
        assert significant(a @ b) <= p
        np.testing.assert_allclose(a @ b, x @ y, rtol=0, atol=200 * 2.0**-p)
        np.testing.assert_allclose(
            a.sum(axis=1, keepdims=True), x.sum(1, keepdims=True), atol=9 * 2.0**-p
        )
        assert abs(a.sum() - x.sum()) <= 200 * 2.0**-p


@given(seed=seeds)
def test_at_53_bits_it_is_float64(seed: int) -> None:
    """Nothing is rounded that float64 does not round; the order of sums is from first to last."""
    x, y = np.random.default_rng(seed).standard_normal((2, 4, 4))
    with rounded(53):
        np.testing.assert_array_equal(shorten(x) * y + np.tanh(shorten(y)), x * y + np.tanh(y))
        assert shorten(x[:1, :3]).sum() == (x[0, 0] + x[0, 1]) + x[0, 2]


def test_inputs_are_exact_and_constants_are_not() -> None:
    """An array enters with all its bits; a float constant met has those of the arithmetic."""
    with rounded(10):
        assert shorten(np.array([0.1]))[0] == 0.1
        assert (0.1 * shorten(np.ones(1)))[0] == float(np.float16(0.1)) != 0.1
    labels = np.array([1, 2])
    assert shorten(labels) is labels


def test_what_is_done_in_place_is_rounded_in_place() -> None:
    """`+=` stays in the arithmetic and in the array."""
    with rounded(10):
        x = shorten(np.ones(3))
        y = x
        y += 1e-3
        assert x is y
        assert significant(x) <= 10
        assert x[0] != 1.001


def test_code_that_asks_for_another_precision_does_not_get_it() -> None:
    """A hidden cast to float32 must not count as the rounding that is normal here."""
    with rounded(49):
        x = shorten(np.array([1.0])) / 3
        np.testing.assert_array_equal(x.astype("f4").astype("f8"), x)
        assert x.astype(int).dtype == int


def test_small_results_are_flushed_and_noise_is_relative() -> None:
    """Below the smallest number there is 0 and a flag; noise changes a result by its own part."""
    with rounded(24, 2.0**-126) as shortness:
        x = shorten(np.array([1.5, 0.0])) * 2.0**-100
        assert not shortness.flushed
        assert not (x * 2.0**-60).any()
        assert shortness.flushed
    with rounded(53, 0.0, lambda shape: np.full(shape, 2.0**-20)):
        assert (shorten(np.array([3.0])) + 1)[0] == pytest.approx(4 * (1 + 2.0**-20), rel=1e-15)


def test_a_number_times_an_array_is_rounded_like_any_array() -> None:
    """What a number taken out of a short array makes of another one is short again."""
    with rounded(20):
        x = shorten(np.array([1 / 3, 0.1]))
        for product in (x[0] * x, x * x[0]):
            assert type(product) is Short
            assert np.array_equal(product, settled(np.asarray(product)))


@pytest.mark.parametrize("choose", [np.max, np.min, np.sort, lambda x: np.maximum(x, x[::-1])])
def test_what_is_chosen_stays_what_it_was(choose: Callable[[Any], Any]) -> None:
    """A selection rounds nothing: an element of an input equals itself afterwards too."""
    x = np.array([1 / 3, 0.1, -2 / 7])
    with rounded(8):
        chosen = choose(shorten(x))
        assert set(np.atleast_1d(np.asarray(chosen)).tolist()) <= set(x.tolist())
