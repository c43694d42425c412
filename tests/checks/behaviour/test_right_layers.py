"""Layers that behave, in many styles: no code."""

from collections import deque
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks.behaviour.passes import against
from checks.behaviour.observed import (
    LABELS,
    OWN,
    V,
    W,
    X,
    dense,
    dense_backward,
    half_square,
    half_square_gradient,
    layer,
    pair,
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


def as_generator(x: Any, W: Any) -> Any:
    """The cache is a generator that can be asked once."""

    def steps() -> Any:
        dy = yield x @ W
        yield dense_backward(dy, (x, W))

    running = steps()
    return next(running), running


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
    assert not behaviour.breaches + behaviour.doubts + behaviour.left_out
    assert len(behaviour.cotangents) == len(behaviour.gradients) == 2
    for dy in behaviour.cotangents:
        assert set(dy) == set(behaviour.outputs)
        assert all(d.dtype == behaviour.outputs[n].dtype and (d != 0).all() for n, d in dy.items())


def test_a_slow_layer_is_asked_once() -> None:
    """With no patience left one cotangent is judged, and the checks left out are named."""
    behaviour = layer(dense, dense_backward, patience=0.0)
    assert len(behaviour.gradients) == 1
    assert behaviour.left_out == ("a call at another point", "a second cotangent")
    assert np.array_equal(behaviour.gradients[0]["x"], behaviour.cotangents[0]["y"] @ W.T)


def test_cotangents_take_the_structure_of_y() -> None:
    """A number answers a number, an array an array, and what is no output has None."""
    y = {"loss": X.sum(), "h": V, "n": 3}
    dy = against(y, {"y['loss']": np.array(0.5), "y['h']": V})
    assert np.shape(dy["loss"]) == ()
    assert dy["h"].shape == V.shape
    assert dy["n"] is None


def test_what_does_not_end_elsewhere_is_only_noted() -> None:
    """A claim that hangs at another point, and nowhere else, is passed."""

    def picky(x: Any, W: Any) -> Any:
        while x[0, 0] != X[0, 0]:
            pass
        return half_square_gradient(x, W)

    behaviour = pair(half_square, picky)
    assert not behaviour.breaches
    assert "no answer within 0.3 s when asked at another point" in behaviour.notes


def test_numbers_that_overflow_in_the_observer_raise_nothing() -> None:
    """Infinite inputs and long doubles beyond float64 are observed without a warning."""
    big = np.array([np.inf, -1.0, 2.0])
    assert not pair(lambda x: x.sum(), np.ones_like, big).breaches
    huge = np.full(3, np.finfo(np.longdouble).max / 8)
    behaviour = layer(lambda x: (x * 2, None), lambda dy, cache: dy * huge, huge)
    assert not behaviour.breaches


def test_a_cache_for_one_use_is_noted() -> None:
    """A second backward pass of one forward pass that raises is told, and nobody is blamed."""
    behaviour = layer(as_generator, lambda dy, running: running.send(dy))
    assert "the backward pass can run once for each forward pass" in behaviour.notes


def test_a_layer_is_afterwards_what_it_was() -> None:
    """Running means, logs and caches that it keeps are those of its owner's own calls."""

    class Centred:
        """Takes the mean away, and remembers."""

        def __init__(self) -> None:
            self.mean, self.calls, self.last = np.zeros(3), [1], deque[Any]([0], maxlen=2)

        def forward(self, x: Any) -> Any:
            m = x.mean(axis=0)
            self.mean += 0.1 * m
            self.calls.append(len(self.calls))
            self.last.append(m)
            return x - m

        def backward(self, dy: Any) -> Any:
            return dy - dy.mean(axis=0)

    layer, x = Centred(), np.random.default_rng(0).standard_normal((4, 3))
    assert backproof.check_layer(layer.forward, layer.backward, x)
    assert (layer.mean.tolist(), layer.calls, list(layer.last)) == ([0.0] * 3, [1], [0])


def test_draws_are_the_same_where_nothing_is_followed() -> None:
    """A loss that cannot be followed is asked at nearby points with one mask."""

    def texts(x: Any) -> Any:
        return np.array([float(repr(float(v))) for v in x])

    def gradient(x: Any, part: float = 1.0) -> Any:
        return 2 * texts(x) * (np.random.random(4) < 0.6) * part  # noqa: NPY002

    def loss(x: Any) -> Any:
        return np.sum(texts(x) ** 2 * (np.random.random(4) < 0.6))  # noqa: NPY002

    x = np.array([0.5, -1.5, 2.0, 0.75])
    assert backproof.check(loss, gradient, x)
    assert not backproof.check(loss, lambda x: gradient(x, 1.01), x)


def squashed(x: Any) -> Any:
    """A layer of floats that computes in halves: what is small is 0 there."""
    y = np.tanh(x.astype(np.float16))
    return y.astype(x.dtype), y


def squashed_backward(dy: Any, y: Any) -> Any:
    """The same backwards."""
    return (dy.astype(np.float16) * (1 - y * y)).astype(dy.dtype)


def test_what_underflows_in_halves_inside_is_linear() -> None:
    """A cotangent that only the outer format holds says nothing of a layer that computes in halves;
    a clip within their reach does.
    """
    x = (3 * X).astype(np.float32)
    assert not layer(squashed, squashed_backward, x).breaches
    clipped = layer(squashed, lambda dy, y: squashed_backward(np.clip(dy, -2, 2), y), x)
    assert [b.code for b in clipped.breaches] == ["BP212"]
