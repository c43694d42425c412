"""Two kinds of numbers that NumPy code runs on unchanged, as elements of object arrays.

`Ball` is exact arithmetic: a flint.arb midpoint and a radius that encloses the true value; it
refuses what it cannot know. `Rounded` is floating point of any precision, without a largest number.
NumPy ufuncs on object arrays call the element's method of the same name.
"""

import operator
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flint
import numpy as np

UNARY = {
    "exp": flint.arb.exp,
    "expm1": flint.arb.expm1,
    "log": flint.arb.log,
    "log1p": flint.arb.log1p,
    "sqrt": flint.arb.sqrt,
    "sin": flint.arb.sin,
    "cos": flint.arb.cos,
    "sinh": flint.arb.sinh,
    "cosh": flint.arb.cosh,
    "tanh": flint.arb.tanh,
    "arctan": flint.arb.atan,
    "erf": flint.arb.erf,
    "erfc": flint.arb.erfc,
}
"""NumPy's name of each function, and Arb's."""

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
}


class CannotFollow(TypeError):
    """Exact arithmetic cannot follow the code here; the message names the file and the line."""


class Watch:
    """The arithmetic in force, and what happened in it: exact ties met, results flushed to zero."""

    number: "Number"
    smallest: flint.arf | None = None
    noise: Callable[[], float] | None = None
    ties = 0
    flushed = 0


@contextmanager
def arithmetic(
    number: "Number",
    bits: int,
    smallest: float | None = None,
    noise: Callable[[], float] | None = None,
) -> Iterator[type[Watch]]:
    """Compute in `number` at `bits` bits.

    Results of `Rounded` are changed by the relative amounts that `noise` draws, and become 0 below
    `smallest`. Yields the watch, whose counts start at 0. Contexts do not nest.
    """
    Watch.number, Watch.ties, Watch.flushed = number, 0, 0
    Watch.smallest = None if smallest is None else flint.arf(smallest)
    Watch.noise = noise
    with flint.ctx.workprec(bits):
        yield Watch


class Ball:
    """A real number known to lie within a radius of a midpoint (flint.arb)."""

    __slots__ = ("value",)

    def __init__(self, value: flint.arb | float) -> None:
        self.value = value if type(value) is flint.arb else flint.arb(value)

    @staticmethod
    def enter(value: Any) -> Any:
        """What `value`, met in an operation, is among balls: floats and integers are exact."""
        if type(value) is Ball:
            return value.value
        return value if isinstance(value, int | float) else NotImplemented

    def __neg__(self) -> "Ball":
        return Ball(-self.value)

    def __pos__(self) -> "Ball":
        return self

    def __abs__(self) -> "Ball":
        Watch.ties += self.value.contains(0)
        return _ball(abs(self.value))

    def maximum(self, other: "Ball") -> "Ball":
        """The larger, also where it is not known which one that is."""
        Watch.ties += self.value.overlaps(other.value)
        return _ball(self.value.max(other.value))

    def minimum(self, other: "Ball") -> "Ball":
        """The smaller, also where it is not known which one that is."""
        Watch.ties += self.value.overlaps(other.value)
        return _ball(self.value.min(other.value))

    def __pow__(self, exponent: int) -> "Ball":
        if not isinstance(exponent, int):
            return NotImplemented
        return Ball(self.value**exponent)

    def __bool__(self) -> bool:
        return self != 0

    def __float__(self) -> float:
        raise CannotFollow(f"a number is forced to float64 {_where()}")

    def __hash__(self) -> int:
        raise CannotFollow(f"a number is hashed {_where()}")

    def __repr__(self) -> str:
        return f"Ball({self.value.str(12)})"


class Rounded:
    """A floating-point number of the precision in force, every operation rounded to nearest."""

    __slots__ = ("value",)

    def __init__(self, value: flint.arf | float) -> None:
        self.value = value if type(value) is flint.arf else flint.arf(value)

    @staticmethod
    def enter(value: Any) -> Any:
        """What `value`, met in an operation, is here: a float constant is rounded, an int exact."""
        if type(value) is Rounded:
            return value.value
        if isinstance(value, float):
            return flint.arf(value) * ONE
        return flint.arf(value) if isinstance(value, int) else NotImplemented

    def __neg__(self) -> "Rounded":
        return Rounded(-self.value)

    def __pos__(self) -> "Rounded":
        return self

    def __abs__(self) -> "Rounded":
        return Rounded(abs(self.value))

    def maximum(self, other: "Rounded") -> "Rounded":
        """The larger; a number that is no number wins."""
        return self if self >= other or self != self else other

    def minimum(self, other: "Rounded") -> "Rounded":
        """The smaller; a number that is no number wins."""
        return self if self <= other or self != self else other

    def __pow__(self, exponent: int) -> "Rounded":
        if not isinstance(exponent, int):
            return NotImplemented
        return _rounded(_nearest(flint.arb(self.value) ** exponent))

    def __bool__(self) -> bool:
        return bool(self.value != 0)

    def __float__(self) -> float:
        raise CannotFollow(f"a number is forced to float64 {_where()}")

    def __hash__(self) -> int:
        return hash(self.value.man_exp())

    def __repr__(self) -> str:
        return f"Rounded({self.value})"


