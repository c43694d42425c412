"""Windows of an array laid out, and what pooling makes of them and of their adjoints."""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import numpy as np

from backproof.exact.composites import largest, smallest
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved, positions_of, spread
from backproof.exact.primitives.reductions import repeated, summed
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule
from backproof.programs.jaxpr.structure import padded


def windows(
    x: Any,
    value: Any,
    dimensions: Any,
    strides: Any,
    padding: Any,
    base_dilation: Any = None,
    window_dilation: Any = None,
) -> Any:
    """The windows of x, padded with a value: first where a window lies, then what lies in it."""
    ones = [1] * x.ndim
    pads = zip(padding, base_dilation or ones, strict=True)
    x = padded(x, value, [(low, high, between - 1) for (low, high), between in pads])
    layout = zip(dimensions, strides, window_dilation or ones, strict=True)
    for k, (size, stride, apart) in enumerate(layout):
        count = max(0, (x.shape[2 * k] - (size - 1) * apart - 1) // stride + 1)
        places = np.arange(count)[:, None] * stride + np.arange(size) * apart
        x = np.take(x, places, axis=2 * k)
    return x.transpose([*range(0, x.ndim, 2), *range(1, x.ndim, 2)])


def rows(x: Any, value: Any, window_dimensions: Any, window_strides: Any, **layout: Any) -> Any:
    """The windows, the elements of each along one last axis."""
    seen = windows(x, value, window_dimensions, window_strides, **layout)
    return seen.reshape(*seen.shape[: x.ndim], prod(window_dimensions))


def _seen(x: Step, value: float, layout: Any) -> Step:
    """The windows of x as a step, with a number around it."""
    return moved(partial(rows, **layout), x, x.record.constant(np.asarray(value)))


def _sums(x: Step, **layout: Any) -> Step:
    return summed(moved(partial(rows, value=0, **layout), x), -1)


def _extremes(function: Callable[..., Step], start: float) -> Rule:
    """The extreme of every window; what pads it wins nowhere."""
    return lambda x, **layout: function(_seen(x, start, layout), -1)


def _won(x: Step, select_prim: Any, layout: Any) -> Step:
    """In every window of x, True at the first extreme: the largest for ge, the smallest for le."""
    is_largest = select_prim.name == "ge"
    seen = _seen(x, -np.inf if is_largest else np.inf, layout)
    return d.winner(seen, axis=seen.ndim - 1, largest=is_largest)


def _select_and_scatter_add(source: Step, x: Step, *, select_prim: Any, **layout: Any) -> Step:
    """The source's elements added up where each window of x has its extreme."""
    won = _won(x, select_prim, layout)
    kept = d.keep(won, repeated(source, won.shape, (won.ndim - 1,)))
    places = rows(positions_of(x)[0], 0, **layout)
    return spread(kept, places=places, shape=x.shape)


def _select_and_gather_add(tangents: Step, x: Step, *, select_prim: Any, **layout: Any) -> Step:
    """The tangents' elements where each window of x has its extreme."""
    won = _won(x, select_prim, layout)
    return d.pick(won, _seen(tangents, 0.0, layout), axis=won.ndim - 1)


WINDOWS: dict[str, Rule] = {
    "reduce_window_max": _extremes(largest, -np.inf),
    "reduce_window_min": _extremes(smallest, np.inf),
    "reduce_window_sum": _sums,
    "select_and_gather_add": _select_and_gather_add,
    "select_and_scatter_add": _select_and_scatter_add,
}
