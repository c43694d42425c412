"""Layers that behave, in many styles: no code."""

from typing import Any

import numpy as np
import pytest

from backproof.checks.behaviour.passes import against
from checks.behaviour.observed import (
    LABELS,
    OWN,
    V,
    W,
    X,
    as_generator,
    dense,
    dense_backward,
    layer,
)


class Counting:
    """A layer in a class: y alone, own buffers, running statistics, gradients kept on the side."""

    def __init__(self) -> None:
        self.mean, self.dW = 0.0, np.zeros((3, 2))

    def forward(self, x: Any, W: Any) -> Any:
        """Updates a running mean that its output does not depend on."""
        self.x, self.W = x, W
        self.mean = 0.9 * self.mean + 0.1 * float(x.mean())
        return x @ W

    def backward(self, dy: Any, rate: float = 0.1) -> Any:
        """Writes into its own dW, and forgets x."""
        self.dW = self.dW.astype(dy.dtype, copy=False)
        np.matmul(self.x.T, dy, out=self.dW)
        del self.x
        return dy @ self.W.T, self.dW


def in_place(x: Any, W: Any) -> Any:
    """A pullback that works in a buffer it keeps."""
    y = x @ W
    buffer = np.empty_like(y)

    def pullback(dy: Any) -> Any:
        np.multiply(dy, 1, out=buffer)
        return buffer @ W.T, x.T @ buffer

    return y, pullback


def popping(dy: Any, caches: Any) -> Any:
    """Takes its cache off a stack."""
    return dense_backward(dy, caches.pop())


def masked(x: Any) -> Any:
    """Dropout by a generator of the module's own."""
    mask = (OWN.random(x.shape) < 0.5) / x.dtype.type(0.5)
    return x * mask, mask


def centred(x: Any) -> Any:
    """Whose gradient is 0 for one column of ones: rounding is all there is."""
    return x - x.mean(0), None


class Remembering:
    """A layer that hands itself out as its cache."""

    def forward(self, x: Any, W: Any) -> Any:
        """Keeps its inputs."""
        self.x, self.W = x, W
        return x @ W, self

    def backward(self, dy: Any, cache: Any) -> Any:
        """Reads what it keeps."""
        return dense_backward(dy, (self.x, self.W))


def through_float32(dy: Any, cache: Any) -> Any:
    """Linear, though with the rounding of float32 in float64."""
    return tuple(g.astype(np.float32).astype(g.dtype) for g in dense_backward(dy, cache))


COUNTING, REMEMBERING = Counting(), Remembering()
RIGHT_LAYERS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (dense, dense_backward, (X, W)),
    (COUNTING.forward, COUNTING.backward, (X, W)),
    (REMEMBERING.forward, REMEMBERING.backward, (X, W)),
    (dense, through_float32, (X, W)),
    (in_place, None, (X, W)),
    (as_generator, lambda dy, running: running.send(dy), (X, W)),
    (lambda x, W: (x @ W, [(x, W)]), popping, (X, W)),
    (masked, lambda dy, mask: dy * mask, (X,)),
    (centred, lambda dy, cache: dy - dy.mean(0), (X,)),
    (lambda x: (x - x.mean(), None), lambda dy, cache: dy - dy.mean(), (np.ones((1, 1)),)),
    (lambda x: ((x.sum(), 2 * x), None), lambda dy, c: dy[0] + 2 * dy[1], (X,)),
    (lambda x: ({"a": x + 1, "n": 3}, None), lambda dy, c: dy["a"].copy(), (X,)),
    (lambda x, ids: (x[ids], (x.shape, ids)), lambda dy, c: scattered(dy, *c), (X, LABELS)),
]


def scattered(dy: Any, shape: Any, ids: Any) -> Any:
    """The gradient of a lookup: rows that were taken twice are added."""
    dx = np.zeros(shape, dy.dtype)
    np.add.at(dx, ids, dy)
    return dx, None


@pytest.mark.parametrize(("forward", "backward", "inputs"), RIGHT_LAYERS)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_right_layers_of_many_styles_are_passed(
    forward: Any, backward: Any, inputs: Any, dtype: str
) -> None:
    """Caches, closures, objects, buffers, stacks, several outputs: no breach and no doubt."""
    behaviour = layer(forward, backward, *inputs, dtype=dtype)
    assert not behaviour.breaches + behaviour.doubts
    assert behaviour.results and set(behaviour.cotangents) == set(behaviour.outputs)
    dys = behaviour.cotangents.items()
    assert all(d.dtype == behaviour.outputs[n].dtype and (d != 0).all() for n, d in dys)


def test_cotangents_take_the_structure_of_y() -> None:
    """A number answers a number, an array an array, and what is no output has None."""
    y = {"loss": X.sum(), "h": V, "n": 3}
    dy = against(y, {"y['loss']": np.array(0.5), "y['h']": V})
    assert np.shape(dy["loss"]) == ()
    assert dy["h"].shape == V.shape
    assert dy["n"] is None
