"""Points where a path that does not count has a slope without bound: 0 times infinity."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Verdict

MASK = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0])
Loss = Callable[[Any], Any]


def times_mask(h: Any) -> Any:
    """Lengths of rows, those of padding times 0."""
    return (np.sqrt((h * h).sum(axis=1)) * MASK).sum()


def where_mask(h: Any) -> Any:
    """The same, by a choice."""
    return np.where(MASK > 0, np.sqrt((h * h).sum(axis=1)), 0).sum()


def of_mask(h: Any) -> Any:
    """By hand."""
    length = np.where(MASK > 0, np.sqrt((h * h).sum(axis=1)), 1)
    return h * (MASK / length)[:, None]


def distances(h: Any) -> Any:
    """From every row to every row, itself among them."""
    return np.sqrt(((h[:, None] - h[None]) ** 2).sum(axis=2)).sum()


def of_distances(h: Any) -> Any:
    """By hand."""
    apart = h[:, None] - h[None]
    length = np.sqrt((apart**2).sum(axis=2))
    return 2 * (apart / np.where(length > 0, length, 1)[..., None]).sum(axis=1)


PAIRS = ((times_mask, of_mask), (where_mask, of_mask), (distances, of_distances))


def given(seed: int) -> tuple[Any, Any]:
    """Two rows of padding, and weights."""
    random = np.random.default_rng(seed)
    return random.normal(size=(6, 3)) * MASK[:, None], random.normal(size=(3, 5))


def judged(loss: Loss, slope: Loss, seed: int, times: Any = 1.0, lost: float = 0.0) -> Verdict:
    """The loss of a hidden layer, W's gradient times something, by way of digits that are lost."""

    def gradient(x: Any, W: Any) -> Any:
        h = np.tanh(x @ W)
        dz = slope(h) * (1 - h * h)
        dW = x.T @ dz * times
        return dz @ W.T, (dW + lost) - lost

    return backproof.check(lambda x, W: loss(np.tanh(x @ W)), gradient, *given(seed))


@pytest.mark.parametrize(("loss", "slope"), PAIRS)
@pytest.mark.parametrize("seed", range(4))
def test_right_and_wrong_are_told_apart(loss: Loss, slope: Loss, seed: int) -> None:
    """Though the slope of a length of 0 is infinite: one element off by a part in 10^9 is wrong,
    what loses five digits imprecise.
    """
    off = np.ones((3, 5))
    off[1, 2] += 1e-9
    assert judged(loss, slope, seed)
    assert judged(loss, slope, seed, times=off).status == "wrong"
    assert judged(loss, slope, seed, lost=1e5).status == "imprecise"


@pytest.mark.parametrize(("loss", "slope"), PAIRS[:2])
def test_floats_alone_are_told_apart_too(loss: Loss, slope: Loss) -> None:
    """Where the backward is not followed, rounding is a few units of it there, and no more."""

    def unseen(off: float) -> Any:
        def backward(dy: Any, cache: Any) -> Any:
            x, W = (np.array(t.tolist()) for t in cache)
            dz = float(dy) * slope(np.tanh(x @ W)) * (1 - np.tanh(x @ W) ** 2)
            return dz @ W.T, x.T @ dz * (1 + off)

        return lambda x, W: (loss(np.tanh(x @ W)), (x, W)), backward

    for off in (0.0, 1e-9):
        found = backproof.check_layer(*unseen(off), *given(0))
        assert found.status == ("wrong" if off else "correct"), str(found)
