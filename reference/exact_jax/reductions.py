"""Primitives along an axis: sums and extremes, running ones, places of extremes, order."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exact_jax.elementwise import Rule, larger, smaller
from reference.exact_jax.kinds import greatest, least, like, of_balls
from reference.exact_jax.shapes import filled_with

ON_BALLS: dict[Any, np.ufunc] = {
    np.maximum: np.frompyfunc(larger, 2, 1),
    np.minimum: np.frompyfunc(smaller, 2, 1),
}


def along_first(x: Any, axes: Any) -> Any:
    """The axes flattened into one, in front of the others."""
    rest = [n for k, n in enumerate(x.shape) if k not in axes]
    size = int(np.prod([x.shape[k] for k in axes]))
    return np.moveaxis(x, axes, range(len(axes))).reshape(size, *rest)


def reduced(ufunc: np.ufunc, terms: Any) -> Any:
    """Terms reduced along the first axis."""
    return _for(terms, ufunc).reduce(terms, axis=0)


def _for(x: Any, ufunc: np.ufunc) -> np.ufunc:
    """What does the ufunc's work on numbers of x's kind."""
    return ON_BALLS.get(ufunc, ufunc) if of_balls(x) else ufunc


def _zero(x: Any) -> Any:
    return like(x, 0)


def _one(x: Any) -> Any:
    return like(x, 1)


def _ones(x: Any) -> Any:
    """Every bit set."""
    return np.invert(like(x, 0))


def _reduced(ufunc: np.ufunc, empty: Callable[[Any], Any]) -> Rule:
    """Reduced over the axes; `empty` is what nothing at all of x's kind reduces to."""

    def rule(x: Any, *, axes: Any, **_: Any) -> Any:
        terms = along_first(x, axes)
        if not len(terms) or not x.size:
            return filled_with(empty(x), terms.shape[1:])
        return reduced(ufunc, terms)

    return rule


def _running(ufunc: np.ufunc) -> Rule:
    """What the ufunc makes of the elements so far along an axis, from either end."""

    def rule(x: Any, *, axis: int, reverse: bool) -> Any:
        accumulate = _for(x, ufunc).accumulate
        return np.flip(accumulate(np.flip(x, axis), axis), axis) if reverse else accumulate(x, axis)

    return rule


def _cumlogsumexp(x: Any, *, axis: int, reverse: bool) -> Any:
    """log of the running sum of exponentials, which overflows for no ball."""
    if not of_balls(x):
        return _running(np.logaddexp)(x, axis=axis, reverse=reverse)
    return np.log(_running(np.add)(np.exp(x), axis=axis, reverse=reverse))


def _sort(*operands: Any, dimension: int, num_keys: int, **_: Any) -> Any:
    """All operands in the order of the first ones: by the last key, then by those before it."""
    order = np.broadcast_to(_places(operands[0], dimension), operands[0].shape)
    for key in reversed(operands[:num_keys]):
        ranks = _ranks(np.take_along_axis(key, order, dimension), dimension)
        order = np.take_along_axis(order, ranks, dimension)
    return [np.take_along_axis(x, order, dimension) for x in operands]


def _top_k(x: Any, *, k: int, axis: int, **_: Any) -> Any:
    """The k largest, the largest first, of equals the first; and their places."""
    backwards = _ranks(np.flip(x, axis), axis)
    places = np.flip(x.shape[axis] - 1 - backwards, axis)
    places = np.take(places, np.arange(k), axis)
    return [np.take_along_axis(x, places, axis), places]


def _ranks(x: Any, axis: int) -> Any:
    return np.asarray(np.argsort(x, axis=axis, kind="stable")).astype(np.int64, copy=False)


def _places(x: Any, axis: int) -> Any:
    return np.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])


REDUCTIONS: dict[str, Rule] = {
    "argmax": lambda x, *, axes, **_: np.asarray(np.argmax(x, axis=axes[0])),
    "argmin": lambda x, *, axes, **_: np.asarray(np.argmin(x, axis=axes[0])),
    "cumlogsumexp": _cumlogsumexp,
    "cummax": _running(np.maximum),
    "cummin": _running(np.minimum),
    "cumprod": _running(np.multiply),
    "cumsum": _running(np.add),
    "reduce_and": _reduced(np.bitwise_and, _ones),
    "reduce_max": _reduced(np.maximum, least),
    "reduce_min": _reduced(np.minimum, greatest),
    "reduce_or": _reduced(np.bitwise_or, _zero),
    "reduce_prod": _reduced(np.multiply, _one),
    "reduce_sum": _reduced(np.add, _zero),
    "reduce_xor": _reduced(np.bitwise_xor, _zero),
    "sort": _sort,
    "top_k": _top_k,
}
