"""Right activations, in the formulas of textbooks."""

import math
from typing import Any

from backproof.power.rounding.layer import Layer, normal

SHAPE = (8, 12)


def _tanh(np: Any, x: Any) -> Any:
    y = np.tanh(x)
    return y, y


def _tanh_back(np: Any, dy: Any, y: Any) -> Any:
    return (dy * (1 - y**2),)


def _sigmoid(np: Any, x: Any) -> Any:
    y = 1 / (1 + np.exp(-x))
    return y, y


def _sigmoid_back(np: Any, dy: Any, y: Any) -> Any:
    return (dy * y * (1 - y),)


def _silu(np: Any, x: Any) -> Any:
    s = 1 / (1 + np.exp(-x))
    return x * s, (x, s)


def _silu_back(np: Any, dy: Any, cache: Any) -> Any:
    x, s = cache
    return (dy * s * (1 + x * (1 - s)),)


def _softplus(np: Any, x: Any) -> Any:
    return np.log1p(np.exp(x)), x


def _softplus_back(np: Any, dy: Any, x: Any) -> Any:
    return (dy / (1 + np.exp(-x)),)


ROOT = math.sqrt(2 / math.pi)


def _gelu(np: Any, x: Any) -> Any:
    t = np.tanh(ROOT * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def _gelu_back(np: Any, dy: Any, cache: Any) -> Any:
    x, t = cache
    inner = ROOT * (1 + 3 * 0.044715 * x**2)
    return (dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner),)


ACTIVATIONS = (
    Layer("tanh", normal(SHAPE, scale={0: 2}), _tanh, _tanh_back),
    Layer("sigmoid", normal(SHAPE, scale={0: 3}), _sigmoid, _sigmoid_back),
    Layer("SiLU", normal(SHAPE, scale={0: 2}), _silu, _silu_back),
    Layer("softplus", normal(SHAPE, scale={0: 2}), _softplus, _softplus_back),
    Layer("GELU (tanh)", normal(SHAPE), _gelu, _gelu_back),
)
