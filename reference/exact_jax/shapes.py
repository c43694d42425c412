"""Primitives that move elements and compute nothing: reshaped, joined, cut, padded."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_jax.elementwise import Rule


def _broadcast_in_dim(x: Any, *, shape: Any, broadcast_dimensions: Any, **_: Any) -> Any:
    """x with its axes at the given places of a shape."""
    placed = [1] * len(shape)
    for axis, size in zip(broadcast_dimensions, x.shape, strict=True):
        placed[axis] = size
    return np.broadcast_to(x.reshape(placed), shape, subok=True)


def _reshape(x: Any, *, new_sizes: Any, dimensions: Any, **_: Any) -> Any:
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


def _slice(x: Any, *, start_indices: Any, limit_indices: Any, strides: Any) -> Any:
    steps = strides or [1] * x.ndim
    bounds = zip(start_indices, limit_indices, steps, strict=True)
    return x[(*(slice(*bound) for bound in bounds), ...)]


def padded(x: Any, value: Any, padding: Sequence[tuple[int, int, int]]) -> Any:
    """x with `value` around and between its elements; where the padding is negative, less of x.

    padding: for each axis, how many before, behind and between.
    """
    for axis, (low, high, between) in enumerate(padding):
        ahead = (slice(None),) * axis
        if between and x.shape[axis]:
            spread = _filled_along(x, axis, value, x.shape[axis] * (between + 1) - between)
            spread[(*ahead, slice(None, None, between + 1))] = x
            x = spread
        if low or high:
            x = x[(*ahead, slice(max(-low, 0), x.shape[axis] - max(-high, 0)))]
            before, n = max(low, 0), x.shape[axis]
            around = _filled_along(x, axis, value, before + n + max(high, 0))
            around[(*ahead, slice(before, before + n))] = x
            x = around
    return x


def _filled_along(x: Any, axis: int, value: Any, size: int) -> Any:
    """An array of one value, as x but for its size along an axis."""
    return filled_with(value, (*x.shape[:axis], size, *x.shape[axis + 1 :]))


def filled_with(value: Any, shape: Sequence[int]) -> Any:
    """A new array of one value everywhere."""
    return np.broadcast_to(value, tuple(shape), subok=True).copy()


def _iota(*, dtype: Any, shape: Any, dimension: int, **_: Any) -> Any:
    return _broadcast_in_dim(
        np.arange(shape[dimension], dtype=dtype), shape=shape, broadcast_dimensions=(dimension,)
    )


def _split(x: Any, *, sizes: Any, axis: int) -> Any:
    return np.split(x, np.cumsum(sizes)[:-1].tolist(), axis=axis)


SHAPES: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast_in_dim,
    "concatenate": lambda *arrays, dimension: np.concatenate(arrays, axis=dimension),
    "iota": _iota,
    "pad": lambda x, value, *, padding_config: padded(x, value, padding_config),
    "reshape": _reshape,
    "rev": lambda x, *, dimensions: np.flip(x, dimensions),
    "slice": _slice,
    "split": _split,
    "stack": lambda *arrays, axis: np.stack(arrays, axis=axis),
    "squeeze": lambda x, *, dimensions: x.reshape(
        [n for k, n in enumerate(x.shape) if k not in dimensions]
    ),
    "tile": lambda x, *, reps: np.tile(x, reps),
    "transpose": lambda x, *, permutation: x.transpose(permutation),
    "unstack": lambda x, *, axis: list(np.moveaxis(x, axis, 0)),
}
