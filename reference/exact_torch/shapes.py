"""Rules for what moves elements and changes none: views, copies, pieces, new tensors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_torch.numbers import blank, converted

Shape = Sequence[int]


def expand(x: Any, size: Shape, *, implicit: bool = False) -> Any:
    """x repeated along its axes of length 1 and along new leading ones; -1 keeps a length."""
    lead = len(size) - x.ndim
    kept = [x.shape[k - lead] if n == -1 else n for k, n in enumerate(size)]
    return np.broadcast_to(x, kept, subok=True)


def squeeze(x: Any, dim: int | Shape) -> Any:
    """x without those of the axes that have length 1."""
    dims = {d % max(x.ndim, 1) for d in np.atleast_1d(dim)}
    return x.reshape([n for k, n in enumerate(x.shape) if k not in dims or n != 1])


def unsqueeze(x: Any, dim: int) -> Any:
    """x with a new axis of length 1."""
    return np.expand_dims(x, dim)


def cat(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Arrays one after another; those of shape (0,) do not count."""
    return np.concatenate([x for x in tensors if x.shape != (0,)] or tensors[:1], axis=dim)


def split_with_sizes(x: Any, sizes: Shape, dim: int = 0) -> list[Any]:
    """Consecutive pieces of the lengths given."""
    ends = np.cumsum(sizes).tolist()
    return [x[cut(dim, end - n, end)] for n, end in zip(sizes, ends, strict=True)]


def cut(dim: int, start: int | None, end: int | None, step: int = 1) -> Any:
    """The index of a slice of one axis."""
    part = slice(start, end, step)
    return (..., part, *[slice(None)] * (-dim - 1)) if dim < 0 else (*[slice(None)] * dim, part)


def slice_scatter(
    x: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """A copy of x with src in place of a slice."""
    return _replaced(x, cut(dim, start, end, step), src)


def select(x: Any, dim: int, index: int) -> Any:
    """One place of an axis, the axis left out."""
    return x[(*[slice(None)] * (dim % x.ndim), index)]


def select_scatter(x: Any, src: Any, dim: int, index: int) -> Any:
    """A copy of x with src in place of one place of an axis."""
    return _replaced(x, (*[slice(None)] * (dim % x.ndim), index), src)


def diagonal(x: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of two axes, as the last axis."""
    return x.flatten()[_positions(x).diagonal(offset, dim1, dim2)]


def diagonal_scatter(x: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy of x with src in place of a diagonal."""
    where = _positions(x).diagonal(offset, dim1, dim2)
    return _replaced(x.flatten(), where, src).reshape(x.shape)


def as_strided(x: Any, size: Shape, stride: Shape, offset: int | None = None) -> Any:
    """Elements of x, which lies in memory row by row, at steps through that memory."""
    return x.flatten()[_steps(size, stride, offset)]


def as_strided_scatter(
    x: Any, src: Any, size: Shape, stride: Shape, offset: int | None = None
) -> Any:
    """A copy of x with src in place of those elements."""
    return _replaced(x.flatten(), _steps(size, stride, offset), src).reshape(x.shape)


def unfold(x: Any, dim: int, size: int, step: int) -> Any:
    """Windows of an axis; what is in a window is the last axis."""
    starts = np.arange(0, x.shape[dim] - size + 1, step)
    windows = np.take(_positions(x), starts[:, None] + np.arange(size), axis=dim)
    return x.flatten()[np.moveaxis(windows, dim % x.ndim + 1, -1)]


def constant_pad_nd(x: Any, pad: Shape, value: float = 0) -> Any:
    """x with `value` before and after, the last axis first; negative lengths cut off."""
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2) + list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    grown = blank(
        x, [n + max(a, 0) + max(b, 0) for n, (a, b) in zip(x.shape, pairs, strict=True)], value
    )
    inside = [slice(max(a, 0), max(a, 0) + n) for n, (a, _) in zip(x.shape, pairs, strict=True)]
    grown[tuple(inside)] = x
    return grown[tuple(slice(max(-a, 0), -max(-b, 0) or None) for a, b in pairs)]


def to_copy(x: Any, *, dtype: str | None = None) -> Any:
    """x in another dtype."""
    return x if dtype is None else converted(x, dtype)


def copy(x: Any, src: Any) -> Any:
    """src in the shape of x."""
    return np.broadcast_to(src, x.shape, subok=True)


def full(size: Shape, value: Any, *, dtype: str = "f") -> Any:
    """An array of one value."""
    return np.full(size, value, dtype=DTYPES[dtype])


def full_like(x: Any, value: Any, *, dtype: str | None = None) -> Any:
    """An array of one value in the shape of x."""
    return full(x.shape, value, dtype=dtype or _kind(x))


def new(x: Any, size: Shape, *rest: Any, dtype: str | None = None) -> Any:
    """A tensor whose content is not yet given, in the dtype of x."""
    return full(size, 0, dtype=dtype or _kind(x))


def _kind(x: Any) -> str:
    return x.dtype.kind if x.dtype.kind in "bi" else "f"


def _replaced(x: Any, index: Any, src: Any) -> Any:
    whole = x.copy()
    whole[index] = src
    return whole


def _positions(x: Any) -> Any:
    return np.arange(x.size).reshape(x.shape)


def _steps(size: Shape, stride: Shape, offset: int | None) -> Any:
    grid = np.indices(tuple(size)) if size else np.zeros((0,), dtype=int)
    steps = np.array(stride, dtype=int).reshape(-1, *[1] * len(size))
    return (grid * steps).sum(0) + (offset or 0)


DTYPES = {"f": np.float64, "i": np.int64, "b": np.bool_}

SHAPES: dict[str, Any] = {
    "_to_copy": to_copy,
    "alias": lambda x: x,
    "as_strided": as_strided,
    "as_strided_scatter": as_strided_scatter,
    "cat": cat,
    "clone": lambda x: x,
    "constant_pad_nd": constant_pad_nd,
    "copy": copy,
    "diagonal": diagonal,
    "diagonal_scatter": diagonal_scatter,
    "empty": lambda size, *, dtype="f": full(size, 0, dtype=dtype),
    "empty_permuted": lambda size, order, *, dtype="f": full(size, 0, dtype=dtype),
    "expand": expand,
    "flip": lambda x, dims: np.flip(x, tuple(dims)),
    "full": full,
    "full_like": full_like,
    "getitem": lambda results, index: results[index],
    "new_empty_strided": new,
    "permute": lambda x, dims: x.transpose(dims),
    "repeat": lambda x, repeats: np.tile(x, repeats),
    "scalar_tensor": lambda value, *, dtype="f": full((), value, dtype=dtype),
    "select": select,
    "select_scatter": select_scatter,
    "slice": lambda x, dim=0, start=None, end=None, step=1: x[cut(dim, start, end, step)],
    "slice_scatter": slice_scatter,
    "split_with_sizes": split_with_sizes,
    "squeeze": squeeze,
    "unfold": unfold,
    "unsqueeze": unsqueeze,
    "view.default": lambda x, size: x.reshape(size),
}
