"""Numbers without axes, and tensors without elements."""

# Written as their authors write: without docstrings.
# ruff: noqa: E731

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status
from checks.in_numpy.asking import passed

X = np.random.default_rng(2).normal(size=5)
FORMATS = [np.float64, np.float32, np.float16]


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.float16, np.array])
def test_a_number_is_judged_like_an_array(kind: Callable[[float], Any]) -> None:
    """Python's, NumPy's and arrays of no axes: a product of two of them."""
    loss = lambda a, b: a * b + a * a
    passed(loss, lambda a, b: (b + 2 * a, a), kind(1.5), kind(2.5))


@pytest.mark.parametrize("wrap", [float, np.float64, np.array, lambda y: np.array([y])])
def test_a_loss_is_a_number_of_any_kind(wrap: Callable[[Any], Any]) -> None:
    """Also an array of the one element."""
    passed(lambda x: wrap((x**2).sum()), lambda x: 2 * x, X)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
@pytest.mark.parametrize("dtype", FORMATS)
def test_a_tensor_without_elements_is_in_nobody_s_way(shape: Any, dtype: Any) -> None:
    """Beside another one, which is judged."""
    loss = lambda e, x: (e * e).sum() + (x * x).sum()
    passed(loss, lambda e, x: (2 * e, 2 * x), np.zeros(shape, dtype), X.astype(dtype))


@pytest.mark.parametrize("dtype", FORMATS)
def test_nothing_but_an_empty_tensor_is_right(dtype: Any) -> None:
    """In a loss and its gradient, and in a layer of which every array is empty."""
    empty = np.zeros((0, 3), dtype)
    assert backproof.check(lambda x: (x * x).sum(), lambda x: 2 * x, empty).status is Status.CORRECT
    verdict = backproof.check_layer(lambda x: (np.sin(x), x), lambda dy, x: dy * np.cos(x), empty)
    assert verdict.status is Status.CORRECT


def test_products_with_no_terms_are_0() -> None:
    """A matrix product over an axis without elements, and a product of nothing."""
    loss = lambda A, x: (A @ A.T).sum() + A.prod() * (x**2).sum()
    passed(loss, lambda A, x: (2 * A, 2 * x), np.zeros((3, 0)), X)
