"""Along axes: sums, products and extremes, running ones, orders."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import scans
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.elementwise import cast, logaddexp, multiply
from backproof.exact.primitives.reductions import cumsum, summed
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule


def _reduced(function: Callable[..., Step], empty: float) -> Rule:
    """A reduction over axes; empty: what nothing at all reduces to."""

    def rule(x: Step, *, axes: Any, **_: Any) -> Step:
        if not axes:
            return cast(x)
        if 0 in (x.shape[k] for k in axes):
            rest = [n for k, n in enumerate(x.shape) if k not in axes]
            return x.record.constant(np.full(rest, empty))
        return function(x, tuple(axes))

    return rule


def _running(combine: Callable[[Step, Step], Step]) -> Rule:
    return lambda x, *, axis, reverse: scans.running(x, axis, combine, reverse)


REDUCTIONS: dict[str, Rule] = {
    "cumlogsumexp": _running(logaddexp),
    "cummax": _running(c.maximum),
    "cummin": _running(c.minimum),
    "cumprod": _running(multiply),
    "cumsum": lambda x, *, axis, reverse: cumsum(x, axis=axis, reverse=reverse),
    "reduce_max": _reduced(c.largest, -np.inf),
    "reduce_min": _reduced(c.smallest, np.inf),
    "reduce_prod": _reduced(scans.product, 1.0),
    "reduce_sum": _reduced(summed, 0.0),
}


def _sort(*operands: Step, dimension: int, num_keys: int, **_: Any) -> list[Callable[[], Step]]:
    """All operands in the order of the first ones: by the last key, then by those before it."""
    order = d.other(*operands[:num_keys], function=partial(_order, dimension))
    if num_keys == 1 and operands[0].is_float:
        order = d.order(operands[0], axis=dimension)
    return [partial(_along, x, order, dimension) for x in operands]


def _order(axis: int, *keys: Any) -> Any:
    return np.lexsort(keys[::-1], axis=axis)


def _along(x: Step, order: Step, axis: int) -> Step:
    """The elements in an order that a run has decided; of decisions, a decision."""
    if x.is_float:
        return c.along(x, order, axis)
    return d.other(x, order, function=lambda v, i: np.take_along_axis(v, i, axis))


def _top_k(x: Step, *, k: int, axis: int, **_: Any) -> list[Callable[[], Step]]:
    """The k largest, the largest first, of equals the first; and their places."""
    order = d.order(-x, axis=axis)
    chosen = d.other(order, function=lambda v: np.take(v, np.arange(k), axis))
    return [partial(c.along, x, chosen, axis), lambda: d.other(chosen, function=lambda v: v)]


ORDERS: dict[str, Callable[..., list[Callable[[], Step]]]] = {"sort": _sort, "top_k": _top_k}
