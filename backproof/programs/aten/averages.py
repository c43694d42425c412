"""Means over windows."""

from math import prod
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation
from backproof.programs.aten.pooling import Sizes, adaptive
from backproof.programs.aten.windows import each, windows


def avg_pool(rank: int) -> Lowering:
    """The mean of each window."""

    def lowering(o: Operation, x: Step, kernel: Sizes, *options: Any) -> Step:
        shape = o.results[0].shape
        layout, divisor = _averaged(x.shape, shape, rank, kernel, *options)
        sums = summed(moved(layout, x), x.ndim - rank) / x.record.constant(divisor)
        return moved(lambda p: p.reshape(shape), sums)

    return lowering


def _averaged(
    x: Sizes,
    y: Sizes,
    rank: int,
    kernel: Sizes,
    stride: Sizes = (),
    padding: Sizes = (0,),
    ceil_mode: bool = False,
    include: bool = True,
    override: int | None = None,
) -> tuple[Any, Any]:
    """The layout of the windows, and what each sum is divided by.

    Padding counts unless told otherwise; what lies beyond it, in a last window, does not.
    """
    k, s, p = (each(v, rank) for v in (kernel, stride or kernel, padding))
    one, none, count = [1] * rank, [0] * rank, list(y[-rank:])
    if override:
        divisor = np.full(prod(count), float(override))
    elif include:
        whole = np.ones([n + 2 * q for n, q in zip(x[-rank:], p, strict=True)], dtype=np.int64)
        divisor = windows(whole, k, s, none, one, count).sum(0).astype(np.float64)
    else:
        divisor = windows(np.ones(x[-rank:], np.int64), k, s, p, one, count).sum(0) * 1.0
    return lambda q: windows(q, k, s, p, one, count), divisor


def adaptive_avg_pool(rank: int) -> Lowering:
    """The mean over windows that share the image out."""

    def lowering(x: Step, size: Sizes) -> Step:
        layout, divisor = _shares(x.shape, each(size, rank))
        sums = summed(moved(layout, x), x.ndim - rank) / x.record.constant(divisor)
        shape = (*x.shape[: x.ndim - rank], *each(size, rank))
        return moved(lambda p: p.reshape(shape), sums)

    return lowering


def _shares(shape: Sizes, size: Sizes) -> tuple[Any, Any]:
    rank = len(size)
    inside = adaptive(np.ones(shape[len(shape) - rank :], dtype=np.int64), size)
    return lambda q: adaptive(q, size), inside.sum(0).astype(np.float64)


AVERAGES: dict[str, Lowering] = {
    "_adaptive_avg_pool2d": adaptive_avg_pool(2),
    "_adaptive_avg_pool3d": adaptive_avg_pool(3),
}
AVERAGED: dict[str, Lowering] = {f"avg_pool{n}d": avg_pool(n) for n in (1, 2, 3)}
