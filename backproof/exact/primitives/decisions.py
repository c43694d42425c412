"""Decisions that a run took, and what follows from them: comparisons, winners, orders, roundings.

A decision has no slope and is replayed as the run took it. What it chooses between goes on through
`choose`, `keep` and `pick`; where it might as well have been taken otherwise, that is a tie.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.balls import NOTHING, Balls, as_balls, filled, to_balls
from backproof.exact.primitive import Primitive, primitive
from backproof.exact.primitives.reductions import repeated, unbroadcast
from backproof.exact.record import Step

Margin = Callable[..., Any]
MARGINS: dict[str, Margin] = {}
"""By the name of a decision: how far its inputs are from where it would be taken otherwise."""


def _replayed(*_: Any, **__: Any) -> Balls:
    raise AssertionError("a decision is replayed, not evaluated")


def decision(name: str, function: Any, margin: Margin | None = None) -> Primitive:
    """A line of the table: a function whose result has no slope."""
    if margin is not None:
        MARGINS[name] = margin
    return primitive(name, function, _replayed, rounds=False, decides=True)


greater = decision("greater", np.greater, np.subtract)
greater_equal = decision("greater_equal", np.greater_equal, np.subtract)
less = decision("less", np.less, np.subtract)
less_equal = decision("less_equal", np.less_equal, np.subtract)
equal = decision("equal", np.equal)
not_equal = decision("not_equal", np.not_equal)
winner = decision("winner", lambda x, axis, largest: _one_hot(x, axis, largest))
order = decision("order", lambda x, axis, kth=None: _order(x, axis, kth))
sign = decision("sign", np.sign, lambda x: x)
floor = decision("floor", np.floor, lambda x: x - np.rint(x))
ceil = decision("ceil", np.ceil, lambda x: x - np.rint(x))
trunc = decision("trunc", np.trunc, lambda x: x - np.rint(x))
rint = decision("rint", np.rint, lambda x: x - np.floor(x) - 0.5)
other = decision("decision", lambda *xs, function: function(*xs))


def _order(x: Any, axis: int, kth: tuple[int, ...] | None) -> Any:
    """Where the elements are in order along an axis; only around the kth where these are told."""
    if kth is None:
        return np.argsort(x, axis=axis, kind="stable")
    return np.argpartition(x, kth, axis=axis)


def _largest(x: Any, axes: tuple[int, ...]) -> Any:
    """The largest along axes, which are kept; 0 where that is infinite."""
    top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(top), top, 0.0)


shift = decision("shift", _largest)


def _one_hot(x: Any, axis: int, largest: bool) -> Any:
    """True at the first of the largest, or smallest, elements along an axis; NaN wins."""
    best = np.expand_dims((np.argmax if largest else np.argmin)(x, axis=axis), axis)
    places = np.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    return places == best


def _weighed(c: Any, x: Any) -> Any:
    """x where c is true, 0 elsewhere; c may be shares between the two."""
    return np.where(c, x, 0) if c.dtype == bool else np.where(c == 0, 0, c * x)


def _weighed_balls(c: Any, x: Any) -> Balls:
    if c.dtype == bool:
        return np.where(c, to_balls(x), np.array(NOTHING))
    weights, numbers = np.broadcast_arrays(c, to_balls(x))
    pairs = zip(weights.ravel().tolist(), numbers.ravel().tolist(), strict=True)
    return filled((_share(w, n) for w, n in pairs), weights.shape)


def _share(w: float, x: Any) -> Any:
    return NOTHING if w == 0 else x if w == 1 else x * w


keep: Primitive = primitive(
    "keep",
    _weighed,
    _weighed_balls,
    pull=lambda g, y, c, x: (None, _as(keep(c, g), x)),
    push=lambda ts, y, c, x: _weighed(c, ts[1]),
    rounds=False,
    summary="an array where a decision is true, and nothing elsewhere",
)


def _chosen_balls(c: Any, a: Balls, b: Balls) -> Balls:
    if c.dtype == bool:
        return np.where(c, a, b)
    return as_balls(_weighed_balls(c, a) + _weighed_balls(_opposite(c), b))


def _opposite(c: Any) -> Any:
    return ~c if c.dtype == bool else 1 - c


opposite = primitive("opposite", _opposite, _opposite, rounds=False, summary="the other decision")

choose = primitive(
    "choose",
    lambda c, a, b: np.where(c, a, b) if c.dtype == bool else c * a + (1 - c) * b,
    lambda c, a, b: _chosen_balls(c, to_balls(a), to_balls(b)),
    pull=lambda g, y, c, a, b: (
        None,
        _as(keep(c, g), a) if a.is_float else None,
        _as(keep(opposite(c), g), b) if b.is_float else None,
    ),
    push=lambda ts, y, c, a, b: sum(
        _weighed(w, t) for w, t in ((c, ts[1]), (_opposite(c), ts[2])) if t is not None
    ),
    rounds=False,
    summary="one of two arrays, element by element, as a decision says",
)


def _as(g: Step, x: Step) -> Step:
    return unbroadcast(g, x.shape)


pick = primitive(
    "pick",
    lambda c, x, axis: _weighed(c, x).sum(axis=axis),
    lambda c, x, axis: as_balls(_weighed_balls(c, x).sum(axis=axis)),
    pull=lambda g, y, c, x, axis: (None, keep(c, repeated(g, x.shape, axis))),
    push=lambda ts, y, c, x, axis: _weighed(c, ts[1]).sum(axis=axis),
    rounds=False,
    summary="of each row along axes the element that won",
)
