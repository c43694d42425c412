"""Rules for what happens element by element, on numbers and on truth values."""

from typing import Any

import flint
import numpy as np
from scipy import special

from reference.exact.arithmetic import CannotFollow
from reference.exact.arrays import balls, filled
from reference.exact.ball import ball
from reference.exact_torch.numbers import (
    array,
    asked,
    constant,
    converted,
    exponentiated,
    function,
)


def add(x: Any, y: Any, *, alpha: float = 1) -> Any:
    """x + alpha y."""
    return np.add(x, y if alpha == 1 else np.multiply(y, alpha))


def sub(x: Any, y: Any, *, alpha: float = 1) -> Any:
    """x - alpha y."""
    return np.subtract(x, y if alpha == 1 else np.multiply(y, alpha))


def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Any:
    """x / y, or its integer part towards 0 ("trunc") or towards -inf ("floor")."""
    if rounding_mode is None:
        return np.true_divide(x, y)
    return WHOLE[rounding_mode](array(np.true_divide(x, y)))


def fmod(x: Any, y: Any) -> Any:
    """x - y trunc(x / y)."""
    return x - y * WHOLE["trunc"](array(x / y))


def remainder(x: Any, y: Any) -> Any:
    """x - y floor(x / y)."""
    return x - y * WHOLE["floor"](array(np.true_divide(x, y)))


def clamp(x: Any, low: Any = None, high: Any = None) -> Any:
    """min(max(x, low), high); a bound that is None is left out."""
    x = x if low is None else array(np.maximum(x, low))
    return x if high is None else np.minimum(x, high)


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere."""
    return np.where(condition, x, y)


def atan2(y: Any, x: Any) -> Any:
    """The angle of (x, y)."""
    if y.dtype != object:
        return np.arctan2(y, x)
    y, x = np.broadcast_arrays(y, x)
    return filled(
        [ball(flint.arb.atan2(a, b)) for a, b in zip(balls(y), balls(x), strict=True)], y.shape
    )


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return converted((x > 0), "f") - converted((x < 0), "f")


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def gelu(x: Any, *, approximate: str = "none") -> Any:
    """x Phi(x), Phi(x) = erfc(-x / sqrt 2) / 2; or the approximation by tanh."""
    if approximate == "tanh":
        return x * (1 + _inner_tanh(x)[0]) / 2
    return x * _normal(x)


def gelu_backward(dy: Any, x: Any, *, approximate: str = "none") -> Any:
    """dy (Phi + x phi), phi the normal density; or by T = tanh(u): dy ((1 + T) + x T' u') / 2."""
    if approximate == "tanh":
        T, du = _inner_tanh(x)
        return dy * ((1 + T) + x * (1 - T) * (1 + T) * du) / 2
    phi = np.exp(-x * x / 2) / np.sqrt(2 * _pi(x))
    return dy * (_normal(x) + x * phi)


def shrink_backward(dy: Any, x: Any, lambd: float) -> Any:
    """dy outside of [-lambd, lambd]."""
    return np.where((x < -lambd) | (x > lambd), dy, constant(dy, 0.0))


def _whole(exact: Any, double: Any) -> Any:
    def rounded(b: flint.arb) -> flint.arb:
        result = exact(b)
        if not result.is_exact():
            raise CannotFollow(f"an integer part is undecided at {flint.ctx.prec} bits")
        return result

    return function(rounded, double)


def _nearest(b: flint.arb) -> flint.arb:
    """The nearest integer, the even one of two."""
    up, down = (b + 0.5).floor(), (b - 0.5).ceil()
    return up if (up / 2).is_integer() or up == down else down


def _pi(x: Any) -> Any:
    return 4 * np.arctan(constant(x, 1.0))


def _normal(x: Any) -> Any:
    return ERFC(array(-x / np.sqrt(constant(x, 2.0)))) / 2


def _inner_tanh(x: Any) -> Any:
    """tanh(u) and du/dx for u = sqrt(2 / pi) (x + c x^3), c = 0.044715 as a double."""
    k, c = np.sqrt(2 / _pi(x)), 0.044715
    return np.tanh(k * (x + c * x * x * x)), k * (1 + 3 * (c * x * x))


ERFC = function(flint.arb.erfc, special.erfc)

WHOLE = {
    "floor": _whole(flint.arb.floor, np.floor),
    "trunc": _whole(lambda b: b.floor() if b >= 0 else b.ceil(), np.trunc),
}

LN2, LN10 = flint.arb.const_log2, flint.arb.const_log10

ELEMENTWISE: dict[str, Any] = {
    "abs": np.abs,
    "acos": function(flint.arb.acos, np.arccos),
    "acosh": function(flint.arb.acosh, np.arccosh),
    "add": add,
    "asin": function(flint.arb.asin, np.arcsin),
    "asinh": function(flint.arb.asinh, np.arcsinh),
    "atan": np.arctan,
    "atan2": atan2,
    "atanh": function(flint.arb.atanh, np.arctanh),
    "bitwise_and": np.bitwise_and,
    "bitwise_not": np.bitwise_not,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "ceil": _whole(flint.arb.ceil, np.ceil),
    "clamp": clamp,
    "clamp_max": np.minimum,
    "clamp_min": np.maximum,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": function(flint.arb.digamma, special.digamma),
    "div": div,
    "eq": np.equal,
    "erf": function(flint.arb.erf, special.erf),
    "erfc": ERFC,
    "erfinv": function(flint.arb.erfinv, special.erfinv),
    "exp": np.exp,
    "exp2": function(lambda b: (b * LN2()).exp(), np.exp2),
    "expm1": np.expm1,
    "floor": WHOLE["floor"],
    "fmax": np.maximum,
    "fmin": np.minimum,
    "fmod": fmod,
    "ge": np.greater_equal,
    "gelu": gelu,
    "gelu_backward": gelu_backward,
    "gt": np.greater,
    "hardshrink_backward": shrink_backward,
    "hardtanh": lambda x, low=-1, high=1: clamp(x, low, high),
    "hypot": lambda x, y: np.sqrt(x * x + y * y),
    "isinf": asked(lambda b: not (b.is_finite() or b.is_nan()), np.isinf),
    "isnan": asked(flint.arb.is_nan, np.isnan),
    "le": np.less_equal,
    "leaky_relu": lambda x, slope=0.01: np.where(x > 0, x, x * slope),
    "lgamma": function(flint.arb.lgamma, special.gammaln),
    "log": np.log,
    "log10": function(lambda b: b.log() / LN10(), np.log10),
    "log1p": np.log1p,
    "log2": function(lambda b: b.log() / LN2(), np.log2),
    "logical_and": np.logical_and,
    "logical_not": np.logical_not,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "lt": np.less,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "pow": exponentiated,
    "reciprocal": lambda x: 1 / x,
    "relu": lambda x: np.maximum(x, 0),
    "remainder": remainder,
    "round.default": _whole(_nearest, np.rint),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sigmoid": sigmoid,
    "sign": sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "softshrink_backward": shrink_backward,
    "sqrt": np.sqrt,
    "sub": sub,
    "tan": function(flint.arb.tan, np.tan),
    "tanh": np.tanh,
    "trunc": WHOLE["trunc"],
    "where": where,
}
