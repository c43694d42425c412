"""Claims that lie where one of the numbers decides, and would be told something else beyond it."""

import sys
from types import FrameType
from typing import Any

import numpy as np

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn
from verdict.followed import hidden, secret, waves, waves_gradient
from verdict.pointed import step_at
from verdict.written import gelu, gelu_backward, halves

PART = 5e-5
X = drawn((3, 4))[0]
LAYER = {"way": "check_layer"}


def through(part: Any) -> Any:
    """A rounding taken for the identity, in a part of the elements."""
    return lambda x: np.rint(4 * x) + 4 * x * part


def coarsely(dy: Any, cache: Any) -> Any:
    """A constant whose last digit is another, and one element that loses nine digits."""
    (g,) = gelu_backward(0.134145, 0.7978845608028653)(dy, cache)
    times = np.ones(g.shape)
    times[1, 2] = 1e9
    return (g * times - g * (times - 1),)


def plainly(function: Any) -> Any:
    """The same, and it leaves where it is recorded."""

    def refusing(x: Any) -> Any:
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_globals.get("__name__", "").startswith("backproof.programs"):
                raise TypeError(type(x))
            frame = frame.f_back
        return function(x)

    return refusing


def turned(x: Any) -> Any:
    """A number that stays, though every turn makes its ball five times as wide."""
    for _ in range(141):
        x = 3 * x - 2 * x
    return x


def partly(x: Any) -> Any:
    """A small part of it is of numbers that no record follows."""
    return waves(x) + PART * waves(hidden(x))


def tiny(x: Any) -> Any:
    """So small a slope that its format has no digit for it."""
    return x * np.float16(2.0**-24), None


def spread(x: Any) -> Any:
    """A variance, as the difference of two large numbers."""
    return (x * x).mean() - x.mean() ** 2


def by_chance(x: Any) -> Any:
    """Another gradient at every call."""
    return waves_gradient(x) * np.random.default_rng().uniform(size=x.shape)


def seldom(seed: int) -> Any:
    """A point of one size more in five."""
    return np.random.default_rng(seed).normal(size=7 if seed % 5 == 4 else 3)


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


LIMITS = (
    Tried(
        "straight through, too large",
        _of(step_at, through(1), X),
        Status.WRONG,
        "BP125 is accepted up to 0.05",
        options={"accept": {"BP125": 0.05}},
    ),
    Tried(
        "straight through in part",
        _of(step_at, through(np.arange(4) == 2), X),
        Status.WRONG,
        options={"accept": {"BP125": 10.0}},
    ),
    Tried(
        "another code is accepted",
        _of(step_at, through(1), X),
        Status.WRONG,
        options={"accept": {"BP123": 10.0}},
    ),
    Tried("typed with 16 digits, rounded badly", _of(gelu, coarsely, X), Status.IMPRECISE, **LAYER),
    Tried(
        "against what refuses",
        _of(waves, waves_gradient, X),
        Status.CORRECT,
        options={"reference": plainly(lambda x: waves(x) * (1 + 1e-7))},
    ),
    Tried(
        "against another that refuses",
        _of(waves, waves_gradient, X),
        Status.WRONG,
        options={"reference": plainly(lambda x: waves(x) * (1 + 2e-5))},
    ),
    Tried(
        "a few bits are needed",
        _of(lambda x: np.tanh(turned(x)).sum(), lambda x: 1 - np.tanh(turned(x)) ** 2, X[0][:2]),
        Status.CORRECT,
        "; 800 bits",
    ),
    Tried(
        "a small part is hidden",
        _of(partly, lambda x: (1 + PART) * waves_gradient(x), X),
        Status.CORRECT,
        "finite differences",
    ),
    Tried(
        "half followed",
        _of(lambda x: waves(x) + secret(waves)(x), lambda x: 2 * secret(waves_gradient)(x), X),
        Status.CORRECT,
    ),
    Tried(
        "half followed, float16",
        _of(
            lambda x: waves(x) + secret(waves)(x),
            lambda x: 2 * secret(waves_gradient)(x),
            X.astype(np.float16),
        ),
        Status.CORRECT,
    ),
    Tried(
        "less than a format holds",
        _of(tiny, lambda dy, _: (dy * np.float16(2.0**-24),), X[0].astype(np.float16)),
        Status.CORRECT,
        **LAYER,
    ),
    Tried(
        "a variance that cancels",
        _of(spread, lambda x: 2 * (x - x.mean()) / x.size, 1e5 + X),
        Status.CORRECT,
        "digits are lost by the forward",
    ),
    Tried(
        "a norm of its own, float16",
        _of(
            halves,
            lambda dy, _: (
                dy * np.float16(0.5) / np.sqrt(np.float16(1) + np.float16(1e-3) * (dy * dy).sum()),
            ),
            X.astype(np.float16),
        ),
        Status.BROKEN,
        "BP212",
        **LAYER,
    ),
    Tried("another by chance", _of(waves, by_chance, X), Status.BROKEN, "BP211"),
    Tried(
        "wrong at one point in five",
        lambda: (waves, lambda x: waves_gradient(x) * (2 if x.size == 7 else 1)),
        Status.WRONG,
        options={"inputs": seldom},
    ),
)
