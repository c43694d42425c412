"""Arrays of exact numbers: in from floats, out to floats, and a matrix product that is quick."""

from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from architectures import Array
from reference.exact.arithmetic import Watch
from reference.exact.ball import UNARY, Ball, ball
from reference.exact.rounded import Rounded, dot, enter

Floats = npt.NDArray[np.float64]


class Lifted(np.ndarray[Any, np.dtype[np.object_]]):
    """An object array of one kind of `Number`; all as in NumPy, but `@` multiplies in FLINT."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [x.view(np.ndarray) if isinstance(x, Lifted) else x for x in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(
                o.view(np.ndarray) if isinstance(o, Lifted) else o for o in kwargs["out"]
            )
        if ufunc is np.matmul and method == "__call__" and all(np.ndim(x) == 2 for x in plain):
            return _product(*plain)
        if ufunc.__name__ in UNARY:
            plain = [_promote(plain[0])]
        elif ufunc in EXTREMES:
            ufunc, plain = EXTREMES[ufunc], [_promote(x) for x in plain]
        return _lifted(getattr(ufunc, method)(*plain, **kwargs))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _lifted(super().__array_function__(func, types, args, kwargs))


def lift(array: Array) -> Any:
    """A float array as an array of the arithmetic's numbers, each exactly the float's value.

    Arrays of integers (labels, indices) stay as they are.
    """
    if array.dtype.kind != "f":
        return array
    lifted = np.empty(array.shape, dtype=object)
    lifted.flat = [Watch.number(value) for value in array.ravel().tolist()]
    return lifted.view(Lifted)


def balls(array: Any) -> list[flint.arb]:
    """The elements of an array, of balls or rounded numbers or floats or integers, as arb."""
    return [_arb(number) for number in np.asarray(array).ravel().tolist()]


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
    return Watch.number(value) if isinstance(value, int | float) else value


EXTREMES = {
    np.maximum: np.frompyfunc(lambda x, y: x.maximum(y), 2, 1),
    np.minimum: np.frompyfunc(lambda x, y: x.minimum(y), 2, 1),
}
"""NumPy asks `>=` which is larger; of balls the larger is known even where the answer is not."""

_promote = np.frompyfunc(_number, 1, 1)
"""Make numbers of the integers that code like np.maximum(x, 0) leaves among them."""


def _magnitude(difference: flint.arb) -> float:
    return float(abs(difference.mid())) if difference.is_finite() else float("inf")


def _arb(number: Any) -> flint.arb:
    if isinstance(number, Ball):
        return number.value
    if isinstance(number, Rounded):
        return number.arb
    return flint.arb(number) if np.isfinite(number) else flint.arb("nan")


def _lifted(result: Any) -> Any:
    if type(result) is np.ndarray and result.dtype == object:
        return result.view(Lifted)
    return result


def _product(a: Any, b: Any) -> Any:
    """a @ b of two matrices: FLINT's product of balls, a plain loop over rounded numbers."""
    (n, k), (k_b, m) = a.shape, b.shape
    if k != k_b:
        raise ValueError(f"matmul: shapes {a.shape} and {b.shape} do not fit")
    result = np.empty((n, m), dtype=object)
    if Rounded in (type(a.flat[0]), type(b.flat[0])):
        rows = [[enter(x) for x in row] for row in a.tolist()]
        columns = [[enter(x) for x in column] for column in b.T.tolist()]
        result.flat = [dot(row, column) for row in rows for column in columns]
    else:
        A, B = (flint.arb_mat(*x.shape, [_arb(y) for y in x.ravel().tolist()]) for x in (a, b))
        result.flat = [ball(x) for x in (A * B).entries()]
    return result.view(Lifted)
