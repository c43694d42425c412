"""Rules for what takes axes together: sums and products, extremes, statistics, norms, order."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_torch.numbers import array, constant, exponentiated

Dims = int | Sequence[int] | None


def summed(x: Any, dim: Dims = None, keepdim: bool = False, *, dtype: str | None = None) -> Any:
    """The sum over axes, over all where none is given; truth values are counted."""
    return array(x).sum(axis=axes(x, dim), keepdims=keepdim)


def mean(x: Any, dim: Dims = None, keepdim: bool = False, *, dtype: str | None = None) -> Any:
    """The sum over the count."""
    return summed(x, dim, keepdim) / count(x, dim)


def prod(x: Any, dim: Dims = None, keepdim: bool = False, *, dtype: str | None = None) -> Any:
    """The product over axes."""
    return _one_by_one(np.multiply, x, dim, keepdim)


def amax(x: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    """The largest element."""
    return _one_by_one(np.maximum, x, dim, keepdim)


def amin(x: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    """The smallest element."""
    return _one_by_one(np.minimum, x, dim, keepdim)


def var(x: Any, dim: Dims = None, *, correction: float | None = None, keepdim: bool = False) -> Any:
    """The variance, over n - correction; correction is 1 unless given."""
    return var_mean(x, dim, correction=correction, keepdim=keepdim)[0]


def var_mean(
    x: Any, dim: Dims = None, *, correction: float | None = None, keepdim: bool = False
) -> tuple[Any, Any]:
    """The variance and the mean."""
    centred = array(x - mean(x, dim, True))
    n = count(x, dim) - (1 if correction is None else correction)
    return summed(centred * centred, dim, keepdim) / n, mean(x, dim, keepdim)


def vector_norm(
    x: Any, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: str | None = None
) -> Any:
    """(sum |x|^p)^(1/p); for an infinite p the largest or the smallest |x|."""
    if np.isinf(ord):
        return (amax if ord > 0 else amin)(array(abs(x)), dim, keepdim)
    if ord == 2:
        return np.sqrt(summed(x * x, dim, keepdim))
    if ord == 0:
        return summed(x != 0, dim, keepdim) * 1.0
    root = array(1 / (constant(x, 1.0) * ord))
    return exponentiated(array(summed(exponentiated(array(abs(x)), ord), dim, keepdim)), root)


def best(x: Any, dim: int | None = None, keepdim: bool = False, *, largest: bool = True) -> Any:
    """The place of the largest (or smallest) element of an axis, or of all; the first of equals."""
    plain = x.view(np.ndarray)
    where = (np.argmax if largest else np.argmin)(plain, axis=dim, keepdims=keepdim)
    return np.asarray(where)


def extreme(x: Any, dim: int | None = None, keepdim: bool = False, *, largest: bool = True) -> Any:
    """The largest (or smallest) element of all; or of an axis, and its place."""
    if dim is None:
        return (amax if largest else amin)(x)
    where = best(x, dim, True, largest=largest)
    value = along(x, where, dim)
    return (value, where) if keepdim else (value.squeeze(dim), where.squeeze(dim))


def sort(
    x: Any, dim: int = -1, descending: bool = False, *, stable: bool = True
) -> tuple[Any, Any]:
    """An axis in order, and where each element was; equal elements keep their order."""
    key = -x if descending else x
    where = np.argsort(key.view(np.ndarray), axis=dim, kind="stable")
    return along(x, where, dim), where


def topk(
    x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> tuple[Any, Any]:
    """The k largest (or smallest) elements of an axis in order, and where each was."""
    where = np.take(sort(x, dim, largest)[1], np.arange(k), axis=dim)
    return along(x, where, dim), where


def median(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of all; or of an axis, and its place."""
    if dim is None:
        return sort(x.flatten(), 0)[0][(x.size - 1) // 2]
    middle = [(x.shape[dim] - 1) // 2]
    where = np.take(sort(x, dim)[1], middle, axis=dim)
    value = along(x, where, dim)
    return (value, where) if keepdim else (value.squeeze(dim), where.squeeze(dim))


def along(x: Any, where: Any, dim: int) -> Any:
    """The elements at places of an axis."""
    return np.take_along_axis(x, where, axis=dim)


def accumulated(ufunc: np.ufunc) -> Any:
    """The sums or products of the first elements of an axis."""

    def run(x: Any, dim: int, *, dtype: str | None = None) -> Any:
        return ufunc.accumulate(x, axis=dim)

    return run


def axes(x: Any, dim: Dims) -> Any:
    """PyTorch's axes, none or an empty list for all, as NumPy's."""
    if dim is None or (not isinstance(dim, int) and not len(dim)) or not x.ndim:
        return None if x.ndim else ()
    return tuple(int(d) % x.ndim for d in np.atleast_1d(dim))


def count(x: Any, dim: Dims) -> int:
    """How many elements are taken together."""
    chosen = axes(x, dim)
    return int(x.size if chosen is None else np.prod([x.shape[k] for k in chosen], dtype=int))


def _one_by_one(ufunc: np.ufunc, x: Any, dim: Dims, keepdim: bool) -> Any:
    """A reduction axis by axis: extremes of balls are no ufunc that NumPy would reorder."""
    chosen = axes(x, dim)
    for k in sorted(range(x.ndim) if chosen is None else chosen, reverse=True):
        x = array(ufunc.reduce(x, axis=k, keepdims=keepdim))
    return x


REDUCTIONS: dict[str, Any] = {
    "all": lambda x, dim=None, keepdim=False: np.all(x != 0, axis=axes(x, dim), keepdims=keepdim),
    "amax": amax,
    "amin": amin,
    "any": lambda x, dim=None, keepdim=False: np.any(x != 0, axis=axes(x, dim), keepdims=keepdim),
    "argmax": best,
    "argmin": lambda x, dim=None, keepdim=False: best(x, dim, keepdim, largest=False),
    "cumprod": accumulated(np.multiply),
    "cumsum": accumulated(np.add),
    "linalg_vector_norm": vector_norm,
    "max": extreme,
    "mean": mean,
    "median": median,
    "min": lambda x, dim=None, keepdim=False: extreme(x, dim, keepdim, largest=False),
    "prod": prod,
    "sort": sort,
    "sum": summed,
    "topk": topk,
    "var": var,
    "var_mean": var_mean,
}
