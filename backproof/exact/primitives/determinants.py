"""Determinants, and the adjugate, which is the slope of one: of singular matrices too.

d det A = tr(adj(A) dA), Jacobi's formula; A and adj(A) commute.
"""

from typing import Any

import numpy as np

from backproof.exact.balls import Balls, filled, from_matrix, to_balls, to_matrix
from backproof.exact.primitive import primitive
from backproof.exact.primitives.linear import inv
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.primitives.stacks import (
    adjoint,
    backward_error,
    by_flint,
    by_matrix,
    columns,
    diagonal,
)
from backproof.exact.record import Step


# -- determinants ---------------------------------------------------------------------------------
def _adjugate(a: Any) -> Any:
    """det(U V^H) V diag(product of the other singular values) U^H: of singular matrices too."""
    u, s, vh = np.linalg.svd(a)
    n = a.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return phase[..., None, None] * (adjoint(vh) * others[..., None, :]) @ adjoint(u)


def _adjugate_balls(a: Balls) -> Balls:
    """det(A) A^-1; of singular matrices by Cayley and Hamilton, without a division:
    (-1)^(n-1) (A^(n-1) + c_(n-1) A^(n-2) + ... + c_1).
    """
    matrix, n = to_matrix(a), a.shape[0]
    try:
        return from_matrix(matrix.inv() * matrix.det())
    except ZeroDivisionError:
        factors, eye = matrix.charpoly().coeffs(), to_matrix(to_balls(np.eye(n)))
    made = eye * factors[n]
    for k in range(n - 1, 0, -1):
        made = matrix * made + eye * factors[k]
    return from_matrix(made * (-1) ** (n - 1))


def _trace_of(x: Step, y: Step) -> Step:
    """tr(x y), as (..., 1, 1)."""
    return columns(summed(diagonal(matmul(x, y)), -1, keepdims=True))


def _adjugate_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    own, determinant = adjoint(y), columns(_column(det(a)))
    against = matmul(matmul(own, g), own)
    below = np.conjugate(determinant) if determinant.is_complex else determinant
    return ((_trace_of(own, g) * own - against) / below,)


def _column(x: Step) -> Step:
    return moved(lambda p: p[..., None], x)


def _adjugate_push(ts: Any, y: Any, a: Any) -> Any:
    grown = np.trace(y @ ts[0], axis1=-2, axis2=-1)[..., None, None]
    return (grown * y - y @ ts[0] @ y) / np.linalg.det(a)[..., None, None]


def _det_push(ts: Any, y: Any, a: Any) -> Any:
    return np.trace(_adjugate(a) @ ts[0], axis1=-2, axis2=-1)


adjugate = primitive(
    "adjugate",
    _adjugate,
    by_matrix(_adjugate_balls),
    pull=_adjugate_pull,
    push=_adjugate_push,
    error=backward_error(_adjugate_push),
    summary="the determinant times the inverse, of singular matrices too",
)
det = primitive(
    "det",
    np.linalg.det,
    by_flint("det"),
    pull=lambda g, y, a: (columns(_column(g)) * adjoint(adjugate(a)),),
    push=_det_push,
    error=backward_error(_det_push),
    summary="the determinant of every matrix",
)


def _logabsdet_balls(a: Balls) -> Balls:
    return filled([abs(to_matrix(a).det()).log()], ())


def _logabsdet_push(ts: Any, y: Any, a: Any) -> Any:
    return np.trace(np.linalg.solve(a, ts[0]), axis1=-2, axis2=-1).real


logabsdet = primitive(
    "logabsdet",
    lambda a: np.linalg.slogdet(a)[1],
    by_matrix(_logabsdet_balls),
    pull=lambda g, y, a: (columns(_column(g)) * adjoint(inv(a)),),
    push=_logabsdet_push,
    error=backward_error(_logabsdet_push),
    summary="log |det| of every matrix",
)
