"""A loss and a gradient that misbehave: each by its code."""

import sys
import time
from collections import defaultdict
from contextlib import suppress
from itertools import count
from typing import Any

import numpy as np
import pytest

from checks.behaviour.observed import (
    LABELS,
    W,
    X,
    codes,
    half_square,
    half_square_gradient,
    hangs,
    pair,
    spoiled,
)


def grows_angry(x: Any, W: Any) -> Any:
    """Raises three calls deep, in code of its own."""

    def deeper() -> None:
        np.linalg.inv(np.zeros((2, 2)))

    deeper()


def too_deep(x: Any, W: Any) -> Any:
    """Recursion without an end."""
    return too_deep(x, W)


def writes_into_x(x: Any, W: Any) -> Any:
    """Uses x as its scratch."""
    gradients = half_square_gradient(x, W)
    x *= 2
    return gradients


def writes_into_labels(x: Any, labels: Any) -> Any:
    """Turns the labels into something else."""
    labels += 1
    return x


def exits(x: Any, W: Any) -> Any:
    """Takes the interpreter with it."""
    print("goodbye")
    sys.exit(3)


def interrupts(x: Any, W: Any) -> Any:
    """Pretends that somebody pressed Ctrl-C."""
    raise KeyboardInterrupt


def hangs_and_eats(x: Any, W: Any) -> Any:
    """Works for ever, and lets no exception through."""
    while True:
        with suppress(BaseException):
            x = x + 0


def sleeps_once_and_eats(x: Any, W: Any) -> Any:
    """Is late, says nothing of having been told so."""
    with suppress(BaseException):
        time.sleep(5)
    return half_square_gradient(x, W)


def accumulating() -> Any:
    """dW is added to that of the calls before."""
    kept: dict[str, Any] = defaultdict(float)

    def gradient(x: Any, W: Any) -> Any:
        dx, dW = half_square_gradient(x, W)
        kept["W"] = kept["W"] + dW
        return dx, kept["W"]

    return gradient


def tiring() -> Any:
    """dx is smaller at every call."""
    calls = count(1)
    return spoiled(lambda dx, dW: (dx / next(calls), dW))


class LastLoss:
    """A gradient that reads what the last loss left."""

    def loss(self, x: Any, W: Any) -> Any:
        """The loss, remembered."""
        self.x, self.W = x, W
        return half_square(x, W)

    def gradient(self, x: Any, W: Any) -> Any:
        """The gradient of what is remembered."""
        return half_square_gradient(self.x, self.W)


ELSEWHERE = LastLoss()

PAIRS: list[tuple[str, str, Any, Any, str]] = [
    ("BP201", "", half_square, grows_angry, "raises LinAlgError: Singular matrix (" + __file__),
    ("BP201", "", grows_angry, half_square_gradient, "the loss raises"),
    ("BP201", "", half_square, too_deep, "RecursionError"),
    ("BP201", "", half_square, exits, "calls sys.exit(3)"),
    ("BP201", "", half_square, interrupts, "KeyboardInterrupt"),
    ("BP201", "", half_square, lambda x: x, "takes 1 positional argument"),
    ("BP201", "", half_square, lambda x, W: input("dx? "), "EOFError"),
    ("BP202", "", half_square, hangs, "no answer within 0.3 s"),
    ("BP202", "", hangs, half_square_gradient, "the loss"),
    ("BP202", "", half_square, hangs_and_eats, "no answer"),
    ("BP202", "", half_square, sleeps_once_and_eats, "no answer"),
    ("BP203", "W", half_square, spoiled(lambda dx, dW: (dx, dW.T)), "has shape (2, 3), its"),
    ("BP203", "loss", lambda x, W: x.sum(0), half_square_gradient, "has shape (3,)"),
    ("BP204", "", half_square, spoiled(lambda dx, dW: dx), "expected a tuple (x: float64 array"),
    ("BP204", "", half_square, lambda x, W: {"a": x, "b": W}, "came {'a'"),
    ("BP204", "x", half_square, spoiled(lambda dx, dW: (dx > 0, dW)), "an array of bool"),
    ("BP204", "W", half_square, spoiled(lambda dx, dW: (dx, dW + 0j)), "complex128"),
    ("BP204", "", lambda x, W: (half_square(x, W), x), half_square_gradient, "one real number"),
    ("BP204", "", lambda x, W: None, half_square_gradient, "came None"),
    ("BP205", "W", half_square, spoiled(lambda dx, dW: (dx, None)), "no gradient for W"),
    ("BP208", "x", half_square, writes_into_x, "the gradient changes x in place"),
    ("BP208", "x", lambda x, W: writes_into_x(x, W)[0].sum(), half_square_gradient, "the loss"),
    ("BP210", "W", half_square, accumulating(), "moves on from its last answer"),
    ("BP210", "x", half_square, tiring(), "moves on from its last answer"),
    ("BP210", "x", ELSEWHERE.loss, ELSEWHERE.gradient, "at which the loss was asked last"),
    (
        *("BP211", "x", half_square),
        *(spoiled(lambda dx, dW: (dx + np.random.default_rng().random(), dW)), "at every call"),
    ),
    (
        *("BP211", "loss", lambda x, W: half_square(x, W) * np.random.default_rng().random()),
        *(half_square_gradient, "the loss answers otherwise"),
    ),
]


@pytest.mark.parametrize(("code", "tensor", "loss", "gradient", "said"), PAIRS)
def test_a_misbehaving_pair_is_found(
    code: str, tensor: str, loss: Any, gradient: Any, said: str
) -> None:
    """Each misbehaviour is found by its code and no other, in its tensor, and said."""
    before = X.tobytes(), W.tobytes()
    behaviour = pair(loss, gradient)
    assert codes(behaviour) == {code}
    assert any(b.tensor == tensor and said in b.detail for b in behaviour.breaches), (
        behaviour.breaches
    )
    assert before == (X.tobytes(), W.tobytes())


def test_changed_labels_are_named() -> None:
    """An argument that has no gradient must stay as it is too."""
    behaviour = pair(lambda x, labels: x.sum(), writes_into_labels, X, LABELS.copy())
    assert [(b.code, b.tensor) for b in behaviour.breaches] == [("BP208", "labels")]


def test_what_is_not_finite_is_suspected_only() -> None:
    """An infinite loss and a NaN among gradients: whether the truth is finite, others must say."""
    behaviour = pair(
        lambda x, W: np.exp(1000 * W[0, 0] ** 0), spoiled(lambda dx, dW: (dx * [1, np.nan, 1], dW))
    )
    assert not behaviour.breaches
    assert [(s.code, s.tensor) for s in behaviour.doubts] == [("BP207", "loss"), ("BP206", "x")]
    assert "4 of 12 elements are not finite, x[0, 1] is nan" in behaviour.doubts[1].detail
