"""The standard library's functions of numbers, as NumPy's."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import special

from backproof.programs.numpy.operands import is_known, plain
from backproof.programs.numpy.tape import Tape

SAME: dict[Any, np.ufunc] = {
    math.exp: np.exp,
    math.exp2: np.exp2,
    math.expm1: np.expm1,
    math.log2: np.log2,
    math.log10: np.log10,
    math.log1p: np.log1p,
    math.sqrt: np.sqrt,
    math.cbrt: np.cbrt,
    math.sin: np.sin,
    math.cos: np.cos,
    math.tan: np.tan,
    math.asin: np.arcsin,
    math.acos: np.arccos,
    math.atan: np.arctan,
    math.atan2: np.arctan2,
    math.sinh: np.sinh,
    math.cosh: np.cosh,
    math.tanh: np.tanh,
    math.asinh: np.arcsinh,
    math.acosh: np.arccosh,
    math.atanh: np.arctanh,
    math.pow: np.power,
    math.fabs: np.fabs,
    math.fmod: np.fmod,
    math.copysign: np.copysign,
    math.degrees: np.rad2deg,
    math.radians: np.deg2rad,
    math.erf: special.erf,
    math.erfc: special.erfc,
    math.gamma: special.gamma,
    math.lgamma: special.gammaln,
}
DISCRETE = {math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite}


def _log(tape: Tape, x: Any, base: Any = None) -> Any:
    natural = tape.calls.applied(np.log, (x,), math.log(plain(x)))
    return natural if base is None else natural / _log(tape, base)


def _hypot(tape: Tape, *xs: Any) -> Any:
    if len(xs) == 2:
        return tape.calls.applied(np.hypot, xs, math.hypot(*plain(xs)))
    root = sum(x * x for x in xs)
    return tape.calls.applied(np.sqrt, (root,), math.hypot(*plain(xs)))


def _fsum(tape: Tape, xs: Any) -> Any:
    return np.sum(tape.calls.array(list(xs))).item()


def _prod(tape: Tape, xs: Any, *, start: Any = 1) -> Any:
    made = start
    for x in xs:
        made = made * x
    return made


def _dist(tape: Tape, p: Any, q: Any) -> Any:
    return _hypot(tape, *(a - b for a, b in zip(p, q, strict=True)))


OWN: dict[Any, Callable[..., Any]] = {
    math.log: _log,
    math.hypot: _hypot,
    math.fsum: _fsum,
    math.prod: _prod,
    math.dist: _dist,
}


def of_numbers(tape: Tape, function: Any) -> Callable[..., Any]:
    """A function of the standard library's `math`, of numbers that may know their steps."""

    @wraps(function)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        args = tuple(list(x) if hasattr(x, "__next__") else x for x in args)
        if not tape.follows or not is_known(args):
            return function(*args, **kwargs)
        if function in OWN:
            return OWN[function](tape, *args, **kwargs)
        result = function(*plain(args), **plain(kwargs))
        if function in SAME:
            return tape.calls.applied(SAME[function], args, result)
        if function not in DISCRETE:
            tape.escape(f"math.{function.__name__}")
        return result

    return stand_in
