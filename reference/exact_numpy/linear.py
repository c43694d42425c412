"""NumPy's functions that balls need another way to: products and linear algebra by FLINT, and what
NumPy allocates as floats. They take and return object arrays.
"""

from collections.abc import Callable
from typing import Any

import flint
import numpy as np

from reference.exact.arrays import balls, filled, product
from reference.exact.ball import ball


def _dot(a: Any, b: Any, out: Any = None) -> Any:
    """By FLINT where both are matrices."""
    a, b = np.asarray(a), np.asarray(b)
    result = product(a, b) if a.ndim == b.ndim == 2 else np.dot(a, b)
    if out is None:
        return result
    out[...] = result
    return out


def _matrix(a: Any) -> flint.arb_mat:
    rows, columns = a.shape
    return flint.arb_mat(rows, columns, balls(a))


def _stacked(function: Callable[..., Any], *stacks: Any) -> Any:
    """A function of matrices, for each matrix of a stack; the leading axes broadcast."""
    lead = np.broadcast_shapes(*(s.shape[:-2] for s in stacks))
    spread = [np.broadcast_to(s, (*lead, *s.shape[-2:])) for s in stacks]
    parts = [function(*(_matrix(s[i]) for s in spread)) for i in np.ndindex(lead)]
    if isinstance(parts[0], flint.arb):
        return filled([ball(x) for x in parts], lead)[()]
    entries = [ball(x) for part in parts for x in part.entries()]
    return filled(entries, (*lead, parts[0].nrows(), parts[0].ncols()))


def _inv(a: Any) -> Any:
    return _stacked(flint.arb_mat.inv, np.asarray(a))


def _det(a: Any) -> Any:
    return _stacked(flint.arb_mat.det, np.asarray(a))


def _solve(a: Any, b: Any) -> Any:
    a, b = np.asarray(a), np.asarray(b)
    if b.ndim == 1:
        return _stacked(flint.arb_mat.solve, a, b[:, None])[..., 0]
    return _stacked(flint.arb_mat.solve, a, b)


def _slogdet(a: Any) -> Any:
    det = np.asarray(_det(a))
    sign = np.frompyfunc(lambda x: 1.0 if x > 0 else -1.0, 1, 1)(det)
    return sign, np.log(abs(det))


def _cholesky(a: Any, *, upper: bool = False) -> Any:
    """L with L L^T = a, column by column."""
    a = np.asarray(a)
    lower = a * 0
    for j in range(a.shape[-1]):
        rest = a[..., j:, j] - (lower[..., j:, :j] * lower[..., j : j + 1, :j]).sum(-1)
        lower[..., j:, j] = rest / np.sqrt(rest[..., :1])
    return lower.swapaxes(-1, -2) if upper else lower


def _apply_along_axis(function: Callable[..., Any], axis: int, a: Any, *args: Any) -> Any:
    """NumPy's own allocates what the first result says it is, floats."""
    rows = np.moveaxis(a, axis, -1)
    results = [np.asarray(function(rows[i], *args)) for i in np.ndindex(rows.shape[:-1])]
    made = np.empty((len(results), *results[0].shape), dtype=object)
    for k, result in enumerate(results):
        made[k] = result[()]
    made = made.reshape(*rows.shape[:-1], *results[0].shape)
    added = range(rows.ndim - 1, made.ndim)
    return np.moveaxis(made, list(added), [axis % rows.ndim + k for k in range(len(added))])


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    sums = np.full(max(int(np.max(x, initial=-1)) + 1, minlength), 0, dtype=object)
    np.add.at(sums, np.asarray(x), np.asarray(weights))
    return sums


def _interp(x: Any, xp: Any, fp: Any) -> Any:
    """Piecewise linear, constant beyond the ends."""
    x, xp, fp = (np.asarray(v, dtype=object) for v in (x, xp, fp))
    k = np.clip(np.searchsorted(xp, x) - 1, 0, len(xp) - 2)
    part = (x - xp[k]) / (xp[k + 1] - xp[k])
    part = np.where(part < 0, 0, np.where(part > 1, 1, part))
    return fp[k] + part * (fp[k + 1] - fp[k])


INSTEAD: dict[Any, Callable[..., Any]] = {
    np.dot: _dot,
    np.linalg.inv: _inv,
    np.linalg.det: _det,
    np.linalg.solve: _solve,
    np.linalg.slogdet: _slogdet,
    np.linalg.cholesky: _cholesky,
    np.apply_along_axis: _apply_along_axis,
    np.bincount: _bincount,
    np.interp: _interp,
}
"""By NumPy's function, the one that takes its place where balls are among its arguments."""
