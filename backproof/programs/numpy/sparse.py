"""Sparse matrices that are given: their products with arrays that know their step."""

from typing import Any

import numpy as np
import scipy.sparse

from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.numpy.operands import is_known, known, plain, step_of
from backproof.programs.numpy.tape import Tape


class Sparse:
    """A matrix of SciPy's, to all code; what is multiplied by it goes on knowing its step."""

    __slots__ = ("_matrix", "_tape")

    def __init__(self, tape: Tape, matrix: Any) -> None:
        self._tape, self._matrix = tape, matrix

    __array_ufunc__ = None

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._matrix)

    def __getattr__(self, name: str) -> Any:
        return self._out(getattr(self._matrix, name))

    def __getitem__(self, key: Any) -> Any:
        return self._out(self._matrix[key])

    def __matmul__(self, other: Any) -> Any:
        if not is_known(other):
            return self._out(self._matrix @ other)
        result = self._matrix @ plain(other)
        step = step_of(self._tape, other)
        return known(
            self._tape, result, self._tape.settle(lambda: product(self._matrix, step), result)
        )

    def __rmatmul__(self, other: Any) -> Any:
        return (Sparse(self._tape, self._matrix.T) @ other.T).T

    dot = __matmul__

    def __mul__(self, other: Any) -> Any:
        if isinstance(self._matrix, scipy.sparse.spmatrix) and np.ndim(other):
            return self @ other
        return self._out(self._matrix * plain(other))

    def _out(self, found: Any) -> Any:
        """A matrix that comes of this one, or a method that may give one."""
        if scipy.sparse.issparse(found):
            return Sparse(self._tape, found)
        return self._method(found) if callable(found) else found

    def _method(self, method: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if is_known((args, kwargs)):
                self._tape.escape(f"scipy.sparse {method.__name__}")
            return self._out(method(*plain(args), **plain(kwargs)))

        return call


def product(matrix: Any, x: Step) -> Step:
    """matrix @ x: elements taken by columns, multiplied, added up by rows."""
    entries = matrix.tocoo()
    taken = moved(lambda p: p[entries.col], x)
    weights = entries.data if x.ndim == 1 else entries.data[:, None]
    shape = (matrix.shape[0], *x.shape[1:])
    places = np.arange(1, int(np.prod(shape)) + 1).reshape(shape)[entries.row]
    return spread(taken * x.record.constant(weights), places=places, shape=shape)
