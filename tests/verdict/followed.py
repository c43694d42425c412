"""Claims of which less can be followed, to the last rung."""

from typing import Any

import numpy as np

from backproof.verdict.status import Status
from verdict.claim import Tried, drawn, off


def hidden(x: Any) -> Any:
    """What no record follows: numbers as text."""
    return np.array([float(t) for t in " ".join(map(repr, x.ravel().tolist())).split()]).reshape(
        x.shape
    )


def waves(x: Any) -> Any:
    """A loss."""
    return (np.sin(x) * x).sum()


def waves_gradient(x: Any) -> Any:
    """Right."""
    return np.sin(x) + x * np.cos(x)


def secret(function: Any) -> Any:
    """The same of numbers that no record follows."""
    return lambda x: function(hidden(x).astype(x.dtype))


def _of(f: Any, g: Any, *arrays: Any) -> Any:
    return lambda: (f, g, *(a.copy() for a in arrays))


def relu(x: Any) -> Any:
    """With a corner at 0."""
    return np.maximum(x, 0).sum()


def relu_gradient(at_0: float) -> Any:
    """With a slope at 0."""
    return lambda x: np.where(x == 0, at_0, x > 0)


def coarsely(x: Any) -> float:
    """With the digits of float16 alone."""
    return float(np.float16(waves(x)))


def rounded(g: Any) -> Any:
    """With some units in the last place less."""
    return (g + np.float32(24)) - np.float32(24)


X = drawn((3, 4))[0]
SHORT = X.astype(np.float32)
PLAIN = {"reference": waves}
AT_0 = np.array([-1.0, 0.0, 2.0])
LARGE = drawn(220_000)[0]

FOLLOWED = (
    Tried(
        "a backward not followed",
        _of(secret(waves), secret(waves_gradient), SHORT),
        Status.CORRECT,
        options=PLAIN,
    ),
    Tried(
        "a backward not followed, off",
        _of(secret(waves), secret(lambda x: off(waves_gradient(x), 1e-5)), SHORT),
        Status.WRONG,
        options=PLAIN,
    ),
    Tried(
        "a backward not followed, as a whole",
        _of(
            secret(waves),
            secret(lambda x: (waves_gradient(x.astype(float)) * 1.004).astype(x.dtype)),
            drawn((12, 12), dtype=np.float16)[0],
        ),
        Status.WRONG,
        options=PLAIN,
    ),
    Tried(
        "a backward not followed that rounds",
        _of(
            secret(waves),
            secret(lambda x: (waves_gradient(x) + np.float32(300)) - np.float32(300)),
            SHORT,
        ),
        Status.IMPRECISE,
        options=PLAIN,
    ),
    Tried("nothing followed", _of(secret(waves), secret(waves_gradient), X), Status.CORRECT),
    Tried(
        "nothing followed, off",
        _of(secret(waves), secret(lambda x: off(waves_gradient(x), 1e-4)), X),
        Status.WRONG,
    ),
    Tried(
        "nothing followed, NaN",
        _of(
            secret(waves),
            secret(lambda x: waves_gradient(x) * np.where(np.arange(4) == 2, np.nan, 1)),
            X,
        ),
        Status.WRONG,
    ),
    Tried(
        "nothing followed, relu", _of(secret(relu), secret(relu_gradient(0.5)), AT_0), Status.KINK
    ),
    Tried(
        "nothing followed, relu, 1.25 at 0",
        _of(secret(relu), secret(relu_gradient(1.25)), AT_0),
        Status.WRONG,
    ),
    Tried(
        "nothing followed, few digits",
        _of(secret(coarsely), secret(waves_gradient), X),
        Status.UNDECIDED,
    ),
    Tried(
        "nothing followed, rounded",
        _of(secret(waves), secret(lambda x: rounded(waves_gradient(x))), SHORT),
        Status.CORRECT,
    ),
    Tried(
        "many elements, rounded",
        _of(waves, lambda x: rounded(waves_gradient(x)), LARGE.astype(np.float32)),
        Status.CORRECT,
    ),
    Tried(
        "many elements, few digits",
        _of(lambda x: np.float32(waves(x)), waves_gradient, LARGE),
        Status.UNDECIDED,
    ),
    Tried("many elements", _of(waves, waves_gradient, LARGE), Status.CORRECT),
    Tried(
        "many elements, a part off",
        _of(waves, lambda x: waves_gradient(x) * (1 + 1e-3 * (np.arange(x.size) < 9000)), LARGE),
        Status.WRONG,
    ),
)
