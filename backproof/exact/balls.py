"""Arrays of balls: real or complex numbers that know their own error, by FLINT's arb and acb."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

Balls = npt.NDArray[np.object_]
"""An object array of `flint.arb`, `flint.acb` and `NOTHING`."""
ZERO, ONE = flint.arb(0), flint.arb(1)
INFINITE, UNKNOWN = flint.arb("inf"), flint.arb("nan")


class Nothing:
    """The part that a path has which was not taken: it adds nothing, and no factor revives it.

    An adjoint that is zero by structure is this; one that happens to have the value 0 is not, and
    its product with an infinite slope is unknown.
    """

    __slots__ = ()

    def _absorbed(self, other: Any) -> "Nothing":
        return self

    def _neutral(self, other: Any) -> Any:
        return other

    def __rsub__(self, other: Any) -> Any:
        return other

    def __sub__(self, other: Any) -> Any:
        return -other

    def __rtruediv__(self, other: Any) -> flint.arb:
        return UNKNOWN

    def __neg__(self) -> "Nothing":
        return self

    def __repr__(self) -> str:
        return "NOTHING"

    __mul__ = __rmul__ = __truediv__ = _absorbed
    __add__ = __radd__ = _neutral


NOTHING = Nothing()


def filled(numbers: Iterable[Any], shape: tuple[int, ...]) -> Balls:
    """Numbers as an array of a shape."""
    return np.fromiter(numbers, dtype=object).reshape(shape)


def to_balls(values: Any) -> Balls:
    """Each number of an array as the ball that it is, exactly. Balls stay what they are."""
    array = np.asarray(values)
    if array.dtype == object:
        return array
    kind = flint.acb if array.dtype.kind == "c" else flint.arb
    found = filled(map(kind, array.ravel().tolist()), array.shape)
    if kind is flint.arb:  # FLINT makes of an infinite float a ball that holds everything
        found[array == math.inf], found[array == -math.inf] = INFINITE, -INFINITE
    return found


def as_balls(result: Any, shape: tuple[int, ...] | None = None) -> Balls:
    """What NumPy made of balls, as an array even where it has no axes."""
    array = result if isinstance(result, np.ndarray) else filled([result], ())
    return array if shape is None else array.reshape(shape)


def numbers(balls: Balls) -> list[Any]:
    """The elements in order, arb or acb, zero for `NOTHING`."""
    elements = balls.ravel().tolist()
    return (
        [ZERO if x is NOTHING else x for x in elements]
        if Nothing in set(map(type, elements))
        else elements
    )


def real(x: Any) -> flint.arb:
    """An element as an arb, the real part of a complex one."""
    return ZERO if x is NOTHING else x.real if type(x) is flint.acb else x


def midpoints(balls: Balls) -> npt.NDArray[Any]:
    """The nearest float64, or complex128, of every midpoint."""
    elements = numbers(balls)
    try:
        return np.array(list(map(float, elements)), dtype=np.float64).reshape(balls.shape)
    except TypeError:  # some of them are complex
        return np.array([complex(flint.acb(x)) for x in elements]).reshape(balls.shape)


def accuracy(balls: Balls) -> npt.NDArray[np.int64]:
    """How many bits of each number are known, relative to its size: of a zero all."""
    bits = [x.rel_accuracy_bits() for x in numbers(balls)]
    return np.array(bits, dtype=np.int64).reshape(balls.shape)


def radii(balls: Balls) -> npt.NDArray[np.float64]:
    """An upper bound of every radius; infinite where a number is not known at all."""
    found = [float(x.rad()) for x in numbers(balls)]
    return np.where(finite(balls), np.reshape(found, balls.shape), math.inf)


def finite(balls: Balls) -> npt.NDArray[np.bool_]:
    """Which of them are numbers, and no infinite ones."""
    found = [x.is_finite() for x in numbers(balls)]
    return np.array(found, dtype=bool).reshape(balls.shape)


def vectorised(function: Callable[..., Any]) -> Callable[..., Balls]:
    """A function of numbers, applied element by element to arrays of balls that broadcast."""

    def apply(*given: Any) -> Balls:
        arrays = [to_balls(x) for x in given]
        together = np.broadcast(*arrays) if len(arrays) > 1 else arrays[0]
        elements = (
            (tuple(map(_plain, x)) for x in together)
            if len(arrays) > 1
            else ((_plain(x),) for x in arrays[0].ravel().tolist())
        )
        return filled((function(*x) for x in elements), together.shape)

    return apply


def _plain(x: Any) -> Any:
    return ZERO if x is NOTHING else x


def product(a: Balls, b: Balls) -> Balls:
    """a @ b of two stacks of matrices, (s, n, k) and (s, k, m), each by FLINT in one step."""
    stacks = [_matrix_product(x, y) for x, y in zip(a, b, strict=True)]
    return np.stack(stacks) if stacks else np.empty((0, a.shape[1], b.shape[2]), dtype=object)


def _matrix_product(a: Balls, b: Balls) -> Balls:
    shape = (a.shape[0], b.shape[1])
    if 0 in (*shape, a.shape[1]):
        return filled([ZERO] * math.prod(shape), shape)
    return from_matrix(to_matrix(a) * to_matrix(b))


def to_matrix(a: Balls) -> Any:
    """An array of two axes as FLINT's matrix, of complex numbers if any is."""
    elements = numbers(a)
    kind = flint.acb_mat if flint.acb in set(map(type, elements)) else flint.arb_mat
    return kind(a.shape[0], a.shape[1], elements)


def from_matrix(matrix: Any) -> Balls:
    """FLINT's matrix as an array of balls."""
    return filled(matrix.entries(), (matrix.nrows(), matrix.ncols()))
