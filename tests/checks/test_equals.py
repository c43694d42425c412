"""Equal elements of an order, a running maximum or an index: which of them has the slope."""

from typing import Any

import numpy as np
import pytest
import torch

import backproof
from backproof.verdict import Status

X = np.array([1.5, -2.0, 1.5, 0.25, 1.5, -2.0, 1.5])
WEIGHTS = np.array([1.0, -2.0, 4.0, 3.0, 0.5, 7.0, 0.25])


def ranked(x: Any) -> Any:
    """A loss of the elements in order."""
    return np.sum(WEIGHTS * np.sort(x))


def back(order: Any) -> Any:
    """What comes back through an order."""
    g = np.empty(order.shape)
    g[order] = WEIGHTS
    return g


def shared(x: Any) -> Any:
    """The mean over equal elements."""
    g = back(np.argsort(x, kind="stable"))
    return np.array([np.mean(g[x == each]) for each in x])


ORDERS: dict[str, Any] = {
    "stable": lambda x: back(np.argsort(x, kind="stable")),
    "the other way round": lambda x: back(len(x) - 1 - np.argsort(x[::-1], kind="stable")),
    "in equal shares": shared,
}


@pytest.mark.parametrize("named", ORDERS)
def test_an_order_may_have_its_equals_in_any_convention(named: str) -> None:
    """Equal elements take their places in order, backwards, or share them."""
    verdict = backproof.check(ranked, ORDERS[named], X)
    assert verdict.status is Status.KINK, str(verdict)
    wrong = backproof.check(ranked, lambda x: ORDERS[named](x) + (x == x[0]), X)
    assert wrong.status is Status.WRONG, str(wrong)


@pytest.mark.parametrize("part", ["sort", "topk", "kthvalue", "median", "nanmedian"])
def test_torch_shares_or_chooses_among_equals(part: str) -> None:
    """What autograd does at equal elements is a convention, and told as one."""
    functions: dict[str, Any] = {
        "sort": lambda x: x.sort(descending=True).values,
        "topk": lambda x: x.topk(2).values,
        "kthvalue": lambda x: x.kthvalue(4).values,
        "median": lambda x: x.median(),
        "nanmedian": lambda x: x.nanmedian(),
    }
    ties = torch.tensor(X, dtype=torch.float32)
    verdict = backproof.check_torch(functions[part], ties)
    assert verdict.status is Status.KINK, str(verdict)


BEST: dict[str, Any] = {
    "the first": lambda x: np.array([np.argmax(x[: k + 1]) for k in range(len(x))]),
    "the last": lambda x: np.array([k - np.argmax(x[k::-1]) for k in range(len(x))]),
    "none of them": lambda x: np.arange(len(x)),
}


@pytest.mark.parametrize("named", BEST)
def test_a_running_maximum_may_keep_the_first_or_take_the_last(named: str) -> None:
    """Of equals so far; what has passed by counts no more."""

    def gradient(x: Any) -> Any:
        return np.bincount(BEST[named](x), weights=WEIGHTS, minlength=len(x))

    found = backproof.check(lambda x: np.sum(WEIGHTS * np.maximum.accumulate(x)), gradient, X)
    right = Status.WRONG if named == "none of them" else Status.KINK
    assert found.status is right, str(found)


def test_torch_says_which_of_equals_so_far_counts() -> None:
    """The running minimum of torch's has a convention, too."""
    found = backproof.check_torch(lambda x: x.cummin(0).values.square().sum(), torch.tensor(X))
    assert found.status is Status.KINK and "BP501" in found.evidence, str(found)


def test_an_index_may_be_of_any_of_the_largest() -> None:
    """What is looked up by it has the slope of one of them, not of all."""
    loss = lambda x: x[np.argmax(x)] ** 2  # noqa: E731
    last = lambda x: 2 * x * (np.arange(len(x)) == np.flatnonzero(x == x.max())[-1])  # noqa: E731
    assert backproof.check(loss, last, X).status is Status.KINK
    assert backproof.check(loss, lambda x: 2 * x * (x == x.max()), X).status is Status.WRONG
