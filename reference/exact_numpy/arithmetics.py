"""The three arithmetics that foreign code is run in: what becomes of its arrays and its numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.exact import short
from reference.exact.ball import Ball
from reference.exact.short import Rounded, Short, shorten
from reference.exact_numpy.followed import Bare, Counted, Followed, followed
from reference.exact_numpy.followed import settled as settled_balls

Array = np.ndarray[Any, Any]


class Wide(np.ndarray[Any, np.dtype[np.float64]]):
    """An array of float64 that stays one, whatever precision is asked for."""

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Floats of any precision stay what they are."""
        wanted = np.float64 if np.dtype(dtype).kind == "f" else dtype
        return super().astype(wanted, *args, **kwargs)

    def __array_wrap__(self, array: Any, context: Any = None, scalar: bool = False) -> Any:
        """Numbers are numbers, not arrays that can be written to."""
        return array[()] if scalar else super().__array_wrap__(array, context, scalar)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What stands for float arrays, integer arrays and single numbers.

    array: of a float array, or of one already entered. count: of an array of integers or truth
    values. number: of a NumPy float, or a float where a number is wanted. numbers: the types that a
    single number has. arrays: the type of what `array` gives.
    """

    name: str
    array: Callable[[Array], Array]
    count: Callable[[Array], Array]
    number: Callable[[Any], Any]
    numbers: tuple[type, ...]
    arrays: type

    def enter(self, value: Any) -> Any:
        """Arrays and numbers in this arithmetic; the same within lists, tuples and dicts."""
        match value:
            case np.ndarray() if is_real(value):
                return self.array(value)
            case np.ndarray() if value.dtype.kind in "biu":
                return self.count(value)
            case np.floating():
                return self.number(value)
            case dict():
                return {key: self.enter(x) for key, x in value.items()}
            case list() | tuple() if not hasattr(value, "_fields"):
                return type(value)(map(self.enter, value))
        return value

    def leave(self, result: Any) -> Any:
        """What NumPy returned, as the followed code should see it."""
        if self.arrays is Followed:
            balls = settled_balls(result, Followed, promote=True)
            return Ball(float(balls)) if isinstance(balls, np.floating) else balls
        if isinstance(result, Rounded):
            return result
        return self.enter(result) if isinstance(result, np.ndarray | np.floating | list) else result


def is_real(array: Array) -> bool:
    """Whether an array holds real numbers: floats or balls."""
    kind = array.dtype.kind
    return kind == "f" or isinstance(array, Bare) or (kind == "O" and _holds_balls(array))


def _holds_balls(array: Array) -> bool:
    return any(type(x) is Ball for x in array.ravel().tolist())


def _widened(array: Array) -> Array:
    return array if isinstance(array, Wide) else np.asarray(array, np.float64).view(Wide)


def _shortened(array: Array) -> Array:
    return array if isinstance(array, Short) else shorten(array)


EXACT = Arithmetic("exact", followed, lambda a: a.view(Counted), Ball, (Ball,), Followed)
SHORT = Arithmetic(
    "short",
    _shortened,
    lambda a: a,
    lambda x: Rounded(short.settled(np.float64(x))),
    (Rounded,),
    Short,
)
DOUBLE = Arithmetic("double", _widened, lambda a: a, np.float64, (), Wide)
"""Balls, within `exactly`; fewer bits, within `rounded`; float64, whatever the code asks for."""
