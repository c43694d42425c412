"""Primitives that read and write at computed places: gather, scatter, dynamic slices.

The places are integers, ordinary arrays always; what lies there is of the kind in force.
"""

from typing import Any

import numpy as np

from reference.exact.arithmetic import CannotFollow
from reference.exact_jax.elementwise import Rule
from reference.exact_jax.kinds import greatest, least, like, of_floats


def _starts(indices: Any, rank: int, indexed: Any, shared: Any, indices_shared: Any) -> list[Any]:
    """Where the windows start along each axis of the operand.

    indices: (..., k), the starts along the k axes `indexed`. Along the axes `shared` a window
    starts where it stands itself, along `indices_shared` of the indices.
    """
    batch = indices.shape[:-1]
    starts = [np.zeros(batch, np.int64) for _ in range(rank)]
    for k, axis in enumerate(indexed):
        starts[axis] = np.asarray(indices[..., k], np.int64)
    for axis, place in zip(shared, indices_shared, strict=True):
        here = np.arange(batch[place]).reshape([-1 if j == place else 1 for j in range(len(batch))])
        starts[axis] = np.broadcast_to(here, batch)
    return starts


def _bounded(starts: list[Any], shape: Any, window: Any) -> tuple[list[Any], Any]:
    """The starts moved to where the windows fit, and which of them did before."""
    last = [n - w for n, w in zip(shape, window, strict=True)]
    fits = np.ones(starts[0].shape if starts else (), bool)
    for start, end in zip(starts, last, strict=True):
        fits = fits & (start >= 0) & (start <= end)
    return [np.clip(s, 0, end) for s, end in zip(starts, last, strict=True)], fits


def _places(starts: list[Any], window: Any, spread: list[int]) -> tuple[Any, ...]:
    """The index of every element of every window; the axes `spread` of it follow the starts'."""
    places = []
    for axis, (start, size) in enumerate(zip(starts, window, strict=True)):
        place = start.reshape(*start.shape, *[1] * len(spread))
        if axis in spread:
            along = [-1 if axis == k else 1 for k in spread]
            place = place + np.arange(size).reshape(along)
        places.append(place)
    return tuple(places)


def _gather(
    x: Any,
    indices: Any,
    *,
    dimension_numbers: Any,
    slice_sizes: Any,
    mode: Any,
    fill_value: Any,
    **_: Any,
) -> Any:
    """A window of x for every index: their elements at `offset_dims`, the indices' axes around."""
    d = dimension_numbers
    starts = _starts(
        indices, x.ndim, d.start_index_map, d.operand_batching_dims, d.start_indices_batching_dims
    )
    starts, fits = _bounded(starts, x.shape, slice_sizes)
    gone = {*map(int, d.collapsed_slice_dims), *map(int, d.operand_batching_dims)}
    spread = [k for k in range(x.ndim) if k not in gone]
    found = x[(*_places(starts, slice_sizes, spread), ...)]
    if mode.name == "FILL_OR_DROP":
        fits = fits.reshape(*fits.shape, *[1] * len(spread))
        found = np.where(fits, found, _missing(x, fill_value))
    batch = found.ndim - len(spread)
    return np.moveaxis(found, range(batch, found.ndim), [int(k) for k in d.offset_dims])


def _missing(x: Any, fill_value: Any) -> Any:
    """What stands for an element out of bounds; by default no number, or the extreme integer."""
    if fill_value is not None:
        return like(x, fill_value)
    if of_floats(x):
        return like(x, np.nan)
    return np.True_ if x.dtype == bool else greatest(x) if x.dtype.kind == "u" else least(x)


def _scatter(ufunc: np.ufunc | None) -> Rule:
    """x with updates at the windows that fit, by the ufunc; without one, put there."""

    def rule(
        x: Any,
        indices: Any,
        updates: Any,
        *,
        dimension_numbers: Any,
        mode: Any,
        update_jaxpr: Any,
        **_: Any,
    ) -> Any:
        if ufunc is None and update_jaxpr is not None:
            raise CannotFollow("a scatter that applies a function has no exact rule")
        d = dimension_numbers
        gone = {*map(int, d.inserted_window_dims), *map(int, d.operand_batching_dims)}
        spread = [k for k in range(x.ndim) if k not in gone]
        ahead = [k for k in range(updates.ndim) if k not in d.update_window_dims]
        updates = updates.transpose([*ahead, *d.update_window_dims])
        sizes = dict(zip(spread, updates.shape[len(ahead) :], strict=True))
        window = [sizes.get(k, 1) for k in range(x.ndim)]
        starts = _starts(
            indices,
            x.ndim,
            d.scatter_dims_to_operand_dims,
            d.operand_batching_dims,
            d.scatter_indices_batching_dims,
        )
        starts, fits = _bounded(starts, x.shape, window)
        if mode.name == "FILL_OR_DROP":
            starts, updates = [start[fits] for start in starts], updates[fits]
        return put(x, _places(starts, window, spread), updates, ufunc)

    return rule


def put(x: Any, places: tuple[Any, ...], updates: Any, ufunc: np.ufunc | None) -> Any:
    """A copy of x with updates at places, one after the other where places repeat."""
    result = x.copy()
    raw, new = (np.asarray(array).view(np.ndarray) for array in (result, updates))
    if ufunc is None:
        raw[(*places, ...)] = new
        return result
    ufunc.at(raw, (*places, ...), new)
    return np.positive(result)  # numbers of fewer bits are rounded here


def _dynamic_slice(x: Any, *starts: Any, slice_sizes: Any) -> Any:
    return x[_window(x, starts, slice_sizes)]


def _dynamic_update_slice(x: Any, update: Any, *starts: Any) -> Any:
    result = x.copy()
    result[_window(x, starts, update.shape)] = update
    return result


def _window(x: Any, starts: Any, sizes: Any) -> tuple[Any, ...]:
    """The window of these sizes that starts there, or as near as it fits."""
    window = []
    for start, n, size in zip(starts, x.shape, sizes, strict=True):
        fitting = min(max(int(start), 0), n - size)
        window.append(slice(fitting, fitting + size))
    return (*window, ...)


INDEXING: dict[str, Rule] = {
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": _gather,
    "scatter": _scatter(None),
    "scatter-add": _scatter(np.add),
    "scatter-max": _scatter(np.maximum),
    "scatter-min": _scatter(np.minimum),
    "scatter-mul": _scatter(np.multiply),
    "scatter-sub": _scatter(np.subtract),
}
