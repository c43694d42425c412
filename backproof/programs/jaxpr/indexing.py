"""Reading and writing at computed places: gather, scatter, dynamic slices.

Where an operation finds its elements is what JAX's own finds of their positions; the indices are
decisions.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from jax import lax
from jax.lax import GatherScatterMode

from backproof.exact.composites import maximum, minimum
from backproof.exact.primitives.elementwise import multiply
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule
from backproof.programs.jaxpr.held import Held, Walker, is_float
from backproof.programs.run import CannotFollow

Walked = Callable[..., list[Held]]
"""Who walks, an equation's inputs, and its parameters by keyword, to its outputs."""


def _gather(walk: Walker, x: Held, indices: Held, *, fill_value: Any, **own: Any) -> list[Held]:
    """The windows that fit, and around them one number."""
    fill = Held.of(_missing(x.array.dtype, fill_value))
    return [walk.moved(partial(_found, own), x, fill, by=(indices,))]


def _missing(dtype: Any, fill_value: Any) -> Any:
    """What stands for an element out of bounds; by default no number, or the extreme integer."""
    if fill_value is not None:
        return np.asarray(fill_value).astype(dtype)
    if is_float(dtype):
        return np.asarray(np.nan).astype(dtype)
    if dtype.kind == "b":
        return np.asarray(True)
    return np.asarray(np.iinfo(dtype).max if dtype.kind == "u" else np.iinfo(dtype).min, dtype)


def _found(parameters: Any, x: Any, fill: Any, indices: Any) -> Any:
    names = ("dimension_numbers", "slice_sizes", "unique_indices", "indices_are_sorted", "mode")
    own = {name: parameters[name] for name in names}
    places = np.asarray(lax.gather(_numbered(x), indices, fill_value=0, **own))
    return np.concatenate([fill.reshape(1), x.ravel()])[places]


def _numbered(x: Any) -> Any:
    """The number of every element, from 1."""
    return np.arange(1, x.size + 1, dtype=np.int32).reshape(x.shape)


def _dynamic_slice(walk: Walker, x: Held, *starts: Held, slice_sizes: Any) -> list[Held]:
    return [walk.moved(partial(_cut_out, slice_sizes), x, by=starts)]


def _cut_out(sizes: Any, x: Any, *starts: Any) -> Any:
    return x[_window(x, starts, sizes)]


def _dynamic_update_slice(walk: Walker, x: Held, update: Held, *starts: Held) -> list[Held]:
    return [walk.moved(_updated, x, update, by=starts)]


def _updated(x: Any, update: Any, *starts: Any) -> Any:
    result = np.array(x)
    result[_window(x, starts, update.shape)] = update
    return result


def _window(x: Any, starts: Any, sizes: Any) -> tuple[slice, ...]:
    """The window of these sizes that starts there, or as near as it fits."""
    fitting = [min(max(int(s), 0), n - k) for s, n, k in zip(starts, x.shape, sizes, strict=True)]
    return tuple(slice(start, start + k) for start, k in zip(fitting, sizes, strict=True))


def places(x: Any, indices: Any, updates: Any, *, dimension_numbers: Any, mode: Any) -> Any:
    """Where in x each element of updates is written, from 1; 0 where it is dropped: what a gather
    along the same axes would find there.
    """
    d = dimension_numbers
    alone = {*d.inserted_window_dims, *d.operand_batching_dims}
    sizes = iter([updates.shape[k] for k in d.update_window_dims])
    numbers = lax.GatherDimensionNumbers(
        offset_dims=d.update_window_dims,
        collapsed_slice_dims=d.inserted_window_dims,
        start_index_map=d.scatter_dims_to_operand_dims,
        operand_batching_dims=d.operand_batching_dims,
        start_indices_batching_dims=d.scatter_indices_batching_dims,
    )
    window = [1 if k in alone else next(sizes) for k in range(x.ndim)]
    promised = GatherScatterMode.PROMISE_IN_BOUNDS  # a gather clips what a scatter drops
    kind = GatherScatterMode.FILL_OR_DROP if mode is promised else mode
    found = lax.gather(_numbered(x), indices, numbers, tuple(window), mode=kind, fill_value=0)
    return np.asarray(found, dtype=np.int64)


def _scatter(
    walk: Walker, x: Held, indices: Held, updates: Held, *, update_jaxpr: Any, **own: Any
) -> list[Held]:
    """x with updates in the place of its own elements; of several at one place the last."""
    if update_jaxpr is not None:
        raise CannotFollow("a scatter that applies a function has no exact rule")
    return [walk.moved(partial(_overwritten, own), x, updates, by=(indices,))]


def _overwritten(parameters: Any, x: Any, new: Any, indices: Any) -> Any:
    result = np.concatenate([np.zeros(1, x.dtype), x.ravel()])
    result[_places(x, indices, new, parameters).ravel()] = new.ravel()
    return result[1:].reshape(x.shape)


INDICES: dict[str, Walked] = {
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": _gather,
    "scatter": _scatter,
}
"""Those that compute nothing, of arrays and of decisions alike."""


def _places(x: Any, indices: Any, updates: Any, parameters: Any) -> Any:
    own = {name: parameters[name] for name in ("dimension_numbers", "mode")}
    return places(x, indices, updates, **own)


def _scatter_add(x: Step, indices: Step, updates: Step, **parameters: Any) -> Step:
    """x, and at their places the sums of updates."""
    added = _sums(x, indices, updates, parameters)
    empty = x.primitive.name == "constant" and not x.value.any()
    return added if empty else x + added


def _scatter_sub(x: Step, indices: Step, updates: Step, **parameters: Any) -> Step:
    return x - _sums(x, indices, updates, parameters)


def _sums(x: Step, indices: Step, updates: Step, parameters: Any) -> Step:
    at = _places(x, indices.value, updates, parameters)
    return spread(updates, places=at, shape=x.shape)


def _folding(combine: Callable[[Step, Step], Step], neutral: float) -> Rule:
    """Updates met with x one after the other, where several have one place."""

    def rule(x: Step, indices: Step, updates: Step, **parameters: Any) -> Step:
        at = _places(x, indices.value, updates, parameters).ravel()
        rest, nothing = np.flatnonzero(at), x.record.constant(np.asarray(neutral))
        while rest.size:
            _, first = np.unique(at[rest], return_index=True)
            layout = partial(_laid, x.shape, at, rest[first])
            x, rest = combine(x, moved(layout, updates, nothing)), np.delete(rest, first)
        return x

    return rule


def _laid(shape: Any, at: Any, chosen: Any, new: Any, nothing: Any) -> Any:
    """Of the positions of updates those chosen at their places, nothing everywhere else."""
    result = np.full(int(np.prod(shape)), nothing)
    result[at[chosen] - 1] = new.ravel()[chosen]
    return result.reshape(shape)


INDEXING: dict[str, Rule] = {
    "scatter-add": _scatter_add,
    "scatter-max": _folding(maximum, -np.inf),
    "scatter-min": _folding(minimum, np.inf),
    "scatter-mul": _folding(multiply, 1.0),
    "scatter-sub": _scatter_sub,
}
