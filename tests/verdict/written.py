"""Claims whose numbers were typed, that misbehave, or that are held against another function."""

from typing import Any

import numpy as np

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn
from verdict.followed import secret, waves, waves_gradient

ROOT = 0.7978845608028654
DATA = np.array([0.1])


def gelu(x: Any) -> Any:
    """By tanh, with its cache."""
    t = np.tanh(ROOT * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def gelu_backward(third: float, root: float = ROOT) -> Any:
    """With three times 0.044715, as it was typed."""

    def backward(dy: Any, cache: Any) -> Any:
        x, t = cache
        return (dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + third * x * x)),)

    return backward


class Counting:
    """A backward pass that is another at every call."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """The gradient, larger each time."""
        self.calls += 1
        return waves_gradient(x) * self.calls


def halves(x: Any) -> Any:
    """A product."""
    return x * 0.5, None


def scaled(x: Any) -> Any:
    """By data of one number."""
    return (np.sin(x) * DATA).sum()


def bump(x: Any) -> Any:
    """With a number of four digits, whose rounding explains anything at a single point."""
    return np.exp(-0.3333 * x * x).sum()


def bent(dy: Any, _: Any) -> Any:
    """Of the right multiple for every multiple of dy, and no sum of what two of them give."""
    return (0.5 * dy + np.cbrt((dy**3).mean()),)


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


X = drawn((3, 4))[0]
LAYER = {"way": "check_layer"}
WRITTEN = (
    Tried("typed in full", _of(gelu, gelu_backward(0.134145), X), Status.CORRECT, **LAYER),
    Tried(
        "typed with 16 digits",
        _of(gelu, gelu_backward(0.134145, 0.7978845608028653), X),
        Status.CORRECT,
        "BP117",
        **LAYER,
    ),
    Tried(
        "typed with 4 digits",
        _of(gelu, gelu_backward(0.134145, 0.7979), X),
        Status.IMPRECISE,
        **LAYER,
    ),
    Tried("typed with another digit", _of(gelu, gelu_backward(0.134245), X), Status.WRONG, **LAYER),
    Tried("another at every call", lambda: (waves, Counting(), X.copy()), Status.BROKEN, "BP210"),
    Tried(
        "not linear",
        _of(halves, lambda dy, _: (np.clip(dy * 0.5, -0.2, 0.2),), X),
        Status.BROKEN,
        **LAYER,
    ),
    Tried(
        "a norm of its own",
        _of(halves, lambda dy, _: (dy * 0.5 / np.sqrt(1 + 1e-9 * (dy * dy).sum()),), X),
        Status.BROKEN,
        **LAYER,
    ),
    Tried(
        "against another function",
        _of(waves, waves_gradient, X),
        Status.WRONG,
        options={"reference": lambda x: (np.sin(x) * x).sum() * (1 + 1e-9)},
    ),
    Tried(
        "against its like",
        _of(waves, waves_gradient, X),
        Status.CORRECT,
        options={"reference": lambda x: (x * np.sin(x)).sum()},
    ),
    Tried(
        "against what is not followed",
        _of(waves, waves_gradient, X),
        Status.CORRECT,
        options={"reference": secret(waves)},
    ),
    Tried(
        "against another that is not followed",
        _of(waves, waves_gradient, X),
        Status.WRONG,
        options={"reference": secret(lambda x: waves(x) * 1.0001)},
    ),
    Tried("not additive", _of(halves, bent, X), Status.BROKEN, **LAYER),
    Tried(
        "data of one number",
        _of(scaled, lambda x: np.cos(x) * np.array([0.1 + 2.0**-56]), X),
        Status.WRONG,
    ),
    Tried(
        "one number",
        _of(
            bump,
            lambda x: -2 * 0.3333 * x * np.exp(-0.3333 * x * x) * (1 + 1e-5 * x),
            np.array([0.3]),
        ),
        Status.WRONG,
    ),
)
