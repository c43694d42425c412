"""Right formulas that lose digits: backward passes that the judge must call imprecise.

Every forward pass is stable; each point lies where the backward pass is not, by the format's own u,
or mildly, so that a judge that is too lenient by some bits is found out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backproof.power.rounding.layer import Layer, Random
from backproof.power.rounding.norms import layer_norm

SHAPE = (4, 6)


@dataclass(frozen=True, slots=True)
class Unstable:
    """A layer by name whose backward pass loses digits; inputs: (random, u) to where it does."""

    name: str
    inputs: Callable[[Random, float], tuple[Any, ...]]
    forward: Callable[..., Any]
    backward: Callable[..., tuple[Any, ...]]

    def at(self, u: float) -> Layer:
        """The layer with inputs for a format."""
        return Layer(self.name, lambda random: self.inputs(random, u), self.forward, self.backward)


def _near_zero(times: Callable[[float], float]) -> Callable[[Random, float], tuple[Any, ...]]:
    return lambda random, u: (times(u) * random.uniform(0.5, 1.5, SHAPE),)


def _mildly(size: float) -> Callable[[Random, float], tuple[Any, ...]]:
    """Where a few bits are lost, as many in every format."""
    return _near_zero(lambda _: size)


def _log_cos(np: Any, x: Any) -> Any:
    return -np.log(np.cos(x)), x


def _log_cos_back(np: Any, dy: Any, x: Any) -> Any:
    return (dy * (1 - np.cos(2 * x)) / np.sin(2 * x),)


def _cosh(np: Any, x: Any) -> Any:
    return np.cosh(x), x


def _cosh_back(np: Any, dy: Any, x: Any) -> Any:
    return (dy * (np.exp(x) - np.exp(-x)) / 2,)


def _log_expm1(np: Any, x: Any) -> Any:
    return np.log(np.expm1(x)), x


def _log_expm1_back(np: Any, dy: Any, x: Any) -> Any:
    return (dy * np.exp(x) / (np.exp(x) - 1),)


def _softplus(np: Any, x: Any) -> Any:
    return np.log1p(np.exp(-x)), x


def _softplus_back(np: Any, dy: Any, x: Any) -> Any:
    return (-dy * (1 - 1 / (1 + np.exp(-x))),)


def _saturated(random: Random, u: float) -> tuple[Any, ...]:
    return (-math.log(u) - 1 + random.uniform(-0.5, 0.5, SHAPE),)


def _distance(np: Any, a: Any, b: Any) -> Any:
    n = np.sqrt(np.sum((a - b) ** 2, axis=1, keepdims=True))
    return n, (a, b)


def _distance_back(np: Any, dy: Any, cache: Any) -> Any:
    a, b = cache
    squares = a * a + b * b - 2 * a * b
    d = dy * (a - b) / np.sqrt(np.sum(squares, axis=1, keepdims=True))
    return d, -d


def _close(random: Random, u: float) -> tuple[Any, ...]:
    a = random.uniform(1, 2, SHAPE)
    return a, a + 0.7 * math.sqrt(u) * random.uniform(1, 2, SHAPE)


def _layer_norm_back(np: Any, dy: Any, cache: Any) -> Any:
    x, gain = cache
    mean = np.mean(x, axis=1, keepdims=True)
    spread = np.mean(x * x, axis=1, keepdims=True) - mean * mean
    i = 1 / np.sqrt(spread + 1e-5)
    h, dh = (x - mean) * i, dy * gain
    along = np.mean(dh * h, axis=1, keepdims=True)
    dx = i * (dh - np.mean(dh, axis=1, keepdims=True) - h * along)
    return dx, np.sum(dy * h, axis=0), np.sum(dy, axis=0)


def _layer_norm(np: Any, x: Any, gain: Any, shift: Any) -> Any:
    y, _ = layer_norm(np, x, gain, shift)
    return y, (x, gain)


def _far(random: Random, u: float) -> tuple[Any, ...]:
    x = 0.5 / math.sqrt(u) + random.standard_normal(SHAPE)
    return x, random.standard_normal(SHAPE[1]), random.standard_normal(SHAPE[1])


def _softmax(np: Any, z: Any) -> Any:
    e = np.exp(z - np.amax(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True), z


def _softmax_back(np: Any, dy: Any, z: Any) -> Any:
    e = np.exp(z)
    p = e / np.sum(e, axis=1, keepdims=True)
    return (p * (dy - np.sum(dy * p, axis=1, keepdims=True)),)


def _large(random: Random, u: float) -> tuple[Any, ...]:
    """Beyond where exp overflows in float64, and so in the other formats."""
    return (750 + random.standard_normal(SHAPE),)


UNSTABLE = (
    Unstable("(1 - cos 2x) / sin 2x, mild", _mildly(0.05), _log_cos, _log_cos_back),
    Unstable("exp x / (exp x - 1), mild", _mildly(0.02), _log_expm1, _log_expm1_back),
    Unstable("(1 - cos 2x) / sin 2x", _near_zero(math.sqrt), _log_cos, _log_cos_back),
    Unstable("(exp x - exp -x) / 2", _near_zero(lambda u: 2 * u), _cosh, _cosh_back),
    Unstable("exp x / (exp x - 1)", _near_zero(lambda u: 4 * u), _log_expm1, _log_expm1_back),
    Unstable("1 - sigmoid x", _saturated, _softplus, _softplus_back),
    Unstable("E[x^2] - E[x]^2", _far, _layer_norm, _layer_norm_back),
    Unstable("a^2 + b^2 - 2ab", _close, _distance, _distance_back),
    Unstable("softmax without its shift", _large, _softmax, _softmax_back),
)
