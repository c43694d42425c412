"""Moves: every operation that only puts elements elsewhere, and their adjoint, which adds up.

Reshaping, transposing, slicing, gathering, stacking, padding, sorting by a known order: y[k] is the
element at positions[k] of all inputs laid end to end, counted from 1; position 0 is a zero that
comes from nowhere. What NumPy or a framework does to an array it does to the array of positions.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.balls import NOTHING, ZERO, Balls, as_balls, filled, to_balls
from backproof.exact.primitive import primitive
from backproof.exact.record import Record, Step

Layout = Callable[..., Any]
"""From the positions of each input, and the values of decisions, to the positions of the result."""


def moved(layout: Layout, *sources: Step, by: tuple[Step, ...] = ()) -> Step:
    """What a layout makes of steps: it is asked what it does to their positions.

    by: the decisions on which the layout depends, indices and masks.
    """
    positions = np.asarray(layout(*positions_of(*sources), *(d.value for d in by)), dtype=np.int64)
    return move(*sources, *by, positions=positions, layout=layout, decisions=len(by))


def positions_of(*sources: Step) -> list[Any]:
    """For each array, where its elements lie in all of them laid end to end, from 1."""
    starts = np.cumsum([1, *(s.size for s in sources)])
    return [
        np.arange(start, start + s.size, dtype=np.int64).reshape(s.shape)
        for start, s in zip(starts[:-1], sources, strict=True)
    ]


def _move(*arrays: Any, positions: Any, layout: Layout, decisions: int) -> Any:
    sources = arrays[: len(arrays) - decisions]
    if len(sources) == 1 and (positions.size == 0 or positions.min() > 0):
        return np.ravel(sources[0])[positions - 1]
    kind = np.result_type(*(s.dtype for s in sources))
    return np.concatenate([np.zeros(1, kind), *(np.ravel(s) for s in sources)])[positions]


def _move_balls(*arrays: Any, positions: Any, layout: Layout, decisions: int) -> Balls:
    sources = [to_balls(a) for a in arrays[: len(arrays) - decisions]]
    if len(sources) == 1 and (positions.size == 0 or positions.min() > 0):
        return np.ravel(sources[0])[positions - 1]
    return np.concatenate([filled([ZERO], (1,)), *(np.ravel(s) for s in sources)])[positions]


def _move_pull(g: Step, y: Step, *xs: Step, positions: Any, layout: Layout, decisions: int) -> Any:
    sources, by, start, found = xs[: len(xs) - decisions], xs[len(xs) - decisions :], 1, []
    for x in sources:
        found.append(_part_of(g, sources, by, start, x, layout, positions) if x.is_float else None)
        start += x.size
    return (*found, *[None] * decisions)


def _part_of(
    g: Step, sources: Any, by: Any, start: int, x: Step, layout: Layout, positions: Any
) -> Step:
    """The adjoint of one of the inputs, which is put elsewhere where a decision is."""

    def back(_: Any, *decided: Any) -> Any:
        return _inside(layout(*positions_of(*sources), *decided), start, x.size)

    more = {"layout": back, "decisions": len(by)} if by else {}
    return spread(g, *by, places=_inside(positions, start, x.size), shape=x.shape, **more)


def _inside(positions: Any, start: int, size: int) -> Any:
    """Of positions those of one input, counted from 1; 0 for the others."""
    return np.where((positions >= start) & (positions < start + size), positions - start + 1, 0)


def _move_push(ts: Any, y: Any, *xs: Any, **settings: Any) -> Any:
    sources = xs[: len(xs) - settings["decisions"]]
    moving = [np.zeros(x.shape) if t is None else t for t, x in zip(ts, sources, strict=False)]
    return _move(*moving, **{**settings, "decisions": 0})


move = primitive(
    "move",
    _move,
    _move_balls,
    pull=_move_pull,
    push=_move_push,
    rounds=False,
    summary="elements put elsewhere, some of them several times, some of them nowhere",
)


class Shared(np.ndarray[Any, Any]):
    """An order in which equal elements have their places in equal shares: what comes back from
    these is divided among them. groups: by where an element is, the number of its equals.
    """

    groups: Any = None  # of what is made of such an order

    @classmethod
    def among(cls, order: Any, groups: Any) -> "Shared":
        """An order, its elements shared among the groups."""
        made = np.array(order).view(cls)
        made.groups = groups
        return made

    def shares(self, values: Any) -> Any:
        """What comes back to each element of a group: the mean over all of it."""
        sums = np.full(self.groups.max() + 1, NOTHING if values.dtype == object else 0.0)
        np.add.at(sums, self.groups, values)
        return (sums / np.bincount(self.groups.ravel()).astype(values.dtype))[self.groups]


def _shared(values: Any, by: tuple[Any, ...]) -> Any:
    for decided in by:
        if isinstance(decided, Shared) and np.shape(decided.groups) == values.shape:
            values = decided.shares(values)
    return values


def _spread(g: Any, *by: Any, places: Any, shape: tuple[int, ...], **_: Any) -> Any:
    size = int(np.prod(shape))
    flat, values = places.ravel(), np.ravel(g)
    if values.dtype.kind == "c":
        parts = (np.bincount(flat, part, size + 1) for part in (values.real, values.imag))
        real, imaginary = parts
        return (real + 1j * imaginary)[1:].reshape(shape)
    return _shared(np.bincount(flat, values, minlength=size + 1)[1:].reshape(shape), by)


def _spread_balls(g: Any, *by: Any, places: Any, shape: tuple[int, ...], **_: Any) -> Balls:
    size = int(np.prod(shape))
    sums = filled([NOTHING] * (size + 1), (size + 1,))
    flat, values = places.ravel(), to_balls(g).ravel()
    if np.bincount(flat, minlength=1)[1:].max(initial=0) <= 1:
        sums[flat] = values
    else:
        np.add.at(sums, flat, values)
    return as_balls(_shared(sums[1:].reshape(shape), by))


def _spread_terms(g: Any, *_: Any, **settings: Any) -> tuple[Any, Any]:
    return _spread(np.ones(g.shape), **settings), _spread(np.abs(g) ** 2, **settings)


def _spread_pull(gg: Step, y: Step, g: Step, *by: Step, places: Any, **settings: Any) -> Any:
    def forth(p: Any, *decided: Any) -> Any:
        return _at(p, settings["layout"](None, *decided) if decided else places)

    moving = move(gg, *by, positions=places, layout=forth, decisions=len(by))
    return (moving, *[None] * len(by))


spread = primitive(
    "spread",
    _spread,
    _spread_balls,
    pull=_spread_pull,
    push=lambda ts, y, g, *_, **settings: _spread(ts[0], **settings),
    terms=_spread_terms,
    summary="elements added up at their places: the adjoint of a move",
)


def _at(positions: Any, places: Any) -> Any:
    return np.concatenate([[0], positions.ravel()])[places]


def joined(record: Record, *parts: Any, layout: Layout) -> Step:
    """A move of steps and plain arrays together."""
    return moved(layout, *(record.step(part) for part in parts))
