"""An array that knows its step: a real one, to all code, whose every use is a step of the tape."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from backproof.exact.record import Step
from backproof.programs.numpy.layout import plain_view

Array = np.ndarray[Any, Any]


def delegated(function: Any) -> Callable[..., Any]:
    """A method that is NumPy's function of the array."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = getattr(function, "__name__", method.__name__)
    return method


def called(name: str, own: str = "") -> Callable[..., Any]:
    """A method that the tape has, by its own name; an array whose run is over has NumPy's."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        tape = self.tape
        if tape is None or not tape.follows:
            return getattr(plain_view(self), name)(*args, **kwargs)
        return getattr(tape.calls, own or name)(self, *args, **kwargs)

    method.__name__ = name
    return method


def seen(name: str) -> property:
    """An attribute that gives foreign code the memory: an escape."""

    def get(self: Any) -> Any:
        if self.tape is not None:
            self.tape.escape(f"numpy.ndarray.{name}")
        return getattr(plain_view(self), name)

    return property(get)


def written(name: str) -> Callable[..., Any]:
    """A method that writes numbers as text, in which form they leave the record."""

    def write(self: Any, *args: Any) -> Any:
        if self.tape is not None:
            self.tape.escape("text")
        return getattr(plain_view(self), name)(*args)

    return write


class Flat:
    """The elements of an array in a row, as numpy.ndarray.flat has them."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def _places(self, key: Any) -> Any:
        return np.unravel_index(np.arange(self.array.size)[plain_view_of(key)], self.array.shape)

    def put(self, value: Any) -> None:
        """All elements have these values, again from the first where they are fewer."""
        self.array[...] = np.resize(value, self.array.shape)

    def __getitem__(self, key: Any) -> Any:
        return self.array[self._places(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        places = self._places(key)
        count = np.size(places[0]) if places else 1
        self.array[places] = value if np.ndim(value) == 0 else np.resize(value, count)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __len__(self) -> int:
        return int(self.array.size)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(plain_view(self.array), dtype=dtype).ravel()


def plain_view_of(key: Any) -> Any:
    """An index as it is."""
    return plain_view(key) if isinstance(key, np.ndarray) else key


class Traced(np.ndarray[Any, Any]):
    """A real array that knows its step.

    tape: the run that it belongs to. own: its step as it was last known, and the version that its
    memory had then.
    """

    tape: Any
    own: tuple[Step, int] | None

    def __array_finalize__(self, obj: Any) -> None:
        self.tape, self.own = getattr(obj, "tape", None), None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self.tape.calls.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self.tape.calls.function(func, args, kwargs)

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[k] for k in range(len(self)))

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.tape is not None:
            self.tape.escape("pickle of an array")
        return plain_view(self).__reduce_ex__(protocol)

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __copy__(self) -> Any:
        return self.copy()

    __hash__ = None

    __repr__ = written("__repr__")
    __str__ = written("__str__")
    __format__ = written("__format__")

    __getitem__ = called("__getitem__", "getitem")
    __setitem__ = called("__setitem__", "setitem")
    __float__ = called("__float__", "as_float")
    __complex__ = called("__complex__", "as_complex")
    __array_interface__ = seen("__array_interface__")
    __array_struct__ = seen("__array_struct__")
    __dlpack__ = called("__dlpack__", "dlpack")
    ctypes = seen("ctypes")
    data = seen("data")

    item = called("item")
    tolist = called("tolist")
    astype = called("astype")
    fill = called("fill")
    sort = called("sort")
    partition = called("partition")
    resize = called("resize")
    view = called("view")
    tobytes = called("tobytes")
    flat = property(lambda self: Flat(self), lambda self, value: Flat(self).put(value))

    copy = delegated(lambda x, order="C": np.copy(x, order=order))
    flatten = delegated(lambda x, order="C": np.copy(np.ravel(x, order=order)))
    ravel = delegated(np.ravel)
    take = delegated(np.take)
    put = delegated(np.put)
    repeat = delegated(np.repeat)
    dot = delegated(np.dot)
    argmax = delegated(np.argmax)
    argmin = delegated(np.argmin)
    argsort = delegated(np.argsort)
    argpartition = delegated(np.argpartition)
    searchsorted = delegated(np.searchsorted)
    nonzero = delegated(np.nonzero)
    cumsum = delegated(np.cumsum)
    cumprod = delegated(np.cumprod)
    mean = called("mean")
    var = called("var")
    std = called("std")
    round = delegated(np.round)
    trace = delegated(np.trace)
    diagonal = delegated(np.diagonal)
    conj = delegated(np.conjugate)
    conjugate = delegated(np.conjugate)
    compress = delegated(lambda x, which, axis=None, out=None: np.compress(which, x, axis, out))
    choose = delegated(np.choose)
    swapaxes = delegated(np.swapaxes)
    squeeze = delegated(np.squeeze)
    real = property(lambda self: np.real(self), lambda self, value: np.copyto(np.real(self), value))
    imag = property(lambda self: np.imag(self), lambda self, value: np.copyto(np.imag(self), value))

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:
        """The same elements in another shape."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order; in reverse where none is given."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    @property
    def T(self) -> Any:  # noqa: N802
        """The axes in reverse."""
        return np.transpose(self)
