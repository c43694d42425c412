"""Products along axes, and what combines the elements so far: by halves and by doubling."""

from collections.abc import Callable, Sequence

import numpy as np

from backproof.exact.composites import Axis, rowwise
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import axes_of, reshaped
from backproof.exact.record import Step


def product(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """The product along axes: by halves, so that a factor 0 needs no rule of its own."""
    axes = axes_of(axis, x.ndim)
    y = rowwise(x, axes)
    if y.shape[-1] == 0:
        return x.record.constant(np.ones(y.shape[:-1]))
    while y.shape[-1] > 1:
        half = y.shape[-1] // 2
        rest = [part(y, slice(2 * half, None))] if y.shape[-1] % 2 else []
        y = part(y, slice(0, half)) * part(y, slice(half, 2 * half))
        y = concatenated([y, *rest]) if rest else y
    kept = tuple(1 if k in axes else n for k, n in enumerate(x.shape))
    return reshaped(y, kept if keepdims else y.shape[:-1])


def cumprod(x: Step, axis: int = -1) -> Step:
    """The products of the first 1, 2, 3, ... along an axis."""
    return running(x, axis, e.multiply)


def running(
    x: Step, axis: int, combine: Callable[[Step, Step], Step], reverse: bool = False
) -> Step:
    """What combines the elements so far along an axis, from either end: by doubling."""
    n = x.shape[axis]
    ends = slice(None, None, -1 if reverse else 1)
    y, reach = moved(lambda p: np.moveaxis(p, axis, -1)[..., ends], x), 1
    while reach < n:
        longer = combine(part(y, slice(None, -reach)), part(y, slice(reach, None)))
        y, reach = concatenated([part(y, slice(0, reach)), longer]), 2 * reach
    return moved(lambda p: np.moveaxis(p[..., ends], -1, axis), y)


def part(x: Step, which: slice) -> Step:
    """A slice of the last axis."""
    return moved(lambda p: p[..., which], x)


def transposed(x: Step) -> Step:
    """The last two axes exchanged."""
    return moved(lambda p: np.swapaxes(p, -1, -2), x)


def concatenated(parts: Sequence[Step], axis: int = -1) -> Step:
    """Arrays one after the other along an axis."""
    return moved(lambda *p: np.concatenate(p, axis=axis), *parts)
