"""The kinds of numbers that rules meet, and what all of them are asked for in the same way."""

from collections.abc import Callable, Sequence
from typing import Any

import flint
import numpy as np

from reference.exact.arithmetic import CannotFollow
from reference.exact.arrays import Lifted, balls, filled, lift
from reference.exact.ball import Ball, ball
from reference.exact.short import Short, settled, shorten

Kind = Callable[[Any], Any]
"""A rule's result as an array of the arithmetic in force; integers and truth values stay plain."""

Arb = Callable[[flint.arb], flint.arb]


def kind_of(arrays: Sequence[Any]) -> Kind:
    """The arithmetic that the inputs bring along."""
    if any(isinstance(x, np.ndarray) and x.dtype == object for x in arrays):
        return _exact
    return _short if any(isinstance(x, Short) for x in arrays) else np.asarray


def constant(like: Any, value: float | Any) -> Any:
    """A float, or an array of floats, as exactly its value in the arithmetic of an array."""
    array = np.asarray(value, dtype=np.float64)
    return lift(array) if like.dtype == object else array


def blank(like: Any, shape: Sequence[int], value: float = 0.0) -> Any:
    """An array of one value in the arithmetic of another array; integers stay integers."""
    if like.dtype == object:
        return lift(np.full(tuple(shape), value, dtype=np.float64))
    return np.full(tuple(shape), value, dtype=like.dtype).view(type(like))


def function(exact: Arb, double: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of one number, by Arb for balls and by a ufunc for floats."""

    def apply(x: Any) -> Any:
        if x.dtype == object:
            return filled([ball(exact(b)) for b in balls(x)], x.shape)
        return double(x)

    return apply


def asked(exact: Callable[[flint.arb], bool], double: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A question that every number answers by yes or no."""

    def ask(x: Any) -> Any:
        if x.dtype == object:
            return np.array([exact(b) for b in balls(x)], dtype=bool).reshape(x.shape)
        return double(x)

    return ask


def array(x: Any) -> Any:
    """What a ufunc made of an array without axes, a number, as an array again."""
    return filled([x], ()) if type(x) is Ball else np.asarray(x) if np.isscalar(x) else x


def exponentiated(x: Any, y: Any) -> Any:
    """x^y; exact where y is a multiple of a half, by arb_pow elsewhere."""
    if isinstance(y, int | float) and float(2 * y).is_integer():
        power = int(abs(y)) if float(y).is_integer() else int(2 * abs(y))
        root = x if float(y).is_integer() else np.sqrt(x)
        return root**power if y >= 0 else 1 / root**power
    x, y = (constant(x if np.ndim(x) else y, z) if np.isscalar(z) else z for z in (x, y))
    if object not in (x.dtype, y.dtype):
        return np.power(x, y)
    x, y = np.broadcast_arrays(x, y)
    return filled([ball(a**b) for a, b in zip(balls(x), balls(y), strict=True)], x.shape)


def stacked(arrays: Sequence[Any], shape: Sequence[int]) -> Any:
    """Arrays of one shape as one array of a shape."""
    whole = blank(arrays[0], (len(arrays), *arrays[0].shape))
    for k, part in enumerate(arrays):
        whole[k] = part
    return whole.reshape(shape)


def converted(x: Any, kind: str) -> Any:
    """x in another dtype: "f" floats, "i" integers, "b" truth values. Floats only by comparing."""
    if kind == "f":
        return x if x.dtype == object or x.dtype.kind == "f" else x.astype(np.float64)
    if kind == "b":
        return x != 0
    if x.dtype == object:
        raise CannotFollow("a number is converted to an integer")
    return np.asarray(x).astype(np.int64)


def _exact(result: Any) -> Any:
    if type(result) is Ball:
        return filled([result], ())
    array = np.asarray(result) if not isinstance(result, np.ndarray) else result
    return array.view(Lifted) if array.dtype == object else lift(array)


def _short(result: Any) -> Any:
    array = np.asarray(result) if not isinstance(result, np.ndarray) else result
    if isinstance(array, Short) or array.dtype.kind != "f":
        return array
    return shorten(settled(array.astype(np.float64)))
