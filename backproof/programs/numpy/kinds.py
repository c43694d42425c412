"""Stand-ins of the types that code calls or compares by: float, type, numpy.float64 and its kin."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from backproof.exact.primitives import elementwise as e
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.numbers import KINDS, Float, Number
from backproof.programs.numpy.operands import is_known, known, plain, step_of
from backproof.programs.numpy.tape import Tape

TYPES: frozenset[type] = frozenset({float, np.float64, np.float32, np.float16})


class Kind(type):
    """A type that stands for another one: it makes numbers that know their step."""

    real: type
    make: Callable[[Any], Any]
    tape: Tape

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """What the type makes of a value."""
        if not args or not cls.tape.follows or not is_known(args[0]):
            return cls.real(*args, **kwargs)
        return cls.make(args[0])

    def __instancecheck__(cls, x: Any) -> bool:
        if isinstance(x, Float) and cls.real is not float:
            return False
        return isinstance(x, cls.real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.real)

    def __eq__(cls, other: Any) -> bool:
        return other is cls.real or (isinstance(other, Kind) and other.real is cls.real)

    def __hash__(cls) -> int:
        return hash(cls.real)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real, name)

    def __repr__(cls) -> str:
        return repr(cls.real)


class Types:
    """The stand-ins of one tape, each made once, when it is asked for."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._made: dict[type, Kind] = {}

    def stand_in(self, kind: Any) -> Any:
        """The stand-in of a type, or itself."""
        if kind not in TYPES:
            return kind
        if kind not in self._made:
            self._made[kind] = self._kind(kind, self._maker(kind))
        return self._made[kind]

    @cached_property
    def kind_of(self) -> Kind:
        """What stands for `type`, which code calls or compares by."""
        return self._type()

    def _kind(self, real: type, make: Any) -> Kind:
        body = {"real": real, "make": staticmethod(make), "tape": self.tape}
        if real is not type:
            body["dtype"] = np.dtype(real)
        return Kind(real.__name__, (), body)

    def _maker(self, kind: type) -> Callable[[Any], Any]:
        return lambda x: converted(self.tape, kind, x)

    def _type(self) -> Kind:
        """type(x), which tells nobody that a number knows its step."""
        types = self

        class Asked(Kind):
            def __call__(cls, *args: Any, **kwargs: Any) -> Any:
                if len(args) != 1:
                    return type(*args, **kwargs)
                x = args[0]
                if isinstance(x, Traced):
                    return np.ndarray if x.ndim or x.dtype != bool else np.bool
                if isinstance(x, Number):
                    real = next(k for k, v in KINDS.items() if v is type(x))
                    return types.stand_in(real)
                return types.stand_in(type(x))

            def __instancecheck__(cls, x: Any) -> bool:
                return isinstance(x, type)

        return Asked("type", (), {"real": type, "make": staticmethod(type), "tape": self.tape})


def converted(tape: Tape, kind: type, x: Any) -> Any:
    """A number, or an array, of the run's as one of another type."""
    if isinstance(x, list | tuple):
        x = tape.calls.array(x)
    if isinstance(x, np.ndarray) and kind is not float and x.ndim:
        return tape.calls.astype(x, kind)
    result = kind(plain(x))
    step = step_of(tape, x)
    if isinstance(x, np.ndarray) and x.dtype.kind != "f":
        return result
    whole = step if step.ndim == 0 else step_of(tape, x.reshape(()))
    return known(tape, result, tape.settle(lambda: e.cast(whole), result))
