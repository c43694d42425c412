"""Stand-ins of NumPy's functions, classes and generators, for what lists and elements hold."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import numpy as np

from backproof.programs.numpy.makers import own
from backproof.programs.numpy.numbers import Number
from backproof.programs.numpy.operands import is_known, plain
from backproof.programs.numpy.structure import MOVES
from backproof.programs.numpy.tape import Tape

DISPATCHED = type(np.sum)
"""The class of NumPy's functions that ask their arguments what to do."""

OF_LISTS = (np.select, np.piecewise, np.linalg.multi_dot, np.lexsort)
"""Functions that are given arrays in a list, each on its own."""

RANDOM = (np.random.Generator, np.random.RandomState)


def vectorised(tape: Tape, value: Any) -> Any:
    """numpy.vectorize, which calls its function with every element."""

    class Vectorized(np.vectorize):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            if not tape.follows or not is_known((args, kwargs)) or self.signature or kwargs:
                return super().__call__(*plain(args), **plain(kwargs))
            arrays = np.broadcast_arrays(*(tape.calls.array(a) for a in args))
            rows = zip(*(a.reshape(-1) for a in arrays), strict=True)
            made = [self.pyfunc(*row) for row in rows]
            return tape.calls.array(made).reshape(arrays[0].shape)

    if isinstance(value, type):
        return Vectorized
    return Vectorized(value.pyfunc, otypes=value.otypes, signature=value.signature)


def asked(tape: Tape, function: Any) -> Any:
    """A function of NumPy's that asks lists as well, whose numbers may know their steps."""

    @wraps(function)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if not tape.follows or not any(in_lists(x) for x in (*args, *kwargs.values())):
            return function(*args, **kwargs)
        if function in MOVES or function in OF_LISTS:
            return tape.calls.function(function, args, kwargs)
        given = (tape.calls.array(x) if in_lists(x) else x for x in args)
        return function(*given, **kwargs)

    return stand_in


class Ufunc:
    """A ufunc that asks lists as well."""

    __slots__ = ("_real", "_tape")

    def __init__(self, tape: Tape, real: np.ufunc) -> None:
        self._tape, self._real = tape, real

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return np.ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the ufunc makes of arrays and of lists."""
        if self._tape.follows and any(map(in_lists, args)):
            given = tuple(self._tape.calls.array(x) if in_lists(x) else x for x in args)
            return self._real(*given, **kwargs)
        return self._real(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __repr__(self) -> str:
        return repr(self._real)


class Joining:
    """numpy.r_ and numpy.c_, which take numbers and lists beside arrays."""

    __slots__ = ("_real", "_tape")

    def __init__(self, tape: Tape, real: Any) -> None:
        self._tape, self._real = tape, real

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not self._tape.follows or not is_known(parts):
            return self._real[key]
        dtype = self._real[plain(parts)].dtype
        return self._real[tuple(self._array(part, dtype) for part in parts)]

    def _array(self, part: Any, dtype: Any) -> Any:
        if not is_known(part):
            return part
        joined = self._tape.calls.array([part] if isinstance(part, Number) else part)
        return joined if joined.dtype == dtype else joined.astype(dtype)


def in_lists(x: Any) -> bool:
    """Whether a list has numbers or arrays that know their steps."""
    return isinstance(x, list | tuple) and is_known(x)


def enumerated(array: Any) -> Iterator[Any]:
    """numpy.ndenumerate."""
    return ((place, array[place]) for place in np.ndindex(np.shape(array)))


class Drawing:
    """A generator that draws the same from the same state, arrays of the run's own."""

    __slots__ = ("_real", "_tape")

    def __init__(self, tape: Tape, real: Any) -> None:
        self._tape, self._real = tape, real

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._real)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return drawing(self._tape, found) if callable(found) else found

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._real.__reduce_ex__(protocol)


def drawing(tape: Tape, draw: Callable[..., Any]) -> Callable[..., Any]:
    """A function that draws random numbers, or makes what does."""

    @wraps(draw)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        result = draw(*plain(args), **plain(kwargs))
        if isinstance(result, RANDOM):
            return Drawing(tape, result)
        return own(tape, result) if tape.follows else result

    return stand_in
