"""The functions of `math`, of single numbers in the arithmetic."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exact.arithmetic import CannotFollow, where
from reference.exact.ball import Ball
from reference.exact.short import Rounded
from reference.exact_numpy.arithmetics import Arithmetic
from reference.exact_numpy.ufuncs import INSTEAD

MATH: dict[str, str | None] = dict.fromkeys(
    ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt")
)
MATH |= dict.fromkeys(
    ("sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc", "gamma", "hypot")
)
MATH |= dict.fromkeys(("fabs", "copysign", "isnan", "isinf", "isfinite"))
MATH |= {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}
MATH |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "pow": "power"}
MATH |= {"lgamma": "gammaln", "radians": "deg2rad", "degrees": "rad2deg"}
"""math's name of each function, and NumPy's where it is another."""


OF_MANY: dict[Any, Callable[..., Any]] = {math.fsum: sum, math.prod: math.prod}
"""Functions of `math` that take many numbers, and what adds and multiplies any numbers."""


def in_arithmetic(function: Any, arithmetic: Arithmetic) -> Callable[..., Any]:
    """A function of `math`; of a number of the arithmetic, by NumPy's of the same meaning."""
    if function in OF_MANY:
        return OF_MANY[function]
    name = function.__name__

    def call(*args: Any) -> Any:
        args = tuple(x.item() if isinstance(x, np.ndarray) and x.size == 1 else x for x in args)
        if not any(isinstance(x, arithmetic.numbers) for x in args):
            return function(*args)
        if any(isinstance(x, Rounded) for x in args):
            result = function(*args)
            return arithmetic.number(result) if type(result) is float else result
        if function in (math.floor, math.ceil, math.trunc):
            return int(getattr(args[0], name)())
        if function is math.log and len(args) == 2:
            return call(args[0]) / call(args[1])
        if name not in MATH:
            raise CannotFollow(f"math.{name} has no exact form {where()}")
        numbers = [x if type(x) is Ball else Ball(x) for x in args]
        return INSTEAD[MATH[name] or name](*numbers)

    return call
