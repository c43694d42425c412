"""Constants: what the rounding of a number in the code explains of a difference, and what not."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from backproof import check, check_layer

TYPED = 0.3371
"""A number that no format holds."""
SLOPE = 0.3
"""Of a leaky ReLU."""


def bowl(x: Any) -> Any:
    """A square around a number, to which some elements lie very near."""
    r = x - TYPED
    return r * r, r


def near(dtype: Any) -> Any:
    """Elements around `TYPED`, the second one the next number to it."""
    x = np.linspace(-1, 1, 16).astype(dtype)
    x[1] = np.nextafter(dtype(TYPED), dtype(1))
    return x


@pytest.mark.parametrize("part", [0.3, 0.02])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_part_too_much_of_what_nearly_cancels_is_wrong(dtype: Any, part: float) -> None:
    """The rounding of the number could make the element vanish, and the part too much with it: yet
    of every element that there may be it is too much.
    """

    def wrong(dy: Any, r: Any) -> Any:
        dx = 2 * dy * r
        dx[1] *= 1 + part
        return (dx,)

    x = near(dtype)
    assert check_layer(bowl, lambda dy, r: (2 * dy * r,), x)
    assert check_layer(bowl, wrong, x).status == "wrong"


def density(z: Any) -> Any:
    """The normal distribution's, with a root that is rounded."""
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def twice(x: Any, W: Any) -> Any:
    """Two exact GELUs, with a product and a leaky ReLU between."""
    z = (x * ndtr(x)) @ W
    z = np.where(z > 0, z, SLOPE * z)
    return (z * ndtr(z)).sum()


def twice_gradient(x: Any, W: Any) -> Any:
    """By hand."""
    h = x * ndtr(x)
    a = h @ W
    z = np.where(a > 0, a, SLOPE * a)
    dz = (ndtr(z) + z * density(z)) * np.where(a > 0, 1, SLOPE)
    return (dz @ W.T) * (ndtr(x) + x * density(x)), h.T @ dz


@pytest.mark.parametrize("seed", range(4))
def test_a_constant_is_found_in_elements_of_any_size(seed: int) -> None:
    """Elements between 1 and 1e-150 tell the rounding of one root, and one of them a fault."""
    random = np.random.default_rng(seed)
    x, W = random.uniform(-24, 2, (4, 5)), 300 * random.standard_normal((5, 3))

    def wrong(x: Any, W: Any) -> Any:
        dx, dW = twice_gradient(x, W)
        dx[np.unravel_index(np.argmin(abs(dx)), dx.shape)] *= 1 + 1e-9
        return dx, dW

    assert check(twice, twice_gradient, x, W), str(check(twice, twice_gradient, x, W))
    assert check(twice, wrong, x, W).status == "wrong"


def nodes() -> Any:
    """An array that no record follows: what makes it is a library's own Python."""
    return np.polynomial.chebyshev.chebgauss(5)[0]


def blended(x: Any) -> Any:
    """Some of an array, by numbers made in the forward pass."""
    e = nodes()
    return x - e * (0.3 * x), e


@pytest.mark.parametrize("part", [0.0, 1e-13, 1e-9])
def test_what_is_computed_of_unknown_arrays_rounds(part: float) -> None:
    """1 - 0.3 e of such an array is rounded before the record sees it; a part too much is wrong, be
    it smaller than what a float shows.
    """
    x = np.linspace(0.1, 2, 20).reshape(4, 5)
    found = check_layer(blended, lambda dy, e: dy * (1 - 0.3 * e) * (1 + part), x)
    assert found.status == ("wrong" if part else "correct"), str(found)


def test_part_of_what_an_array_lets_vanish_is_wrong() -> None:
    """As with single numbers: the rounding of an array excuses no part too much of an element."""

    def wrong(dy: Any, e: Any) -> Any:
        dx = dy * (1 - e / e[0])
        dx[:, 1] *= 1.03
        return dx

    x = np.linspace(0.1, 2, 20).reshape(4, 5)
    found = check_layer(lambda x: (lambda e: (x - x * (e / e[0]), e))(nodes()), wrong, x)
    assert found.status == "wrong", str(found)


@pytest.mark.parametrize("draw", [np.random.randn, np.random.RandomState(0).standard_normal])
def test_draws_of_every_generator_are_followed(draw: Any) -> None:
    """The legacy generators, too: what is computed of their arrays is a step."""

    def forward(x: Any) -> Any:
        e = draw(5)
        return x * e + e * (e * x), e

    x = np.linspace(0.1, 2, 20).reshape(4, 5)
    found = check_layer(forward, lambda dy, e: dy * (e + e**2), x)
    assert found.status == "correct" and "BP117" not in found.evidence, str(found)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("number", [0.07, 0.3, 0.9, 2.2])
def test_a_number_is_as_long_as_it_was_typed(dtype: Any, number: float) -> None:
    """Whatever digits a short format makes of it: it is off by its rounding, not by more."""
    x = np.linspace(0.5, 2, 12).astype(dtype)
    eps = np.finfo(dtype).eps

    def forward(x: Any) -> Any:
        return number * x * x, x

    def backward(off: float) -> Any:
        times = np.full(12, 1 + off * eps, dtype=dtype)
        return lambda dy, x: dy * 2 * number * x * times

    assert check_layer(forward, backward(0), x).status == "correct"
    assert check_layer(forward, backward(3), x).status == "wrong"
