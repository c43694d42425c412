"""Layers that misbehave: each by its code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from checks.behaviour.observed import (
    codes,
    dense,
    dense_backward,
    hangs,
    layer,
)


def over_dy(dy: Any, cache: Any) -> Any:
    """Scales dy in place; the result is right."""
    dx, dW = dense_backward(dy, cache)
    dy *= 0
    return dx, dW


def over_cached_x(dy: Any, cache: Any) -> Any:
    """Writes into x, which it was given as its cache."""
    dx, dW = dense_backward(dy, cache)
    cache[0][...] = 0
    return dx, dW


def dense_copying(x: Any, W: Any) -> Any:
    """Keeps copies."""
    return x @ W, {"x": x.copy(), "W": W.copy()}


def over_the_copy(dy: Any, cache: Any) -> Any:
    """Writes into what was kept."""
    dx, dW = dense_backward(dy, (cache["x"], cache["W"]))
    cache["x"] *= 0.5
    return dx, dW


class Sharing:
    """A layer whose backward reads what the last forward pass left, though there is a cache."""

    def forward(self, x: Any, W: Any) -> Any:
        """Keeps x in the layer and W in the cache."""
        self.x = x
        return x @ W, W

    def backward(self, dy: Any, W: Any) -> Any:
        """Reads both."""
        return dy @ W.T, self.x.T @ dy


class Adding:
    """A layer whose dW is added to those of all passes before."""

    dW: Any = 0

    def forward(self, x: Any, W: Any) -> Any:
        """Y alone: the cache is the layer."""
        self.x, self.W = x, W
        return x @ W

    def backward(self, dy: Any) -> Any:
        """Accumulates."""
        self.dW = self.dW + self.x.T @ dy
        return dy @ self.W.T, self.dW


def adding_pullback() -> Any:
    """A pullback that adds to its last answer, with a forward pass of its own each time."""

    def forward(x: Any, W: Any) -> Any:
        total = np.zeros_like(W)

        def pullback(dy: Any) -> Any:
            nonlocal total
            total = total + x.T @ dy
            return dy @ W.T, total

        return x @ W, pullback

    return forward


def bent(bend: Callable[[Any], Any]) -> Any:
    """The right backward of a dense layer, of a cotangent that is bent before."""
    return lambda dy, cache: dense_backward(bend(dy), cache)


def after(spoil: Callable[[Any], Any]) -> Any:
    """The right backward of a dense layer, with dW spoiled after."""

    def backward(dy: Any, cache: Any) -> Any:
        dx, dW = dense_backward(dy, cache)
        return dx, spoil(dW)

    return backward


SHARING, ADDING = Sharing(), Adding()
LAYERS: list[tuple[str, str, Any, Any, str]] = [
    ("BP201", "", dense, lambda dy, cache: 1 // 0, "the backward pass raises ZeroDivisionError"),
    ("BP201", "", lambda x, W: x @ W.T, None, "the forward pass raises ValueError"),
    ("BP202", "", dense, hangs, "the backward pass has no answer within 0.3 s"),
    ("BP203", "W", dense, after(lambda dW: dW.sum(0)), "has shape (2,), its tensor has (3, 2)"),
    ("BP204", "", lambda x, W: x @ W, dense_backward, "expected (y, cache)"),
    ("BP204", "", dense, None, "expected (y, pullback)"),
    ("BP204", "", lambda x, W: ("y", x), dense_backward, "no floating-point numbers"),
    ("BP204", "", dense, lambda dy, cache: dy, "expected a tuple"),
    ("BP205", "W", dense, after(lambda dW: None), "no gradient for W"),
    ("BP208", "dy", dense, over_dy, "the backward pass changes dy in place"),
    ("BP208", "x", dense, over_cached_x, "the backward pass changes x in place"),
    ("BP209", "cache['x']", dense_copying, over_the_copy, "a second one is wrong in W"),
    ("BP210", "W", SHARING.forward, SHARING.backward, "answers for the last forward pass"),
    ("BP210", "W", ADDING.forward, ADDING.backward, "moves on from its last answer"),
    ("BP210", "W", adding_pullback(), None, "a second backward pass"),
    (
        *("BP211", "y", lambda x, W: (x @ W + np.random.default_rng().random(), (x, W))),
        *(dense_backward, "the forward pass answers otherwise at every call"),
    ),
    (
        *("BP211", "W", dense, after(lambda dW: dW * np.random.default_rng().random())),
        "the backward pass answers otherwise at every call",
    ),
    ("BP212", "x", dense, bent(abs), "for -dy"),
    ("BP212", "W", dense, after(lambda dW: np.clip(dW, -5, 5)), "times as large"),
    ("BP212", "W", dense, after(lambda dW: dW + 1e-10), "for -dy it is 2e-10 off"),
    (
        "BP212",
        "W",
        dense,
        after(lambda dW: dW / max(1.0, np.linalg.norm(dW))),
        "for 1048576 dy it is 1 times",
    ),
    ("BP212", "x", dense, bent(lambda dy: np.where(abs(dy) > np.median(abs(dy)), dy, 0)), "sum"),
]


@pytest.mark.parametrize(("code", "tensor", "forward", "backward", "said"), LAYERS)
def test_a_misbehaving_layer_is_found(
    code: str, tensor: str, forward: Any, backward: Any, said: str
) -> None:
    """Each misbehaviour is found by its code and no other, in its tensor, and said."""
    behaviour = layer(forward, backward)
    assert codes(behaviour) == {code}
    assert any(b.tensor == tensor and said in b.detail for b in behaviour.breaches), (
        behaviour.breaches
    )


def test_an_ignored_cotangent_is_suspected_by_its_own_code() -> None:
    """The same gradient for every cotangent is not linear, but BP109 says more."""
    behaviour = layer(dense, lambda dy, cache: dense_backward(np.ones_like(dy), cache))
    assert not behaviour.breaches
    assert {(s.code, s.tensor) for s in behaviour.doubts} == {("BP109", "x"), ("BP109", "W")}
