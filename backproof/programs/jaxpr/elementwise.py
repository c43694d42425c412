"""Functions of numbers by JAX's names: the primitives that they are, or what they are made of."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import bessel as b
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import special as s
from backproof.exact.record import Step

Rule = Callable[..., Step]
"""The steps of an equation's inputs, its parameters by keyword, to the step of its output."""
TO_EVEN = 1
"""How JAX numbers the rounding of halves to even numbers; 0 is away from zero."""


def plainly(function: Callable[..., Step]) -> Rule:
    """A function of steps, which JAX's parameters (how exactly, on what device) do not concern."""
    return lambda *steps, **_: function(*steps)


def _bessel_i0e(x: Step) -> Step:
    """exp(-|x|) I_0(x), even."""
    return b.i0e(c.absolute(x))


def _bessel_i1e(x: Step) -> Step:
    """exp(-|x|) I_1(x), odd."""
    return b.i1e(c.absolute(x)) * d.sign(x)


PRIMITIVES: dict[str, Callable[..., Step]] = {
    "abs": c.absolute,
    "acos": e.arccos,
    "acosh": e.arccosh,
    "add": e.add,
    "add_any": e.add,
    "asin": e.arcsin,
    "asinh": e.arcsinh,
    "atan": e.arctan,
    "atan2": e.arctan2,
    "atanh": e.arctanh,
    "bessel_i0e": _bessel_i0e,
    "bessel_i1e": _bessel_i1e,
    "cbrt": e.cbrt,
    "ceil": d.ceil,
    "clamp": lambda low, x, high: c.clip(x, low, high),
    "complex": e.complex_,
    "conj": e.conjugate,
    "cos": e.cos,
    "cosh": e.cosh,
    "digamma": s.psi,
    "div": e.divide,
    "erf": e.erf,
    "erf_inv": s.erfinv,
    "erfc": e.erfc,
    "exp": e.exp,
    "exp2": e.exp2,
    "expm1": e.expm1,
    "floor": d.floor,
    "igamma": s.gammainc,
    "igamma_grad_a": s.gammainc_order,
    "igammac": s.gammaincc,
    "imag": e.imag,
    "lgamma": s.gammaln,
    "log": e.log,
    "log1p": e.log1p,
    "logistic": e.expit,
    "max": c.maximum,
    "min": c.minimum,
    "mul": e.multiply,
    "neg": e.negative,
    "polygamma": s.polygamma,
    "pow": e.power,
    "real": e.real,
    "regularized_incomplete_beta": s.betainc,
    "rem": c.fmod,
    "rsqrt": e.rsqrt,
    "sign": d.sign,
    "sin": e.sin,
    "sinh": e.sinh,
    "sqrt": e.sqrt,
    "square": e.square,
    "sub": e.subtract,
    "tan": e.tan,
    "tanh": e.tanh,
    "zeta": s.zeta,
}


def _integer_pow(x: Step, *, y: int) -> Step:
    """x^y, of small y without a power's slope at 0."""
    if y == 2:
        return e.square(x)
    return e.reciprocal(x) if y == -1 else e.power(x, float(y))


def _select_n(which: Step, *cases: Step) -> Step:
    """The case that each element of `which` names; a truth value names the first or the second."""
    chosen = cases[0]
    for k, case in enumerate(cases[1:], start=1):
        named = which if which.value.dtype == bool else d.other(which, function=partial(_is, k))
        chosen = d.choose(named, case, chosen)
    return chosen


def _is(k: int, which: Any) -> Any:
    return which == k


def _nextafter(x: Step, y: Step) -> Step:
    """x, and by how little the next number is another: a decision."""
    return x + d.other(x, y, function=lambda a, b: np.nextafter(a, b) - a)


def _convert(x: Step, *, new_dtype: Any, **_: Any) -> Step:
    """A cast to floats: of floats; of integers and truth values, which a run has decided."""
    if not x.is_float:
        return d.other(x, function=lambda v: np.asarray(v).astype(np.float64))
    return e.real(x) if x.is_complex and jnp.issubdtype(new_dtype, np.floating) else e.cast(x)


def _round(x: Step, *, rounding_method: Any) -> Step:
    if int(rounding_method) == TO_EVEN:
        return d.rint(x)
    return d.other(x, function=lambda v: np.trunc(v + np.copysign(0.5, v)))


ELEMENTWISE: dict[str, Rule] = {
    **{name: plainly(function) for name, function in PRIMITIVES.items()},
    "convert_element_type": _convert,
    "integer_pow": _integer_pow,
    "nextafter": plainly(_nextafter),
    "reduce_precision": lambda x, **_: e.cast(x),
    "round": _round,
    "select_n": plainly(_select_n),
    "stop_gradient": lambda x, **_: e.cut(x),
}

COMPARISONS: dict[str, Callable[..., Step]] = {
    "eq": d.equal,
    "ge": d.greater_equal,
    "gt": d.greater,
    "le": d.less_equal,
    "le_to": d.less_equal,
    "lt": d.less,
    "lt_to": d.less,
    "ne": d.not_equal,
}
"""Of floats: the decisions whose ties are known. Of integers, as all of theirs, any decision is."""
