"""Exact arithmetic: a real number known to lie within a radius of a midpoint, by flint.arb.

NumPy ufuncs on object arrays call the element's own method: np.exp(a) calls a.exp(). What a ball
does not know it refuses to say.
"""

import operator
from collections.abc import Callable
from typing import Any

import flint

from reference.exact.arithmetic import CannotFollow, Watch, where
from reference.exact.scalar import Scalar

UNARY: dict[str, Callable[[flint.arb], flint.arb]] = {
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

CONTRARY: dict[str, str] = {
    "lt": "ge",
    "le": "gt",
    "gt": "le",
    "ge": "lt",
    "eq": "ne",
    "ne": "eq",
}
NUMBERS, COMPARABLE = (int, float), (flint.arb, int, float)
PRESUMABLE = flint.arb(2) ** -256


_new = object.__new__


class Ball(Scalar):
    """A real number enclosed by `value`, a flint.arb. Floats and integers met are exact.

    The four operations are written out: most of the time that exactness takes is spent in them.
    """

    __slots__ = ("value",)

    def __init__(self, value: flint.arb | float) -> None:
        self.value = value if type(value) is flint.arb else flint.arb(value)

    def __add__(self, other: Any) -> "Ball":
        if type(other) is Ball:
            other = other.value
        elif not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = self.value + other
        return result

    def __radd__(self, other: Any) -> "Ball":
        if not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = other + self.value
        return result

    def __sub__(self, other: Any) -> "Ball":
        if type(other) is Ball:
            other = other.value
        elif not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = self.value - other
        return result

    def __rsub__(self, other: Any) -> "Ball":
        if not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = other - self.value
        return result

    def __mul__(self, other: Any) -> "Ball":
        if type(other) is Ball:
            other = other.value
        elif not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = self.value * other
        return result

    def __rmul__(self, other: Any) -> "Ball":
        if not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = other * self.value
        return result

    def __truediv__(self, other: Any) -> "Ball":
        if type(other) is Ball:
            other = other.value
        elif not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = self.value / other
        return result

    def __rtruediv__(self, other: Any) -> "Ball":
        if not isinstance(other, NUMBERS):
            return NotImplemented
        result = _new(Ball)
        result.value = other / self.value
        return result

    def __neg__(self) -> "Ball":
        return ball(-self.value)

    def __pos__(self) -> "Ball":
        return self

    def __abs__(self) -> "Ball":
        Watch.ties += self.value.contains(0)
        return ball(abs(self.value))

    def __pow__(self, exponent: Any) -> "Ball":
        if type(exponent) is Ball:
            exponent = exponent.value
        elif not isinstance(exponent, NUMBERS):
            return NotImplemented
        if exponent == 0.5:
            return ball(self.value.sqrt())
        return ball(self.value**exponent)

    def __rpow__(self, base: Any) -> "Ball":
        if not isinstance(base, NUMBERS):
            return NotImplemented
        return ball(flint.arb(base) ** self.value)

    def maximum(self, other: "Ball") -> "Ball":
        """The larger, also where it is not known which one that is."""
        Watch.ties += self.value.overlaps(other.value)
        return ball(self.value.max(other.value))

    def minimum(self, other: "Ball") -> "Ball":
        """The smaller, also where it is not known which one that is."""
        Watch.ties += self.value.overlaps(other.value)
        return ball(self.value.min(other.value))

    def __bool__(self) -> bool:
        return bool(operator.ne(self, 0))

    def __float__(self) -> float:
        raise CannotFollow(f"a number is forced to float64 {where()}")

    def __hash__(self) -> int:
        raise CannotFollow(f"a number is hashed {where()}")

    def __repr__(self) -> str:
        return f"Ball({self.value.str(12)})"


def ball(value: flint.arb) -> Ball:
    """A ball around an arb, without the checks of the constructor."""
    result = _new(Ball)
    result.value = value
    return result


def _comparison(name: str) -> Any:
    """Yes and no only where every point of the balls agrees."""
    yes, no = getattr(operator, name), getattr(operator, CONTRARY[name])

    def compare(self: Ball, other: Any) -> Any:
        value = other.value if type(other) is Ball else other
        if not isinstance(value, COMPARABLE):
            return NotImplemented
        Watch.ties += self.value == value
        if yes(self.value, value):
            return True
        if no(self.value, value):
            return False
        if Watch.presume and abs(self.value - value) < PRESUMABLE:
            Watch.ties += 1
            Watch.presumed += 1
            return bool(yes(0, 0))
        raise CannotFollow(f"a comparison is undecided at {flint.ctx.prec} bits {where()}")

    return compare


for _name in CONTRARY:
    setattr(Ball, f"__{_name}__", _comparison(_name))
for _name, _function in UNARY.items():
    setattr(Ball, _name, lambda self, f=_function: ball(f(self.value)))
