"""What is centred has no slope through its mean: whoever derives by hand leaves that path out."""

from typing import Any

import numpy as np
import pytest

from backproof import check, check_layer

FORMATS = (np.float64, np.float32, np.float16)


def squares(h: Any) -> tuple[Any, Any]:
    """Around the mean, and their slope."""
    apart = h - h.mean(axis=0)
    return (apart * apart).sum(axis=0), 2 * apart


def deviation(h: Any) -> tuple[Any, Any]:
    """By the library, and its slope with a mean of its own."""
    found = np.std(h, axis=0)
    return found, (h - h.mean(axis=0)) / (len(h) * found)


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("centred", [squares, deviation])
def test_rounding_of_a_mean_is_normal(centred: Any, dtype: Any) -> None:
    """The first of running sums moves all elements alike: its true slope is 0, what is returned is
    the rounding of a mean. A part too much is wrong, and lost digits are not passed.
    """

    def pair(off: float, lost: float) -> Any:
        def backward(dy: Any, h: Any) -> Any:
            dx = (centred(h)[1] * dy)[::-1].cumsum(axis=0)[::-1].copy()
            dx[-1] *= dtype(1 + off)
            return (dx + dtype(lost)) - dtype(lost)

        return lambda x: (centred(x.cumsum(axis=0))[0], x.cumsum(axis=0)), backward

    eps = float(np.finfo(dtype).eps)
    for seed in range(12):
        x = np.random.default_rng(seed).normal(size=(2 + seed % 4, 3)).astype(dtype)
        assert check_layer(*pair(0, 0), x, seed=seed).status == "correct"
    assert check_layer(*pair(64 * eps, 0), x).status == "wrong"
    assert not check_layer(*pair(0, 300), x)


def test_a_sum_that_doubles_itself_is_seen_once() -> None:
    """What is centred by a sum of 2^80 paths is judged, right and wrong."""

    def loss(x: Any) -> Any:
        level = x.mean()
        for _ in range(80):
            level = level + level
        return ((x - level * 2.0**-80) ** 2).sum()

    x = np.random.default_rng(5).normal(size=6)
    assert check(loss, lambda x: 2 * (x - x.mean()), x)
    assert not check(loss, lambda x: 2.1 * (x - x.mean()), x)
