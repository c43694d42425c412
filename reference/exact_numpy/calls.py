"""NumPy's and SciPy's functions as the followed code calls them: of lists with balls, too."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
from scipy import special

from reference.exact.ball import Ball
from reference.exact_numpy.arithmetics import Arithmetic, is_real
from reference.exact_numpy.followed import Followed
from reference.exact_numpy.passing import Naming, title
from reference.exact_numpy.precisions import StandInType, is_precision

SEQUENCES = {"concatenate", "stack", "hstack", "vstack", "column_stack", "dstack", "block"}
"""NumPy's functions of several arrays in one list, which is no array itself."""
MAKERS = {"array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray"}
"""Those that make an array of a list themselves."""


class Call:
    """A function of NumPy or SciPy, or a method of it, whose arrays are the arithmetic's."""

    def __init__(self, function: Any, arithmetic: Arithmetic) -> None:
        self.function = WRITTEN_OUT.get(function, function)
        self.name = getattr(function, "__name__", "")
        self.arithmetic = arithmetic

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What NumPy says, of numbers of the arithmetic and in it."""
        ours = any(self._holds(x) for x in (*args, *kwargs.values()))
        args = tuple(self._argument(x, ours) for x in args)
        kwargs = {name: self._argument(x, ours) for name, x in kwargs.items()}
        with Naming(title(self.function)) if ours else nullcontext():
            return self.arithmetic.leave(self.function(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.function, name)
        return Call(value, self.arithmetic) if callable(value) else value

    def _holds(self, x: Any) -> bool:
        """Whether numbers of the arithmetic are in it."""
        if isinstance(x, list | tuple):
            return any(map(self._holds, x))
        return isinstance(x, (self.arithmetic.arrays, *self.arithmetic.numbers)) or (
            isinstance(x, np.ndarray) and x.dtype.char == "O" and is_real(x)
        )

    def _argument(self, x: Any, ours: bool) -> Any:
        exact = self.arithmetic.arrays is Followed
        if isinstance(x, StandInType):
            x = x.real
        if is_precision(x):
            return None if exact and ours else np.float64
        if not exact:
            return x
        if type(x) is Ball and self.function is not np.isscalar:
            return self.arithmetic.array(np.array(x, dtype=object))
        if isinstance(x, np.ndarray) and x.dtype.char == "O" and is_real(x):
            return self.arithmetic.array(x)
        if isinstance(x, list | tuple) and self.name not in MAKERS and self._holds(x):
            return self._gathered(x)
        return x

    def _gathered(self, x: Any) -> Any:
        """A list with balls in it, as NumPy should get it."""
        if self.name not in SEQUENCES:
            try:
                return self.arithmetic.array(np.array(x, dtype=object))
            except ValueError:
                pass
        return [self._argument(part, True) for part in x]


def _softmax(x: Any, axis: Any = None) -> Any:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _logsumexp(a: Any, axis: Any = None, b: Any = 1, keepdims: bool = False) -> Any:
    top = np.max(a, axis=axis, keepdims=True)
    total = np.log(np.sum(b * np.exp(a - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)[()]


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return x - _logsumexp(x, axis=axis, keepdims=True)


WRITTEN_OUT: dict[Any, Callable[..., Any]] = {
    special.softmax: _softmax,
    special.logsumexp: _logsumexp,
    special.log_softmax: _log_softmax,
}
"""SciPy's functions that are no ufuncs and take arrays of floats alone."""
