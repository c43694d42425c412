"""Operations on single elements: arithmetic, functions of one number, decisions without a slope."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import piecewise
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def add(x: Any, y: Any, alpha: float = 1) -> Step:
    """x + alpha y."""
    return x + (y if alpha == 1 else y * alpha)


def sub(x: Any, y: Any, alpha: float = 1) -> Step:
    """x - alpha y."""
    return x - (y if alpha == 1 else y * alpha)


def rsub(x: Any, y: Any, alpha: float = 1) -> Step:
    """y - alpha x."""
    return y - (x if alpha == 1 else x * alpha)


def div(x: Any, y: Any, rounding_mode: str | None = None) -> Step:
    """x / y, or the integer part of it."""
    if rounding_mode is None:
        return x / y
    if rounding_mode == "floor":
        return c.floor_divide(x, y)
    return d.other(x, y, function=lambda a, b: np.trunc(a / b))


POWERS: dict[float, Lowering] = {
    0.5: e.sqrt,
    1: lambda x: x,
    2: e.square,
    -1: e.reciprocal,
    -0.5: e.rsqrt,
}
"""The exponents for which torch has kernels of their own."""


def power(x: Any, p: Any) -> Step:
    """x to the power of p; small whole powers as the products that they are."""
    exponent = p.value if isinstance(p, Step) and not p.inputs and p.scalar else p
    if isinstance(exponent, Step) or not np.isrealobj(exponent):
        return e.power(x, p)
    made = POWERS.get(float(exponent))
    if made is not None:
        return made(x)
    if float(exponent) == 0:
        return x * 0.0 + 1.0
    return x * x * x if float(exponent) == 3 else e.power(x, p)


def sigmoid(x: Step) -> Step:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + e.exp(-x)) if x.is_complex else e.expit(x)


def addcmul(x: Step, a: Step, b: Step, value: float = 1) -> Step:
    """x + value a b."""
    return x + (a * b if value == 1 else a * b * value)


def addcdiv(x: Step, a: Step, b: Step, value: float = 1) -> Step:
    """x + value a / b."""
    return x + (a / b if value == 1 else a / b * value)


def rounded(x: Step, decimals: int = 0) -> Step:
    """The nearest number of so many decimals."""
    return d.rint(x) if decimals == 0 else d.other(x, function=lambda v: np.round(v, decimals))


ARITHMETIC: dict[str, Lowering] = {
    "add": add,
    "sub": sub,
    "rsub": rsub,
    "mul": lambda x, y: x * y,
    "div": div,
    "neg": lambda x: -x,
    "reciprocal": e.reciprocal,
    "pow": power,
    "sqrt": e.sqrt,
    "rsqrt": e.rsqrt,
    "hypot": e.hypot,
    "exp": e.exp,
    "exp2": e.exp2,
    "expm1": e.expm1,
    "log": e.log,
    "log2": e.log2,
    "log10": e.log10,
    "log1p": e.log1p,
    "logaddexp": e.logaddexp,
    "logaddexp2": e.logaddexp2,
    "sin": e.sin,
    "cos": e.cos,
    "tan": e.tan,
    "asin": e.arcsin,
    "acos": e.arccos,
    "atan": e.arctan,
    "atan2": e.arctan2,
    "sinh": e.sinh,
    "cosh": e.cosh,
    "tanh": e.tanh,
    "asinh": e.arcsinh,
    "acosh": e.arccosh,
    "atanh": e.arctanh,
    "deg2rad": e.deg2rad,
    "rad2deg": e.rad2deg,
    "erf": e.erf,
    "erfc": e.erfc,
    "sigmoid": sigmoid,
    "special_ndtr": e.ndtr,
    "special_entr": piecewise.entr,
    "special_xlog1py": piecewise.xlog1py,
    "xlogy": piecewise.xlogy,
    "abs": c.absolute,
    "floor": d.floor,
    "ceil": d.ceil,
    "trunc": d.trunc,
    "round": rounded,
    "frac": lambda x: x - d.trunc(x),
    "floor_divide": c.floor_divide,
    "remainder": c.remainder,
    "fmod": c.fmod,
    "maximum": c.maximum,
    "minimum": c.minimum,
    "fmax": c.maximum,
    "fmin": c.minimum,
    "clamp": c.clip,
    "clamp_min": lambda x, low: c.clip(x, low),
    "clamp_max": lambda x, high: c.clip(x, None, high),
    "addcmul": addcmul,
    "addcdiv": addcdiv,
    "_conj": e.conjugate,
    "_conj_physical": e.conjugate,
    "conj_physical": e.conjugate,
    "complex": e.complex_,
}
"""By name; numbers among the arguments are rounded, and truth values are 1 and 0."""

COMPARISONS: dict[str, Lowering] = {
    "gt": d.greater,
    "ge": d.greater_equal,
    "lt": d.less,
    "le": d.less_equal,
    "eq": d.equal,
    "ne": d.not_equal,
}
