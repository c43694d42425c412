"""What NumPy's and SciPy's elementwise functions are of balls, where no object loop says it.

Each by the name of its ufunc; the functions that a ball has itself come from the ball.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

import flint
import numpy as np

from reference.exact.ball import UNARY, Ball, ball

arb = flint.arb
INFINITY = arb("inf")


def _log2(x: arb) -> arb:
    return x.log() / arb(2).log()


def _expit(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _ndtr(x: arb) -> arb:
    return (-x / arb(2).sqrt()).erfc() / 2


FUNCTIONS: dict[str, Callable[..., arb]] = {
    "tan": arb.tan,
    "arcsin": arb.asin,
    "arccos": arb.acos,
    "arcsinh": arb.asinh,
    "arccosh": arb.acosh,
    "arctanh": arb.atanh,
    "arctan2": arb.atan2,
    "exp2": lambda x: arb(2) ** x,
    "log2": _log2,
    "log10": lambda x: x.log() / arb(10).log(),
    "logaddexp": lambda x, y: (x.exp() + y.exp()).log(),
    "logaddexp2": lambda x, y: _log2(arb(2) ** x + arb(2) ** y),
    "hypot": lambda x, y: (x * x + y * y).sqrt(),
    "deg2rad": lambda x: x * arb.pi() / 180,
    "rad2deg": lambda x: x * 180 / arb.pi(),
    "expit": _expit,
    "log_expit": lambda x: _expit(x).log(),
    "logit": lambda x: (x / (1 - x)).log(),
    "ndtr": _ndtr,
    "log_ndtr": lambda x: _ndtr(x).log(),
    "erfcx": lambda x: (x * x).exp() * x.erfc(),
    "gamma": arb.gamma,
    "gammaln": arb.lgamma,
    "psi": arb.digamma,
    "exprel": lambda x: x.expm1() / x,
}
"""Analytic functions, of real numbers in balls."""


def _cbrt(x: Any) -> Any:
    root = ball(abs(x.value).root(3))
    return -root if x < 0 else root


def _remainder(x: Ball, y: Ball) -> Ball:
    return x - (x / y).floor() * y


def _xlogy(x: Any, y: Any) -> Any:
    return x if x == 0 else x * y.log()


def _huber(delta: Any, r: Any) -> Any:
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def _sign(x: Any) -> Ball:
    return Ball(int(x > 0) - int(x < 0))


DECISIONS: dict[str, Callable[..., Any]] = {
    "maximum": Ball.maximum,
    "fmax": Ball.maximum,
    "minimum": Ball.minimum,
    "fmin": Ball.minimum,
    "clip": lambda x, low, high: x.maximum(low).minimum(high),
    "sign": _sign,
    "heaviside": lambda x, h: h if x == 0 else Ball(int(x > 0)),
    "copysign": lambda x, y: -abs(x) if y < 0 else abs(x),
    "fabs": abs,
    "floor": Ball.floor,
    "ceil": Ball.ceil,
    "trunc": Ball.trunc,
    "rint": Ball.rint,
    "remainder": _remainder,
    "floor_divide": lambda x, y: (x / y).floor(),
    "cbrt": _cbrt,
    "xlogy": _xlogy,
    "entr": lambda x: -_xlogy(x, x),
    "rel_entr": lambda x, y: _xlogy(x, x / y),
    "huber": _huber,
    "float_power": pow,
    "power": pow,
    "conjugate": lambda x: x,
    "reciprocal": lambda x: 1 / x,
}
"""Functions with branches, of balls: where a ball overlaps a branch, it refuses by itself."""

PREDICATES: dict[str, Callable[[Any], bool]] = {
    "isfinite": lambda x: bool(x.value.is_finite()),
    "isinf": lambda x: bool(abs(x.value) == INFINITY),
    "isnan": lambda x: not (x.value.is_finite() or abs(x.value) == INFINITY),
    "signbit": lambda x: bool(x < 0),
}
"""What is asked of a number; of a ball that is no number, `isnan` is answered by yes."""


def _on_arbs(function: Callable[..., arb]) -> Callable[..., Ball]:
    return lambda *x: ball(function(*(b.value for b in x)))


def _vectorised(function: Callable[..., Any], like: Callable[..., Any] | None = None) -> Any:
    """A ufunc of objects; `identity=None` lets one of two numbers reduce over several axes."""
    arity = 2 if function is pow else len(signature(like or function).parameters)
    return np.frompyfunc(function, arity, 1, **({"identity": None} if arity == 2 else {}))


INSTEAD: dict[str, Any] = {
    **{name: _vectorised(_on_arbs(f), f) for name, f in {**UNARY, **FUNCTIONS}.items()},
    **{name: _vectorised(f) for name, f in {**DECISIONS, **PREDICATES}.items()},
}
"""By the name of a ufunc, the one that takes its place on object arrays of balls."""
