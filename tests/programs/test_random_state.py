"""Random states: whoever draws is told, and the next draws are the same."""

# ruff: noqa: NPY002 (the legacy generator is what is asked about)
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.programs.random_state import Generators

DRAWS: dict[str, Callable[[], Any]] = {
    "a number": np.random.rand,
    "two normal numbers": lambda: np.random.randn(2),
    "one normal number, another one waits": np.random.randn,
    "a permutation": lambda: np.random.permutation(9),
    "a new seed": lambda: np.random.seed(11),
    "of Python's": random.random,
}


def _states() -> tuple[str, Any]:
    kind, key, *rest = np.random.get_state()
    return f"{kind} {np.asarray(key).tobytes()!r} {rest}", random.getstate()


@pytest.mark.parametrize("waiting", [False, True])
@pytest.mark.parametrize("name", DRAWS)
def test_what_was_drawn_is_drawn_again(name: str, waiting: bool) -> None:
    """Also where a normal number waits that was drawn with another one before."""
    np.random.seed(5)
    if waiting:
        np.random.randn()
    before = _states()
    with Generators().replayed() as drawn:
        DRAWS[name]()
    assert len(drawn) == 1
    assert _states() == before


def test_who_draws_nothing_is_not_told() -> None:
    """By a generator of one's own."""
    with Generators().replayed() as drawn:
        np.random.default_rng(3).normal(size=4)
    assert not drawn
