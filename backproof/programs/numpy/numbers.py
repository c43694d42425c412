"""Numbers that know their step: elements of arrays, and the floats that code makes of them."""

import operator
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from backproof.exact.record import Step

ARITHMETIC = int | float | complex | np.generic


def binary(function: Any, ufunc: np.ufunc) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """An operator of two, and its reflection."""

    def forward(self: Any, other: Any) -> Any:
        return self.tape.calls.operation(function, ufunc, self, other)

    def reflected(self: Any, other: Any) -> Any:
        return self.tape.calls.operation(function, ufunc, other, self)

    return forward, reflected


def unary(function: Any, ufunc: np.ufunc) -> Callable[..., Any]:
    """An operator of one."""

    def forward(self: Any) -> Any:
        return self.tape.calls.operation(function, ufunc, self)

    return forward


class Number:
    """A number that knows its step.

    plain: the number alone. tape: the run that it belongs to.
    """

    plain: Any
    tape: Any
    step: Step

    @classmethod
    def known(cls, plain: Any, tape: Any, step: Step) -> Self:
        """A number with its step."""
        made = cls(plain)  # type: ignore[call-arg]
        made.plain, made.tape, made.step = plain, tape, step
        return made

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self.tape.calls.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.tape.calls.function(func, args, kwargs)

    __add__, __radd__ = binary(operator.add, np.add)
    __sub__, __rsub__ = binary(operator.sub, np.subtract)
    __mul__, __rmul__ = binary(operator.mul, np.multiply)
    __truediv__, __rtruediv__ = binary(operator.truediv, np.divide)
    __floordiv__, __rfloordiv__ = binary(operator.floordiv, np.floor_divide)
    __mod__, __rmod__ = binary(operator.mod, np.remainder)
    __pow__, __rpow__ = binary(operator.pow, np.power)
    __lt__, _ = binary(operator.lt, np.less)
    __le__, _ = binary(operator.le, np.less_equal)
    __gt__, _ = binary(operator.gt, np.greater)
    __ge__, _ = binary(operator.ge, np.greater_equal)
    __eq__, _ = binary(operator.eq, np.equal)
    __ne__, _ = binary(operator.ne, np.not_equal)
    __neg__ = unary(operator.neg, np.negative)
    __pos__ = unary(operator.pos, np.positive)
    __abs__ = unary(operator.abs, np.absolute)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __round__(self, digits: int | None = None) -> Any:
        if digits is None:
            return round(self.plain)
        return self.tape.calls.rounded(self, digits)

    def __bool__(self) -> bool:
        self.tape.calls.ufunc(np.not_equal, "__call__", (self, 0.0), {})
        return bool(self.plain)

    def __int__(self) -> int:
        return int(self.plain)

    def __float__(self) -> float:
        self.tape.escape("float()")
        return float(self.plain)

    def __hash__(self) -> int:
        self.tape.escape("hash()")
        return hash(self.plain)

    def __repr__(self) -> str:
        self.tape.escape("text")
        return repr(self.plain)

    def __str__(self) -> str:
        self.tape.escape("text")
        return str(self.plain)

    def __format__(self, spec: str) -> str:
        self.tape.escape("text")
        return format(self.plain, spec)

    def __reduce_ex__(self, protocol: Any) -> Any:
        self.tape.escape("pickle of a number")
        return self.plain.__reduce_ex__(protocol)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self


def as_array(name: str) -> Callable[..., Any]:
    """A method that the number has as an array without axes."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.tape.calls.array(self), name)(*args, **kwargs)

    return method


class Element(Number):
    """An element of an array: NumPy's scalar."""

    def item(self) -> Any:
        """The same as Python's float."""
        return Float.known(self.plain.item(), self.tape, self.step)

    tolist = item

    def _alone(self, *_: Any, **__: Any) -> Any:
        return self

    __iter__ = None  # else Python would go through it by `__getitem__`
    sum = mean = max = min = copy = squeeze = conj = conjugate = _alone
    __getitem__ = as_array("__getitem__")
    reshape, ravel, flatten = as_array("reshape"), as_array("ravel"), as_array("flatten")
    repeat, clip, round = as_array("repeat"), as_array("clip"), as_array("round")
    astype, dot, std, var = as_array("astype"), as_array("dot"), as_array("std"), as_array("var")

    @property
    def real(self) -> Any:
        """The number itself."""
        return self

    @property
    def T(self) -> Any:  # noqa: N802
        """The number itself."""
        return self


def of_kind(name: str, real: type, *parts: type, summary: str) -> type[Number]:
    """A class of numbers of a type that know their step.

    What the parts define stands in the class itself, since NumPy takes the dtype of a number from
    the base that comes first.
    """
    body = {key: value for part in parts for key, value in vars(part).items()}
    body = {key: value for key, value in body.items() if key not in ("__dict__", "__weakref__")}
    return type(name, (real, *reversed(parts)), {**body, "__doc__": summary})


Float64 = of_kind("Float64", np.float64, Number, Element, summary="Of a float64 array.")
Float32 = of_kind("Float32", np.float32, Number, Element, summary="Of a float32 array.")
Float16 = of_kind("Float16", np.float16, Number, Element, summary="Of a float16 array.")
Float = of_kind("Float", np.float64, Number, summary="A Python float.")
# NumPy's too: Python then asks it before a float64 to its left.

KINDS: dict[type, type[Number]] = {
    np.float64: Float64,
    np.float32: Float32,
    np.float16: Float16,
    float: Float,
}
"""By the type of a number, the one that knows its step."""
