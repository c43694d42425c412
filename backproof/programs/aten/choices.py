"""Operations that choose among elements: the choice is the run's own, and a decision."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import scans
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation

Made = tuple[Step | None, ...]


def _won(operation: Operation, x: Step, axis: int, largest: bool, index: Any) -> Step:
    """The element along an axis that the run's index names, as a winner."""
    winner = d.winner(x, axis=axis, largest=largest)
    places = np.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    winner.value = places == np.expand_dims(index, axis)
    return d.pick(winner, x, axis=axis)


def extreme(largest: bool) -> Lowering:
    """max and min: of all elements, of two arrays, or along an axis with indices."""

    def lowering(o: Operation, x: Step, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Step):
            return (c.maximum if largest else c.minimum)(x, dim)
        if dim is None:
            return c.largest(x) if largest else c.smallest(x)
        if not x.ndim:
            return x, None
        axis = int(dim) % x.ndim
        index = o.results[1].reshape([n for k, n in enumerate(x.shape) if k != axis])
        won = _won(o, x, axis, largest, index)
        return (moved(lambda p: np.expand_dims(p, axis), won) if keepdim else won), None

    return lowering


def amax(o: Operation, x: Step, dim: Any = None, keepdim: bool = False) -> Step:
    """The largest over axes."""
    over = None if dim is None or (not isinstance(dim, int) and not len(dim)) else dim
    return c.largest(x, over, keepdim) if x.ndim else x


def amin(o: Operation, x: Step, dim: Any = None, keepdim: bool = False) -> Step:
    """The smallest over axes."""
    over = None if dim is None or (not isinstance(dim, int) and not len(dim)) else dim
    return c.smallest(x, over, keepdim) if x.ndim else x


def running(largest: bool) -> Lowering:
    """The largest, or smallest, so far, and where it was."""

    def lowering(o: Operation, x: Step, dim: int) -> Made:
        if not x.ndim:
            return x, o.decided(1)
        best = scans.running(x, dim % x.ndim, c.maximum if largest else c.minimum)
        return best, o.decided(1)

    return lowering


def chosen(o: Operation, x: Step, *args: Any, **named: Any) -> Any:
    """What stands along an axis where the run's index says: mode, and the median of rows."""
    given = {**dict(zip(("dim", "keepdim"), args, strict=False)), **named}
    if not x.ndim:
        return x, None
    axis, index = given.get("dim", -1) % x.ndim, o.decided(1)
    whole = index if given.get("keepdim") else moved(lambda p: np.expand_dims(p, axis), index)
    y = c.along(x, whole, axis)
    return (y if given.get("keepdim") else moved(lambda p: p.squeeze(axis), y)), index


def at_indices(rank: int) -> Lowering:
    """The elements of an image at the flat places that the run found."""

    def lowering(o: Operation, x: Step, *_: Any) -> Made:
        index = o.decided(1)

        def layout(p: Any, at: Any) -> Any:
            lead = p.shape[: p.ndim - rank]
            flat = np.take_along_axis(p.reshape(*lead, -1), at.reshape(*lead, -1), -1)
            return flat.reshape(at.shape)

        return moved(layout, x, by=(index,)), index

    return lowering


CHOICES: dict[str, Lowering] = {
    "max": extreme(True),
    "min": extreme(False),
    "amax": amax,
    "amin": amin,
    "mode": chosen,
    "fractional_max_pool2d": at_indices(2),
    "fractional_max_pool3d": at_indices(3),
    "cummax": running(True),
    "cummin": running(False),
}
"""By name; the operation itself comes first, for the indices that the run took."""
