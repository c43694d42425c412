"""Rules for what reads and writes at places that integers give."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact.arithmetic import CannotFollow
from reference.exact_torch.numbers import blank


def index(x: Any, indices: Sequence[Any]) -> Any:
    """x[indices]; an index of None takes the whole axis."""
    return x[_chosen(indices)]


def index_put(x: Any, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Any:
    """A copy of x with values at the indices, or with the values added there."""
    if accumulate:
        return added(x, _chosen(indices), values)
    return _written(x, _chosen(indices), values)


def gather(x: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Any:
    """y_ijk = x_i,index_ijk,k for dim = 1."""
    return x[_places(x, dim, index)]


def scatter(x: Any, dim: int, index: Any, src: Any, *, reduce: str | None = None) -> Any:
    """A copy of x with y_i,index_ijk,k = src_ijk for dim = 1."""
    if reduce is not None:
        raise CannotFollow(f"scatter has no exact rule for {reduce!r}")
    return _written(x, _places(x, dim, index), _beginning(src, index))


def scatter_add(x: Any, dim: int, index: Any, src: Any) -> Any:
    """A copy of x with src_ijk added to y_i,index_ijk,k for dim = 1."""
    return added(x, _places(x, dim, index), _beginning(src, index))


def scatter_reduce(
    x: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A sum as in `scatter_add`; no other reduction, and x counts."""
    if reduce != "sum" or not include_self:
        raise CannotFollow(f"scatter_reduce has no exact rule for {reduce!r}")
    return scatter_add(x, dim, index, src)


def index_select(x: Any, dim: int, index: Any) -> Any:
    """The places of an axis."""
    return np.take(x, index, axis=dim) if x.ndim else x


def embedding(weight: Any, indices: Any, *options: Any) -> Any:
    """The rows of a table; the options concern its gradient."""
    return weight[indices]


def nearest_backward(
    dy: Any, output: Sequence[int], size: Sequence[int], *scales: float | None
) -> Any:
    """Each output's gradient to the input that it repeats, the last axes: floor(place / scale)."""
    given = zip(scales, output, size[2:], strict=True)
    factors = [n / m if s is None else s for s, n, m in given]
    places = [
        np.minimum((np.arange(n) / s).astype(int), m - 1)
        for n, s, m in zip(output, factors, size[2:], strict=True)
    ]
    flat = np.ravel_multi_index(np.ix_(*places), tuple(size[2:])).ravel()
    whole = blank(dy, (*size[:2], int(np.prod(size[2:]))))
    return added(whole, (..., flat), dy.reshape(*size[:2], -1)).reshape(size)


def added(x: Any, at: Any, values: Any) -> Any:
    """A copy of x with values added at places, each as often as it occurs."""
    whole = x.copy()
    np.add.at(whole.view(np.ndarray), at, np.asarray(values))
    return whole


def _written(x: Any, at: Any, values: Any) -> Any:
    whole = x.copy()
    whole[at] = values
    return whole


def _chosen(indices: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(slice(None) if i is None else i for i in indices)


def _places(x: Any, dim: int, index: Any) -> tuple[Any, ...]:
    if not x.ndim:
        return (...,)
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def _beginning(src: Any, index: Any) -> Any:
    """The part of src that the index covers; a number is itself."""
    return src[tuple(slice(n) for n in index.shape)] if np.ndim(src) else src


INDEXING: dict[str, Any] = {
    "embedding": embedding,
    "gather": gather,
    "index": index,
    "index_put": index_put,
    "index_select": index_select,
    "scatter": scatter,
    "scatter_add": scatter_add,
    "scatter_reduce": scatter_reduce,
    "upsample_nearest2d_backward": nearest_backward,
}
