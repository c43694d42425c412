"""Floating point of any precision, correctly rounded by MPFR, without a largest number."""

import operator
from collections.abc import Callable
from typing import Any

import flint
import gmpy2

from reference.exact.arithmetic import CannotFollow, Watch, where

UNARY: dict[str, Callable[[Any], Any]] = {
    "exp": gmpy2.exp,
    "expm1": gmpy2.expm1,
    "log": gmpy2.log,
    "log1p": gmpy2.log1p,
    "sqrt": gmpy2.sqrt,
    "sin": gmpy2.sin,
    "cos": gmpy2.cos,
    "sinh": gmpy2.sinh,
    "cosh": gmpy2.cosh,
    "tanh": gmpy2.tanh,
    "arctan": gmpy2.atan,
    "erf": gmpy2.erf,
    "erfc": gmpy2.erfc,
}
"""NumPy's name of each function, and MPFR's."""
DOUBLE = 53


class Rounded:
    """A number of the precision in force; a float constant met is rounded to it first.

    The constructor keeps every bit of the float: the data of a case are exact.
    """

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = gmpy2.mpfr(value, DOUBLE)

    def __neg__(self) -> "Rounded":
        return _settled(-self.value)

    def __pos__(self) -> "Rounded":
        return self

    def __abs__(self) -> "Rounded":
        return _settled(abs(self.value))

    def __pow__(self, exponent: int) -> "Rounded":
        if not isinstance(exponent, int):
            return NotImplemented
        return _settled(self.value**exponent)

    def maximum(self, other: "Rounded") -> "Rounded":
        """The larger; what is no number wins, as in np.maximum."""
        return self if self.value >= other.value or self.value.is_nan() else other

    def minimum(self, other: "Rounded") -> "Rounded":
        """The smaller; what is no number wins, as in np.minimum."""
        return self if self.value <= other.value or self.value.is_nan() else other

    def __bool__(self) -> bool:
        return bool(self.value != 0)

    def __float__(self) -> float:
        raise CannotFollow(f"a number is forced to float64 {where()}")

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"Rounded({self.value})"

    @property
    def arb(self) -> flint.arb:
        """The number as a ball of radius 0; not a number where it is no finite one."""
        if not gmpy2.is_finite(self.value):
            return flint.arb("nan")
        mantissa, exponent = self.value.as_mantissa_exp()
        return flint.arb(flint.arf((int(mantissa), int(exponent))))


def dot(row: list[Any], column: list[Any]) -> Rounded:
    """The inner product of two lists of MPFR numbers, from left to right, each step rounded."""
    total = gmpy2.mpfr(0)
    if Watch.noise is None:
        for x, y in zip(row, column, strict=True):
            total = total + x * y
    else:
        for x, y in zip(row, column, strict=True):
            total = _noisy(total + _noisy(x * y))
    return _settled(total)


def enter(value: Any) -> Any:
    """The MPFR number that a value met in an operation stands for; integers are exact."""
    if type(value) is Rounded:
        return value.value
    if isinstance(value, float):
        return gmpy2.mpfr(value)
    return value if isinstance(value, int) else NotImplemented


def _noisy(value: Any) -> Any:
    return value if Watch.noise is None else value * (1 + Watch.noise())


def _settled(value: Any) -> Rounded:
    result = Rounded.__new__(Rounded)
    result.value = value if Watch.noise is None else value * (1 + Watch.noise())
    return result


def _operation(operate: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    def forward(self: Rounded, other: Any) -> Any:
        other = other.value if type(other) is Rounded else enter(other)
        return other if other is NotImplemented else _settled(operate(self.value, other))

    def backward(self: Rounded, other: Any) -> Any:
        other = enter(other)
        return other if other is NotImplemented else _settled(operate(other, self.value))

    return forward, backward


def _comparison(compare: Callable[[Any, Any], bool]) -> Any:
    def method(self: Rounded, other: Any) -> Any:
        value = enter(other)
        return value if value is NotImplemented else bool(compare(self.value, value))

    return method


for _name in ("add", "sub", "mul", "truediv"):
    _forward, _backward = _operation(getattr(operator, _name))
    setattr(Rounded, f"__{_name}__", _forward)
    setattr(Rounded, f"__r{_name}__", _backward)
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Rounded, f"__{_name}__", _comparison(getattr(operator, _name)))
for _name, _function in UNARY.items():
    setattr(Rounded, _name, lambda self, f=_function: _settled(f(self.value)))
