"""What right layers are spared: slow ones, endless ones, those that underflow or are used once."""

from collections import deque
from itertools import count
from typing import Any

import numpy as np

import backproof
from backproof.verdict.decisions import MOST_ELEMENTS
from checks.behaviour.observed import (
    W,
    X,
    as_generator,
    dense,
    dense_backward,
    half_square,
    half_square_gradient,
    layer,
    pair,
)


def test_a_large_layer_is_asked_once() -> None:
    """One call and one cotangent are judged, and the evidence says so."""
    calls = count()
    behaviour = layer(lambda x, W: (next(calls), dense(x, W))[1], dense_backward, once=True)
    assert next(calls) == 1
    assert np.array_equal(behaviour.results["x"], behaviour.cotangents["y"] @ W.T)
    many = backproof.check(lambda x: (x * x).sum(), lambda x: 2 * x, np.ones(MOST_ELEMENTS + 1))
    assert "asked for one answer alone" in many.evidence


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
