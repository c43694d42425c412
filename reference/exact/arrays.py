"""Arrays of balls: in from floats, out to floats, and a matrix product that is quick."""

import math
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from architectures import Array
from reference.exact.ball import UNARY, Ball, ball

Floats = npt.NDArray[np.float64]
OBJECT = np.dtype(object)


class Lifted(np.ndarray[Any, np.dtype[np.object_]]):
    """An object array of balls: all as in NumPy, but that FLINT multiplies matrices."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [x.view(np.ndarray) if type(x) is Lifted else x for x in inputs]
        if kwargs or method != "__call__":
            return _lifted(_run(ufunc, method, plain, kwargs))
        if ufunc is np.matmul and all(np.ndim(x) == 2 for x in plain):
            return product(*plain)
        result = INSTEAD.get(ufunc, ufunc)(*plain)
        if type(result) is np.ndarray and result.dtype is OBJECT:
            return result.view(Lifted)
        return result

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _lifted(super().__array_function__(func, types, args, kwargs))


def lift(array: Array) -> Any:
    """A float array as an array of balls, each exactly the float's value.

    Arrays of integers (labels, indices) stay as they are.
    """
    if array.dtype.kind != "f":
        return array
    return filled([Ball(value) for value in array.ravel().tolist()], array.shape)


def filled(numbers: list[Ball], shape: tuple[int, ...]) -> Any:
    """Balls as an array of a shape."""
    array = np.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array.reshape(shape).view(Lifted)


def product(a: Any, b: Any) -> Any:
    """a @ b of two matrices, by FLINT."""
    A, B = (flint.arb_mat(len(x), x.shape[1], balls(x)) for x in (a, b))
    return filled([ball(x) for x in (A * B).entries()], (len(a), b.shape[1]))


def balls(array: Any) -> list[flint.arb]:
    """The elements of an array, of balls or floats or integers, as arb."""
    numbers = np.asarray(array).ravel().tolist()
    return [x.value if type(x) is Ball else _arb(x) for x in numbers]


def distances(these: list[flint.arb], those: list[flint.arb]) -> Floats:
    """|these - those| element by element, as floats; infinite where one of them is not finite."""
    return np.array([_magnitude(a - b) for a, b in zip(these, those, strict=True)])


def midpoints(array: list[flint.arb], shape: tuple[int, ...]) -> Floats:
    """The nearest float64 of every midpoint."""
    return np.array([float(b.mid()) for b in array]).reshape(shape)


def radii(array: list[flint.arb], shape: tuple[int, ...]) -> Floats:
    """An upper bound of every radius."""
    return np.array([float(b.rad()) for b in array]).reshape(shape)


def _number(value: Any) -> Any:
    return value if type(value) is Ball else Ball(value)


def _unary(name: str) -> Any:
    return np.frompyfunc(lambda x: getattr(_number(x), name)(), 1, 1)


INSTEAD = {
    **{getattr(np, name): _unary(name) for name in UNARY if hasattr(np, name)},
    np.maximum: np.frompyfunc(lambda x, y: _number(x).maximum(_number(y)), 2, 1),
    np.minimum: np.frompyfunc(lambda x, y: _number(x).minimum(_number(y)), 2, 1),
}
"""What stands for NumPy's functions: they make numbers of the integers that code like
np.maximum(x, 0) leaves among balls, and know the larger of two even where it is not known which
one that is: NumPy would ask."""


def _magnitude(difference: flint.arb) -> float:
    return float(abs(difference.mid())) if difference.is_finite() else float("inf")


def _arb(number: Any) -> flint.arb:
    number = number.item() if isinstance(number, np.generic) else number
    return flint.arb(number) if math.isfinite(number) else flint.arb("nan")


def _run(ufunc: Any, method: str, plain: list[Any], kwargs: dict[str, Any]) -> Any:
    """What is more than a plain call: a reduction, or a place for the result."""
    if "out" in kwargs:
        kwargs["out"] = tuple(
            o.view(np.ndarray) if isinstance(o, Lifted) else o for o in kwargs["out"]
        )
    return getattr(INSTEAD.get(ufunc, ufunc), method)(*plain, **kwargs)


def _lifted(result: Any) -> Any:
    if type(result) is np.ndarray and result.dtype.char == "O":
        return result.view(Lifted)
    return result
