"""Convolution and windows: every window of an array laid out, then a product or a reduction."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.exact_jax.elementwise import Rule
from reference.exact_jax.indexing import put
from reference.exact_jax.kinds import greatest, least, like
from reference.exact_jax.linear import products
from reference.exact_jax.reductions import along_first, reduced
from reference.exact_jax.shapes import padded


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


def _conv_general_dilated(
    x: Any,
    w: Any,
    *,
    window_strides: Any,
    padding: Any,
    lhs_dilation: Any,
    rhs_dilation: Any,
    dimension_numbers: Any,
    feature_group_count: int,
    batch_group_count: int,
    **_: Any,
) -> Any:
    """Sums of products over every window and the features of its group.

    With x: (N, C, s...)  w: (O, C/G, k...)  y: (N, O, p...), in the axes that the dimension
    numbers give them. Groups of features take their own features of x; groups of the batch, B,
    their own N/B samples.
    """
    x, w = x.transpose(dimension_numbers.lhs_spec), w.transpose(dimension_numbers.rhs_spec)
    N, C = x.shape[:2]
    features, c, *k = w.shape
    G, B = feature_group_count, batch_group_count
    seen = windows(
        x,
        like(x, 0.0),
        (1, 1, *k),
        (1, 1, *window_strides),
        ((0, 0), (0, 0), *padding),
        (1, 1, *lhs_dilation),
        (1, 1, *rhs_dilation),
    )
    p = seen.shape[2 : 2 + len(k)]
    P, K, n = int(np.prod(p)), int(np.prod(k)), N // B
    left = seen.reshape(B, n, G, C // G, P, K).transpose(0, 2, 1, 4, 3, 5)
    right = w.reshape(B * G, features // (B * G), c * K).transpose(0, 2, 1)
    y = products(left.reshape(B * G, n * P, c * K), right)
    y = y.reshape(B * G, n, P, -1).transpose(1, 0, 3, 2).reshape(n, features, *p)
    return y.transpose(np.argsort(dimension_numbers.out_spec))


def _windowed(ufunc: np.ufunc, start: Callable[[Any], Any]) -> Rule:
    """Every window reduced; what pads it changes nothing."""

    def rule(
        x: Any, *, window_dimensions: Any, window_strides: Any, padding: Any, **dilations: Any
    ) -> Any:
        seen = windows(x, start(x), window_dimensions, window_strides, padding, **dilations)
        return reduced(ufunc, along_first(seen, list(range(x.ndim, 2 * x.ndim))))

    return rule


def _selected(x: Any, select_prim: Any, layout: Any) -> Any:
    """The flat place in x of the first extreme of every window: largest for ge, smallest for le."""
    largest = select_prim.name == "ge"
    inside = list(range(x.ndim, 2 * x.ndim))
    terms = along_first(windows(x, least(x) if largest else greatest(x), **layout), inside)
    chosen = np.asarray((np.argmax if largest else np.argmin)(terms, axis=0))
    places = along_first(windows(np.arange(x.size).reshape(x.shape), -1, **layout), inside)
    return np.take_along_axis(places, chosen[None], axis=0)[0]


def _select_and_scatter_add(
    source: Any,
    x: Any,
    *,
    select_prim: Any,
    window_dimensions: Any,
    window_strides: Any,
    padding: Any,
) -> Any:
    """The source's elements added up where each window of x has its extreme."""
    layout = {"dimensions": window_dimensions, "strides": window_strides, "padding": padding}
    places = _selected(x, select_prim, layout)
    return put(like(x, np.zeros(x.size)), (places,), source, np.add).reshape(x.shape)


def _select_and_gather_add(
    tangents: Any,
    x: Any,
    *,
    select_prim: Any,
    window_dimensions: Any,
    window_strides: Any,
    padding: Any,
    **dilations: Any,
) -> Any:
    """The tangents' elements where each window of x has its extreme."""
    layout = {
        "dimensions": window_dimensions,
        "strides": window_strides,
        "padding": padding,
        **dilations,
    }
    return tangents.reshape(-1)[_selected(x, select_prim, layout)]


WINDOWS: dict[str, Rule] = {
    "conv_general_dilated": _conv_general_dilated,
    "reduce_window_max": _windowed(np.maximum, least),
    "reduce_window_min": _windowed(np.minimum, greatest),
    "reduce_window_sum": _windowed(np.add, lambda x: like(x, 0)),
    "select_and_gather_add": _select_and_gather_add,
    "select_and_scatter_add": _select_and_scatter_add,
}
