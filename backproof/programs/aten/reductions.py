"""Sums, means, products and running ones along axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import matrices, scans
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import reductions as r
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like, floated

Dims = int | Sequence[int] | None


def axes(dim: Dims, x: Step) -> Dims:
    """The axes as NumPy has them: torch's empty list is all of them, and a number has one."""
    whole = dim is None or not x.ndim or (not isinstance(dim, int) and not len(dim))
    return None if whole else dim


def total(x: Step, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Step:
    """The sum over axes."""
    return r.summed(floated(x), axes(dim, x), keepdim)


def mean(x: Step, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Step:
    """The mean over axes."""
    return c.mean(floated(x), axes(dim, x), keepdim)


def var(
    x: Step, dim: Any = None, correction: Any = 1, keepdim: bool = False, unbiased: Any = None
) -> Step:
    """The variance over axes."""
    if isinstance(dim, bool):
        dim, correction = None, int(dim)
    elif isinstance(correction, bool):
        correction = int(correction)
    ddof = 1 if correction is None else correction
    return _squares(x, axes(dim, x), keepdim, float(ddof))


def _squares(x: Step, dim: Dims, keepdim: bool, ddof: float) -> Step:
    if not x.is_complex:
        return c.variance(x, dim, keepdim, ddof)
    return c.variance(e.real(x), dim, keepdim, ddof) + c.variance(e.imag(x), dim, keepdim, ddof)


def prod(x: Step, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Step:
    """The product along an axis, or of all elements."""
    return scans.product(floated(x), axes(dim, x), keepdim)


def vector_norm(
    x: Step, ord: Any = 2, dim: Dims = None, keepdim: bool = False, dtype: Any = None
) -> Step:
    """(sum |x|^p)^(1/p), and its limits."""
    ord = 2.0 if ord is None else float(ord)
    over, size = axes(dim, x), c.absolute(x) if ord != 2 else x
    if ord == 2:
        return c.norm(x, over, keepdim)
    if ord == 1:
        return r.summed(size, over, keepdim)
    if ord == 0:
        return r.summed(d.choose(d.not_equal(size, 0.0), constant_like(x, 1.0), 0.0), over, keepdim)
    if np.isinf(ord):
        return c.largest(size, over, keepdim) if ord > 0 else c.smallest(size, over, keepdim)
    inner = e.square(size) * size if ord == 3 else e.power(size, constant_like(x, ord))
    return e.power(r.summed(inner, over, keepdim), 1.0 / constant_like(x, ord))


def norm(x: Step, p: Any = 2, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Step:
    """The old name of the norm of a vector."""
    return vector_norm(x, 2.0 if p is None else p, dim, keepdim)


def logcumsumexp(x: Step, dim: int) -> Step:
    """log of the running sum of exp(x)."""
    if not x.ndim:
        return x
    top = c.shift(x, dim)
    sums = r.cumsum(e.exp(x - top), axis=dim % x.ndim)
    none = d.equal(sums, 0.0)
    return d.choose(none, -np.inf, e.log(d.choose(none, 1.0, sums))) + top


def nansum(x: Step, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Step:
    """The sum of those that are numbers."""
    return r.summed(d.choose(d.other(x, function=np.isnan), 0.0, x), axes(dim, x), keepdim)


def cumsum(x: Step, dim: int, dtype: Any = None) -> Step:
    """The running sum."""
    y = floated(x)
    return r.cumsum(y, axis=dim % x.ndim) if x.ndim else y


def cumprod(x: Step, dim: int, dtype: Any = None) -> Step:
    """The running product."""
    return scans.cumprod(floated(x), dim) if x.ndim else floated(x)


def logsumexp(x: Step, dim: Dims, keepdim: bool = False) -> Step:
    """log(sum(exp(x))) over axes."""
    return c.logsumexp(x, axes(dim, x), keepdim) if x.ndim else x


REDUCTIONS: dict[str, Lowering] = {
    "sum": total,
    "mean": mean,
    "nansum": nansum,
    "var": var,
    "std": lambda *args, **named: e.sqrt(var(*args, **named)),
    "prod": prod,
    "cumsum": cumsum,
    "cumprod": cumprod,
    "logcumsumexp": logcumsumexp,
    "logsumexp": logsumexp,
    "linalg_vector_norm": vector_norm,
    "norm": norm,
    "trace": matrices.trace,
}
