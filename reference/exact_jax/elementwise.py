"""Elementwise primitives: functions of one number, arithmetic, comparisons, choices, casts."""

import inspect
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from flint import arb
from scipy import special

from reference.exact.ball import Ball, ball
from reference.exact_jax.kinds import like, of_balls, of_floats

Rule = Callable[..., Any]
"""The inputs of an equation as arrays, its parameters as keywords, to its outputs."""

TO_EVEN = 1
"""How JAX numbers the rounding of halves to even numbers; 0 is away from zero."""


def _cbrt(x: arb) -> arb:
    return -((-x).root(3)) if x < 0 else x.root(3)


def _lgamma(x: arb) -> arb:
    return abs(x.gamma()).log() if x < 0 else x.lgamma()


FUNCTIONS: dict[str, tuple[Callable[[arb], arb], Callable[[Any], Any]]] = {
    "acos": (arb.acos, np.arccos),
    "acosh": (arb.acosh, np.arccosh),
    "asin": (arb.asin, np.arcsin),
    "asinh": (arb.asinh, np.arcsinh),
    "atan": (arb.atan, np.arctan),
    "atanh": (arb.atanh, np.arctanh),
    "cbrt": (_cbrt, np.cbrt),
    "cos": (arb.cos, np.cos),
    "cosh": (arb.cosh, np.cosh),
    "digamma": (arb.digamma, special.digamma),
    "erf": (arb.erf, special.erf),
    "erf_inv": (arb.erfinv, special.erfinv),
    "erfc": (arb.erfc, special.erfc),
    "exp": (arb.exp, np.exp),
    "exp2": (lambda x: arb(2) ** x, np.exp2),
    "expm1": (arb.expm1, np.expm1),
    "lgamma": (_lgamma, special.gammaln),
    "log": (arb.log, np.log),
    "log1p": (arb.log1p, np.log1p),
    "logistic": (lambda x: 1 / (1 + (-x).exp()), special.expit),
    "rsqrt": (arb.rsqrt, lambda x: 1 / np.sqrt(x)),
    "sin": (arb.sin, np.sin),
    "sinh": (arb.sinh, np.sinh),
    "sqrt": (arb.sqrt, np.sqrt),
    "tan": (arb.tan, np.tan),
    "tanh": (arb.tanh, np.tanh),
}
"""Smooth functions of one number: Arb's, and the one for floats."""

IDENTITIES = ("copy", "name", "stop_gradient")


def _of_numbers(exact: Callable[..., Any], floats: Callable[..., Any]) -> Rule:
    """One rule from a function of Balls and a function of float arrays."""
    on_balls = np.frompyfunc(exact, len(inspect.signature(exact).parameters), 1)

    def rule(*arrays: Any, **_: Any) -> Any:
        if any(of_balls(x) for x in arrays):
            return on_balls(*(like(arrays[0], x) if not of_balls(x) else x for x in arrays))
        return floats(*arrays)

    return rule


def _smooth(exact: Callable[[arb], arb], floats: Callable[[Any], Any]) -> Rule:
    return _of_numbers(lambda x: ball(exact(x.value)), floats)


def _plain(function: Callable[..., Any]) -> Rule:
    """A NumPy function that runs on every kind of number; JAX's parameters do not concern it."""
    return lambda *arrays, **_: function(*arrays)


