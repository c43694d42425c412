"""What ufuncs do along an axis: reduce, accumulate, reduceat, and the statistics made of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import scans
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import cumsum, summed
from backproof.exact.record import Step

REDUCED: dict[np.ufunc, Callable[..., Step]] = {
    np.add: summed,
    np.multiply: scans.product,
    np.maximum: c.largest,
    np.minimum: c.smallest,
    np.fmax: c.largest,
    np.fmin: c.smallest,
    np.logaddexp: c.logsumexp,
    np.hypot: c.norm,
}
"""(x, axis, keepdims) to the reduction of axes."""

ACCUMULATED: dict[np.ufunc, Callable[..., Step]] = {
    np.add: lambda x, axis: cumsum(x, axis=axis % x.ndim),
    np.multiply: scans.cumprod,
    np.maximum: partial(scans.running, combine=c.maximum),
    np.minimum: partial(scans.running, combine=c.minimum),
    np.fmax: partial(scans.running, combine=c.maximum),
    np.fmin: partial(scans.running, combine=c.minimum),
    np.logaddexp: partial(scans.running, combine=e.logaddexp),
}
"""(x, axis) to the reductions of the first 1, 2, 3, ... along it."""


def segments(x: Step, indices: Any, axis: int, reduce: Callable[..., Step]) -> Step:
    """ufunc.reduceat: from each index to the next, one element where the next is not larger."""
    ends = [*indices[1:], x.shape[axis]]
    parts = []
    for start, end in zip(indices, ends, strict=True):
        which = np.arange(start, max(end, start + 1))
        piece = moved(lambda p, which=which: np.take(p, which, axis), x)
        parts.append(reduce(piece, axis, True))
    return scans.concatenated(parts, axis)


def deviation(x: Step, axis: Any, keepdims: bool, ddof: float) -> Step:
    """The square root of the variance."""
    return e.sqrt(variance(x, axis, keepdims, ddof))


def variance(x: Step, axis: Any, keepdims: bool, ddof: float) -> Step:
    """The mean square without the mean; of complex numbers by their parts."""
    if x.is_complex:
        parts = (c.variance(part(x), axis, keepdims, ddof) for part in (e.real, e.imag))
        return e.add(*parts)
    return c.variance(x, axis, keepdims, ddof)
