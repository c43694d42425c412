"""Sums along axes: total, running sum, and a value spread out again."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.exact.primitive import Primitive, lifted, primitive
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step

Axes = tuple[int, ...]


def axes_of(axis: int | Sequence[int] | None, ndim: int) -> Axes:
    """The axes that NumPy means, none of them negative, in order."""
    if axis is None:
        return tuple(range(ndim))
    given = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    return tuple(sorted(int(a) % ndim for a in given))


def _terms(x: Any, axis: Axes) -> tuple[int, Any]:
    return int(np.prod([x.shape[a] for a in axis])), np.sum(x * np.conj(x), axis=axis).real


def _sum(x: Any, axis: Axes) -> Any:
    return np.sum(x, axis=axis, initial=0) if 0 in x.shape else np.sum(x, axis=axis)


total = primitive(
    "total",
    lambda x, axis: np.sum(x, axis=axis),
    lifted(_sum),
    pull=lambda g, y, x, axis: (repeated(g, x.shape, axis),),
    push=lambda ts, y, x, axis: np.sum(ts[0], axis=axis),
    terms=_terms,
    summary="the sum over axes",
)


def repeated(g: Step, shape: tuple[int, ...], axis: Axes) -> Step:
    """A total's adjoint, the same for all terms: a move."""

    def layout(positions: Any) -> Any:
        return np.broadcast_to(np.expand_dims(positions, axis), shape)

    return moved(layout, g)


def unbroadcast(g: Step, shape: tuple[int, ...]) -> Step:
    """The adjoint of an array that was broadcast: its copies' adjoints added up."""
    if g.shape == shape:
        return g
    lead = g.ndim - len(shape)
    stretched = [k + lead for k, n in enumerate(shape) if n == 1 and g.shape[k + lead] != 1]
    if not (lead or stretched):
        return reshaped(g, shape)
    return reshaped(total(g, axis=(*range(lead), *stretched)), shape)


def reshaped(x: Step, shape: tuple[int, ...]) -> Step:
    """The same elements in another shape."""
    return x if x.shape == shape else moved(lambda positions: positions.reshape(shape), x)


def summed(x: Step, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Step:
    """The sum over axes, as NumPy has it."""
    axes = axes_of(axis, x.ndim)
    y = total(x, axis=axes) if axes else x
    kept = tuple(1 if k in axes else n for k, n in enumerate(x.shape))
    return reshaped(y, kept) if keepdims else y


def _running(x: Any, axis: int, reverse: bool = False) -> Any:
    ordered = np.flip(x, axis) if reverse else x
    sums = np.cumsum(ordered, axis=axis)
    return np.flip(sums, axis) if reverse else sums


def _running_terms(x: Any, axis: int, reverse: bool = False) -> tuple[Any, Any]:
    count = _running(np.ones(x.shape), axis, reverse)
    return count, _running(np.abs(x) ** 2, axis, reverse)


cumsum: Primitive = primitive(
    "cumsum",
    _running,
    lifted(_running),
    pull=lambda g, y, x, axis, reverse=False: (cumsum(g, axis=axis, reverse=not reverse),),
    push=lambda ts, y, x, **settings: _running(ts[0], **settings),
    terms=_running_terms,
    summary="sums of the first 1, 2, 3, ... along an axis; from the end in reverse",
)
