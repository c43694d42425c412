"""Code without an end: it is ended, found out, and not asked again."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status, Verdict

X = np.random.default_rng(1).normal(size=5)
SECONDS = 0.2


def counted(begun: SimpleQueue[str], name: str, ends: bool) -> Callable[..., Any]:
    """2 x, by a function that notes that it has begun, and may have no end."""

    def function(x: Any, *_: Any) -> Any:
        begun.put(name)
        while not ends:
            x = x + 0
        return 2 * x

    return function


def pair(gradient: Any, begun: SimpleQueue[str]) -> Verdict:
    """A loss and its gradient."""
    return backproof.check(lambda x: (x * x).sum(), gradient, X, seconds=SECONDS)


def layer(backward: Any, begun: SimpleQueue[str]) -> Verdict:
    """A forward pass and its backward."""
    forward = counted(begun, "forward", ends=True)
    return backproof.check_layer(lambda x: (forward(x), x), backward, X, seconds=SECONDS)


@pytest.mark.parametrize("way", [pair, layer])
def test_what_has_no_end_is_begun_elsewhere_and_here(way: Callable[..., Verdict]) -> None:
    """Once at another point, where that would be only noted, once here, and never again."""
    begun: SimpleQueue[str] = SimpleQueue()
    verdict = way(counted(begun, "gradient", ends=False), begun)
    assert (verdict.status, verdict.code) == (Status.BROKEN, "BP202")
    assert [begun.get_nowait() for _ in range(begun.qsize())].count("gradient") == 2


def test_what_has_no_end_elsewhere_is_judged_here() -> None:
    """And the verdict tells it."""

    def loss(x: Any) -> Any:
        while np.abs(x - X).max() > 1e-2:
            x = x + 0
        return (x * x).sum()

    verdict = backproof.check(loss, lambda x: 2 * x, X, seconds=SECONDS)
    assert verdict.status is Status.CORRECT, str(verdict)
    assert "no answer within" in verdict.evidence


def test_what_has_no_end_where_it_is_watched_is_judged_by_differences() -> None:
    """The record is given up after `seconds`, whatever type the code was waiting for."""

    def gradient(x: Any) -> Any:
        while x.__class__ is not np.ndarray:
            x = x + 0
        return 2 * x

    verdict = backproof.check(lambda x: (x * x).sum(), gradient, X, seconds=SECONDS)
    assert verdict.status is Status.CORRECT, str(verdict)
    assert "no answer within 0.2 s" in verdict.silent["exact"]
