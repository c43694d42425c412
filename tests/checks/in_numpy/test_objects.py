"""Objects that hold parameters: dataclasses, slots, named tuples; and checks in several threads."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, E731

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import backproof
from backproof.verdict import Status

RNG = np.random.default_rng(9)
X, MATRIX, W, B = (RNG.normal(size=n) for n in ((5,), (4, 3), (3, 2), (2,)))


@dataclass(slots=True)
class Slots:
    W: Any
    b: Any
    name: str = "first"


@dataclass(frozen=True, slots=True)
class Frozen:
    W: Any
    b: Any


class Named(NamedTuple):
    W: Any
    b: Any


@pytest.mark.parametrize("kind", [Slots, Frozen, Named])
def test_parameters_of_every_kind_are_judged(kind: Any) -> None:
    """The gradient comes in the same kind, and one too large is detected by its name."""

    def loss(p: Any) -> Any:
        return ((MATRIX @ p.W + p.b) ** 2).sum()

    def gradient(p: Any, factor: float = 1.0) -> Any:
        y = 2 * (MATRIX @ p.W + p.b)
        return kind(MATRIX.T @ y, factor * y.sum(axis=0))

    assert backproof.check(loss, gradient, kind(W, B)).status is Status.CORRECT
    wrong = backproof.check(loss, lambda p: gradient(p, 1.01), kind(W, B))
    assert {f.tensor for f in wrong.findings if not f.status} == {"p.b"}


class SlotLayer:
    __slots__ = ("W", "x")

    def __init__(self):
        self.W = W

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        return dy @ self.W.T


def test_a_layer_with_slots_is_followed() -> None:
    """Forward and backward, though the layer itself remembers its input; it stays as it was."""
    layer = SlotLayer()
    verdict = backproof.check_layer(layer.forward, layer.backward, MATRIX)
    assert verdict.status is Status.CORRECT
    assert "forward and backward followed" in verdict.evidence
    assert layer.W is W


def test_checks_of_several_threads_take_turns() -> None:
    """Each gives its verdict, right or wrong, and the module's names are afterwards as before."""
    before = dict(globals())

    def verdict(k: int) -> Status:
        factor = 1.1 if k % 3 == 0 else 1.0
        loss = lambda x: (np.sin(x) * (k + 1)).sum()
        return backproof.check(loss, lambda x: factor * np.cos(x) * (k + 1), X).status

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(verdict, range(12)))
    assert found == [Status.CORRECT if k % 3 else Status.WRONG for k in range(12)]
    assert all(globals()[name] is value for name, value in before.items())
