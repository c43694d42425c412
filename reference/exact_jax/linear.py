"""Linear algebra: products, triangular systems, the factorisations of Cholesky and Gauss."""

from typing import Any

import numpy as np

from reference.exact_jax.elementwise import Rule
from reference.exact_jax.kinds import like, of_floats
from reference.exact_jax.shapes import filled_with


def _dot_general(a: Any, b: Any, *, dimension_numbers: Any, **_: Any) -> Any:
    """Sums of products over the contracted axes: the shared axes, a's own, b's own."""
    (a_summed, b_summed), (a_shared, b_shared) = dimension_numbers
    a_own, b_own = _rest(a, a_summed, a_shared), _rest(b, b_summed, b_shared)
    left = _grouped(a, a_shared, a_own, a_summed)
    right = _grouped(b, b_shared, b_summed, b_own)
    shape = [a.shape[k] for k in (*a_shared, *a_own)] + [b.shape[k] for k in b_own]
    return products(left, right).reshape(shape)


def products(a: Any, b: Any) -> Any:
    """a @ b for every matrix of a stack. a: (g, m, k)  b: (g, k, n)  result: (g, m, n)."""
    if not a.size or not b.size:
        return like(a, np.zeros((len(a), a.shape[1], b.shape[2])))
    if not (of_floats(a) or of_floats(b)) or type(a) is type(b) is np.ndarray:
        return np.matmul(a, b)
    return np.stack([np.matmul(x, y) for x, y in zip(a, b, strict=True)])


def _rest(x: Any, *taken: Any) -> list[int]:
    return [k for k in range(x.ndim) if not any(k in axes for axes in taken)]


def _grouped(x: Any, *groups: Any) -> Any:
    """The axes of each group flattened into one."""
    sizes = [int(np.prod([x.shape[k] for k in axes])) for axes in groups]
    return x.transpose([k for axes in groups for k in axes]).reshape(sizes)


def _triangular_solve(
    a: Any,
    b: Any,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    unit_diagonal: bool,
    **_: Any,
) -> Any:
    """x with op(a) x = b, or x op(a) = b. a: (..., n, n)  b: (..., n, m) or (..., m, n)."""
    if transpose_a:
        a, lower = np.swapaxes(a, -1, -2), not lower
    if left_side:
        return _substituted(a, b, lower, unit_diagonal)
    turned = np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)
    return np.swapaxes(_substituted(*turned, not lower, unit_diagonal), -1, -2)


def _substituted(a: Any, b: Any, lower: bool, unit_diagonal: bool) -> Any:
    """x_i = (b_i - sum_j a_ij x_j) / a_ii over the x_j known before, row by row."""
    n = a.shape[-1]
    known: dict[int, Any] = {}
    for i in range(n) if lower else reversed(range(n)):
        row = b[..., i, :]
        for j, x in known.items():
            row = row - a[..., i, j, None] * x
        known[i] = row if unit_diagonal else row / a[..., i, i, None]
    return np.stack([known[i] for i in range(n)], axis=-2)


def _cholesky(a: Any, **_: Any) -> Any:
    """L, lower triangular, with L L^T = a, column by column. a: (..., n, n)."""
    n = a.shape[-1]
    L = filled_with(like(a, 0.0), a.shape)
    for j in range(n):
        column = a[..., j:, j]
        for k in range(j):
            column = column - L[..., j:, k] * L[..., j, k, None]
        L[..., j:, j] = column / np.sqrt(column[..., :1])
    return L


def _lu(a: Any, **_: Any) -> Any:
    """L and U in one array, the row swapped with each row, the permutation. a: (..., n, m)."""
    size = min(a.shape[-2:])
    factors = a.copy()
    pivots = np.zeros((*a.shape[:-2], size), np.int32)
    rows = np.broadcast_to(np.arange(a.shape[-2], dtype=np.int32), a.shape[:-1]).copy()
    for index in np.ndindex(a.shape[:-2]):
        for k in range(size):
            F = factors[index]
            pivot = k + int(np.argmax(np.abs(F[k:, k])))
            F[[k, pivot]], rows[index][[k, pivot]] = F[[pivot, k]], rows[index][[pivot, k]]
            F[k + 1 :, k] = F[k + 1 :, k] / F[k, k]
            F[k + 1 :, k + 1 :] = F[k + 1 :, k + 1 :] - F[k + 1 :, k, None] * F[k, None, k + 1 :]
            pivots[(*index, k)] = pivot
    return [factors, pivots, rows]


LINEAR: dict[str, Rule] = {
    "cholesky": _cholesky,
    "dot_general": _dot_general,
    "lu": _lu,
    "triangular_solve": _triangular_solve,
}
