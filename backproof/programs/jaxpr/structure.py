"""Operations that put elements elsewhere and compute none: reshaped, joined, cut, padded.

Each is what it does to any array, of numbers or of the positions of elements.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from backproof.programs.jaxpr.held import Held, Walker

Layout = Callable[..., Any]
"""The arrays of an equation's inputs, of numbers or of positions, to that of its output."""


def _broadcast_in_dim(x: Any, *, shape: Any, broadcast_dimensions: Any, **_: Any) -> Any:
    """x with its axes at the given places of a shape."""
    placed = [1] * len(shape)
    for axis, size in zip(broadcast_dimensions, x.shape, strict=True):
        placed[axis] = size
    return np.broadcast_to(x.reshape(placed), shape)


def _reshape(x: Any, *, new_sizes: Any, dimensions: Any, **_: Any) -> Any:
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


def _slice(x: Any, *, start_indices: Any, limit_indices: Any, strides: Any) -> Any:
    steps = strides or [1] * x.ndim
    return x[tuple(map(slice, start_indices, limit_indices, steps))]


def _pad(x: Any, value: Any, *, padding_config: Any) -> Any:
    return padded(x, value, padding_config)


def padded(x: Any, value: Any, padding: Sequence[tuple[int, int, int]]) -> Any:
    """x with `value` around and between its elements; where the padding is negative, less of x.

    padding: for each axis, how many before, behind and between.
    """
    for axis, (low, high, between) in enumerate(padding):
        ahead = (slice(None),) * axis
        n = x.shape[axis]
        length = n + max(n - 1, 0) * between
        wide = _filled_along(x, axis, value, length + max(low, 0) + max(high, 0))
        start = max(low, 0)
        wide[(*ahead, slice(start, start + length, between + 1))] = x
        x = wide[(*ahead, slice(max(-low, 0), wide.shape[axis] - max(-high, 0)))]
    return x


def _filled_along(x: Any, axis: int, value: Any, size: int) -> Any:
    """An array of one value, of another size along an axis."""
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return np.broadcast_to(np.asarray(value, x.dtype), shape).copy()


def _squeeze(x: Any, *, dimensions: Any) -> Any:
    return x.reshape([n for k, n in enumerate(x.shape) if k not in dimensions])


LAYOUTS: dict[str, Layout] = {
    "broadcast_in_dim": _broadcast_in_dim,
    "concatenate": lambda *arrays, dimension: np.concatenate(arrays, axis=dimension),
    "expand_dims": lambda x, *, dimensions: np.expand_dims(x, dimensions),
    "pad": _pad,
    "reshape": _reshape,
    "rev": lambda x, *, dimensions: np.flip(x, dimensions),
    "slice": _slice,
    "squeeze": _squeeze,
    "stack": lambda *arrays, axis: np.stack(arrays, axis=axis),
    "tile": lambda x, *, reps: np.tile(x, reps),
    "transpose": lambda x, *, permutation: x.transpose(permutation),
}


def _split(walk: Walker, x: Held, *, sizes: Any, axis: int) -> list[Held]:
    ends = np.cumsum(sizes)
    bounds = zip(ends - np.asarray(sizes), ends, strict=True)
    return [walk.moved(partial(_piece, axis, int(a), int(b)), x) for a, b in bounds]


def _piece(axis: int, start: int, end: int, x: Any) -> Any:
    return x[(*(slice(None),) * axis, slice(start, end))]


def _unstack(walk: Walker, x: Held, *, axis: int) -> list[Held]:
    return [
        walk.moved(partial(np.take, indices=k, axis=axis), x) for k in range(x.array.shape[axis])
    ]


PIECES: dict[str, Callable[..., list[Held]]] = {"split": _split, "unstack": _unstack}
"""Those of several results: who walks, and an equation's input."""
