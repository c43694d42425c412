"""What stands in order along an axis: sort, topk, and the element of a rank."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.aten.choices import Made, chosen
from backproof.programs.aten.operations import Lowering, Operation


def _in_order(x: Step, axis: int, descending: bool, first: Any) -> Step:
    """The order along an axis, its first places those of the run."""
    order = d.order(-x if descending else x, axis=axis)
    n = first.shape[axis]
    value = order.value.copy()
    if n == x.shape[axis]:
        value = np.asarray(first)
    elif not np.array_equal(np.take(value, np.arange(n), axis), first):
        rest = [
            [k for k in column if k not in set(taken)]
            for column, taken in zip(_rows(value, axis), _rows(first, axis), strict=True)
        ]
        whole = np.concatenate([_rows(np.asarray(first), axis), np.array(rest)], axis=1)
        value = np.moveaxis(whole.reshape(*np.moveaxis(value, axis, -1).shape), -1, axis)
    order.value = value
    return order


def _rows(v: Any, axis: int) -> Any:
    last = np.moveaxis(v, axis, -1)
    return last.reshape(-1, last.shape[-1])


def sort(o: Operation, x: Step, *args: Any, **named: Any) -> Made:
    """The elements in order, and where they were."""
    if (args and isinstance(args[0], bool)) or (args and args[0] is None):
        args = args[1:]
    given = {**dict(zip(("dim", "descending"), args, strict=False)), **named}
    if not x.ndim:
        return x, None
    axis = given.get("dim", -1) % x.ndim
    order = _in_order(x, axis, bool(given.get("descending", False)), o.results[1])
    return c.along(x, order, axis), order


def topk(
    o: Operation, x: Step, k: int, dim: int = -1, largest: bool = True, ordered: bool = True
) -> Made:
    """The first so many in order."""
    if not x.ndim:
        return x, None
    axis = dim % x.ndim
    order = _in_order(x, axis, largest, o.results[1])

    def first(i: Any) -> Any:
        return np.take(i, np.arange(k), axis)

    return (
        moved(lambda p, i: np.take_along_axis(p, first(i), axis), x, by=(order,)),
        moved(first, order),
    )


def ranked(rank: Any) -> Lowering:
    """One element of the order along an axis."""

    def lowering(o: Operation, x: Step, *args: Any, **named: Any) -> Any:
        which, dim, keepdim = rank(x, *args, **named)
        if dim is None:
            flat = moved(lambda p: p.ravel(), x)
            return _at_rank(flat, 0, rank_of(x.size, which), None)
        if not x.ndim:
            return x, None
        axis = dim % x.ndim
        index = np.expand_dims(o.results[1].reshape(_without(x.shape, axis)), axis)
        y = _at_rank(x, axis, rank_of(x.shape[axis], which), index)
        return (moved(lambda p: np.expand_dims(p, axis), y) if keepdim else y), None

    return lowering


def rank_of(n: int, which: int | None) -> int:
    """The place of the k-th smallest, counted from 1; of the lower median where none is named."""
    return (n - 1) // 2 if which is None else which - 1


def _without(shape: tuple[int, ...], axis: int) -> list[int]:
    return [n for k, n in enumerate(shape) if k != axis]


def median_of_numbers(o: Operation, x: Step, *args: Any, **named: Any) -> Any:
    """The lower median of what is a number."""
    if len(o.results) > 1:
        return chosen(o, x, *args, **named)
    numbers = max(x.size - int(np.isnan(x.value).sum()), 1)  # all others are last in order
    return _at_rank(moved(lambda p: p.ravel(), x), 0, rank_of(numbers, None), None)


def _at_rank(x: Step, axis: int, rank: int, index: Any) -> Step:
    order = d.order(x, axis=axis)
    if index is not None and not np.array_equal(np.take(order.value, [rank], axis), index):
        value = order.value.copy()
        for column, wanted in zip(_rows(value, axis), _rows(index, axis), strict=True):
            k = list(column).index(wanted[0])
            column[k], column[rank] = column[rank], column[k]
        order.value = value
    return moved(lambda p, i: np.take(np.take_along_axis(p, i, axis), rank, axis), x, by=(order,))


def _kth(x: Step, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    return k, dim, keepdim


def _middle(x: Step, dim: int | None = None, keepdim: bool = False) -> Any:
    return None, dim, keepdim


ORDERS: dict[str, Lowering] = {
    "sort": sort,
    "topk": topk,
    "kthvalue": ranked(_kth),
    "median": ranked(_middle),
    "nanmedian": median_of_numbers,
}