Number = type[Ball] | type[Rounded]
ONE, ZERO = flint.arf(1), flint.arf(0)
NOT_THEIRS = (os.path.dirname(__file__), os.path.dirname(np.__file__))


def _ball(value: flint.arb) -> Ball:
    result = Ball.__new__(Ball)
    result.value = value
    return result


def _rounded(value: flint.arf) -> Rounded:
    result = Rounded.__new__(Rounded)
    result.value = _settle(value)
    return result


def _settle(value: flint.arf) -> flint.arf:
    """A rounded result as the arithmetic in force leaves it."""
    if Watch.noise is not None:
        value = value * (ONE + flint.arf(Watch.noise()))
    if Watch.smallest is None or abs(value) >= Watch.smallest or not value.is_finite():
        return value
    Watch.flushed += value != 0
    return ZERO


def dot(row: list[flint.arf], column: list[flint.arf]) -> Rounded:
    """The inner product of two lists, from left to right, every product and sum rounded."""
    total = ZERO
    if Watch.smallest is Watch.noise is None:
        for x, y in zip(row, column, strict=True):
            total = total + x * y
    else:
        for x, y in zip(row, column, strict=True):
            total = _settle(total + _settle(x * y))
    return Rounded(total)


def _nearest(value: flint.arb) -> flint.arf:
    """The midpoint of a ball, or what the ball says of a result that is no finite number."""
    middle = value.mid()
    return flint.arf(middle.man_exp()) if middle.is_finite() else flint.arf(float(middle))


def _where() -> str:
    """The place in somebody's code that asked: the nearest frame outside of this file and NumPy."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(NOT_THEIRS):
        frame = frame.f_back
    return f"at {frame.f_code.co_filename}:{frame.f_lineno}"


def _arithmetic(number: Any, wrap: Callable[[Any], Any], operate: Callable[[Any, Any], Any]) -> Any:
    def forward(self: Any, other: Any) -> Any:
        other = other.value if type(other) is number else number.enter(other)
        return other if other is NotImplemented else wrap(operate(self.value, other))

    def backward(self: Any, other: Any) -> Any:
        other = number.enter(other)
        return other if other is NotImplemented else wrap(operate(other, self.value))

    return forward, backward


def _sure(compare: Callable[[Any, Any], bool], contrary: Callable[[Any, Any], bool]) -> Any:
    """A comparison of balls: yes and no only where every point of the balls agrees."""

    def method(self: Ball, other: Any) -> bool:
        value = Ball.enter(other)
        if value is NotImplemented:
            return value
        if self.value == value:
            Watch.ties += 1
        if compare(self.value, value):
            return True
        if contrary(self.value, value):
            return False
        raise CannotFollow(f"a comparison is undecided at {flint.ctx.prec} bits {_where()}")

    return method


def _compare(compare: Callable[[Any, Any], bool]) -> Any:
    def method(self: Rounded, other: Any) -> bool:
        value = Rounded.enter(other)
        return value if value is NotImplemented else bool(compare(self.value, value))

    return method


CONTRARY = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}

for _name, _operate in BINARY.items():
    for _number, _wrap in ((Ball, _ball), (Rounded, _rounded)):
        _methods = _arithmetic(_number, _wrap, _operate)
        setattr(_number, f"__{_name}__", _methods[0])
        setattr(_number, f"__r{_name}__", _methods[1])
for _name, _contrary in CONTRARY.items():
    _yes, _no = getattr(operator, _name), getattr(operator, _contrary)
    setattr(Ball, f"__{_name}__", _sure(_yes, _no))
    setattr(Rounded, f"__{_name}__", _compare(_yes))
for _name, _function in UNARY.items():
    setattr(Ball, _name, lambda self, f=_function: _ball(f(self.value)))
    setattr(Rounded, _name, lambda self, f=_function: _rounded(_nearest(f(flint.arb(self.value)))))
