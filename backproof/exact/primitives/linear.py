"""Linear algebra of stacks of matrices: inverses, solutions, determinants, the exponential.

Y^H stands for the conjugate transpose. Adjoints: M. Giles, An extended collection of matrix
derivative results (2008); of the pseudoinverse: Golub and Pereyra (1973).
"""

from typing import Any

import numpy as np
import scipy.linalg

from backproof.exact.balls import Balls, as_balls, filled, to_matrix
from backproof.exact.primitive import primitive
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
    eye_like,
    plain,
    zeros,
)
from backproof.exact.record import Step


# -- inverse and solution -------------------------------------------------------------------------
def _inv_push(ts: Any, y: Any, a: Any) -> Any:
    return -y @ ts[0] @ y


inv = primitive(
    "inv",
    np.linalg.inv,
    by_flint("inv"),
    pull=lambda g, y, a: (-matmul(matmul(adjoint(y), g), adjoint(y)),),
    push=_inv_push,
    error=backward_error(_inv_push),
    summary="the inverse of every matrix",
)


def _solve_pull(g: Step, y: Step, a: Step, b: Step) -> tuple[Any, ...]:
    z = solve(adjoint(a), g)
    return -matmul(z, adjoint(y)), z


def _solve_push(ts: Any, y: Any, a: Any, b: Any) -> Any:
    moving = 0.0 if ts[0] is None else -ts[0] @ y
    return np.linalg.solve(a, moving if ts[1] is None else moving + ts[1])


solve = primitive(
    "solve",
    np.linalg.solve,
    by_flint("solve"),
    pull=_solve_pull,
    push=_solve_push,
    error=backward_error(_solve_push),
    summary="x with a x = b, of matrices (..., n, n) and (..., n, k)",
)


# -- determinants ---------------------------------------------------------------------------------
def _adjugate(a: Any) -> Any:
    """det(U V^H) V diag(product of the other singular values) U^H: of singular matrices too."""
    u, s, vh = np.linalg.svd(a)
    n = a.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return phase[..., None, None] * (adjoint(vh) * others[..., None, :]) @ adjoint(u)


def _adjugate_balls(a: Balls) -> Balls:
    """By Cayley and Hamilton, without a division: -(-1)^n (A^(n-1) + c_1 A^(n-2) + ...)."""
    n = a.shape[0]
    factors, own, made = to_matrix(a).charpoly().coeffs(), plain(a), zeros(n, n)
    for k in range(n, 0, -1):
        made = own @ made + np.eye(n, dtype=np.int64) * factors[k]
    return as_balls(made * (-1) ** (n - 1))


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


# -- pseudoinverse and exponential ----------------------------------------------------------------
def _pinv_balls(a: Balls) -> Balls:
    star = adjoint_balls(a)
    if a.shape[0] >= a.shape[1]:
        return by_flint("solve")(as_balls(star @ a), star)
    return adjoint_balls(by_flint("solve")(as_balls(a @ star), a))


def adjoint_balls(a: Balls) -> Balls:
    """The conjugate transpose of a matrix of balls."""
    turned = [x.conjugate() if hasattr(x, "conjugate") else x for x in a.T.ravel().tolist()]
    return filled(turned, a.T.shape)


def _pinv_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    star, turned = adjoint(y), adjoint(g)
    left = eye_like(a, -2) - matmul(a, y)
    right = eye_like(a) - matmul(y, a)
    first = matmul(matmul(star, g), star)
    second = matmul(left, matmul(turned, matmul(y, star)))
    third = matmul(matmul(star, y), matmul(turned, right))
    return (second + third - first,)


def _pinv_push(ts: Any, y: Any, a: Any) -> Any:
    t, star, turned = ts[0], adjoint(y), adjoint(ts[0])
    left, right = np.eye(a.shape[-2]) - a @ y, np.eye(a.shape[-1]) - y @ a
    return y @ star @ turned @ left + right @ turned @ star @ y - y @ t @ y


pinv = primitive(
    "pinv",
    np.linalg.pinv,
    by_matrix(_pinv_balls),
    pull=_pinv_pull,
    push=_pinv_push,
    error=backward_error(_pinv_push),
    summary="the pseudoinverse of matrices of full rank",
)


def _blocks(a: Any, t: Any) -> Any:
    """[[a, t], [0, a]], whose exponential has that of a and its differential along t."""
    return np.block([[a, t], [a * 0, a]])


def _expm_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    n = a.shape[-1]
    whole = expm(moved(_blocks, adjoint(a), g))
    return (moved(lambda p: p[..., :n, n:], whole),)


def _expm_push(ts: Any, y: Any, a: Any) -> Any:
    n = a.shape[-1]
    return scipy.linalg.expm(_blocks(a, ts[0]))[..., :n, n:]


expm = primitive(
    "expm",
    scipy.linalg.expm,
    by_flint("exp"),
    pull=_expm_pull,
    push=_expm_push,
    error=backward_error(_expm_push),
    summary="the exponential of every matrix",
)