def _div(x: Any, y: Any) -> Any:
    """x / y; of integers, towards zero."""
    if of_floats(x) or of_floats(y):
        return x / y
    return np.where(y == 0, -1, (x - np.fmod(x, y)) // np.where(y == 0, 1, y))


def _sign(x: Any) -> Ball:
    return Ball(int(x > 0) - int(x < 0))


def _nearest(x: Any) -> Any:
    """The nearest whole number; halves away from 0."""
    return (x + 0.5).floor() if x >= 0 else (x - 0.5).ceil()


def _away(x: Any) -> Any:
    return np.trunc(x + np.copysign(0.5, x))


ROUNDINGS = {
    0: _of_numbers(_nearest, _away),
    TO_EVEN: _of_numbers(lambda x: x.rint(), np.rint),
}


def _round(x: Any, *, rounding_method: Any) -> Any:
    return ROUNDINGS[int(rounding_method)](x)


def _predicate(exact: Callable[..., bool], floats: Callable[..., Any]) -> Rule:
    rule = _of_numbers(exact, floats)
    return lambda *arrays, **_: np.asarray(rule(*arrays)).astype(bool)


def larger(x: Any, y: Any) -> Any:
    """The larger ball, the very same where it is known which: so that it equals itself later."""
    if x.value > y.value:
        return x
    return y if x.value < y.value else x.maximum(y)


def smaller(x: Any, y: Any) -> Any:
    """The smaller ball, likewise."""
    if x.value < y.value:
        return x
    return y if x.value > y.value else x.minimum(y)


def _same(x: Any, y: Any) -> bool:
    """x == y; a number equals itself unless it is none, which is how JAX asks."""
    return not x.value.is_nan() if x is y else x == y


def _select(which: Any, *cases: Any) -> Any:
    """The case that each element of `which` names; a boolean names the first or the second."""
    chosen = cases[0]
    for k, case in enumerate(cases[1:], start=1):
        chosen = np.where(which == k, case, chosen)
    return chosen


def _convert(x: Any, *, new_dtype: Any, **_: Any) -> Any:
    """A cast: of a float to a float, itself; to an integer, its whole part, if that is sure."""
    if new_dtype == np.bool_:
        return x != 0
    to_floats = np.issubdtype(new_dtype, np.floating) or new_dtype.kind == "V"
    if to_floats:
        return x if of_floats(x) else x.astype(np.float64)
    whole = np.frompyfunc(int, 1, 1)(x) if of_balls(x) else x
    return np.asarray(whole).astype(new_dtype)


ELEMENTWISE: dict[str, Rule] = {
    **{name: _smooth(*pair) for name, pair in FUNCTIONS.items()},
    **dict.fromkeys(IDENTITIES, _plain(lambda x: x)),
    "abs": _plain(np.abs),
    "add": _plain(np.add),
    "add_any": _plain(np.add),
    "and": _plain(np.bitwise_and),
    "atan2": _of_numbers(lambda y, x: ball(arb.atan2(y.value, x.value)), np.arctan2),
    "ceil": _of_numbers(lambda x: x.ceil(), np.ceil),
    "clamp": _plain(lambda low, x, high: np.minimum(np.maximum(low, x), high)),
    "convert_element_type": _convert,
    "div": _plain(_div),
    "eq": _predicate(_same, np.equal),
    "floor": _of_numbers(lambda x: x.floor(), np.floor),
    "ge": _plain(np.greater_equal),
    "gt": _plain(np.greater),
    "integer_pow": lambda x, *, y: x**y,
    "is_finite": _predicate(lambda x: x.value.is_finite(), np.isfinite),
    "le": _plain(np.less_equal),
    "le_to": _plain(np.less_equal),
    "lt": _plain(np.less),
    "lt_to": _plain(np.less),
    "max": _of_numbers(larger, np.maximum),
    "min": _of_numbers(smaller, np.minimum),
    "mul": _plain(np.multiply),
    "ne": _predicate(lambda x, y: not _same(x, y), np.not_equal),
    "neg": _plain(np.negative),
    "not": _plain(np.invert),
    "or": _plain(np.bitwise_or),
    "polygamma": _of_numbers(
        lambda m, x: ball(flint.acb(x.value).polygamma(flint.acb(m.value)).real),
        special.polygamma,
    ),
    "pow": _of_numbers(lambda x, y: x**y, np.power),
    "rem": _of_numbers(lambda x, y: x - y * (x / y).trunc(), np.fmod),
    "round": _round,
    "select_n": _plain(_select),
    "sign": _of_numbers(_sign, np.sign),
    "square": _plain(np.square),
    "sub": _plain(np.subtract),
    "xor": _plain(np.bitwise_xor),
    "zeta": _of_numbers(lambda s, a: ball(s.value.zeta(a.value)), special.zeta),
}
