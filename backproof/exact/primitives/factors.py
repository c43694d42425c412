"""Factors of matrices: Cholesky, QR and LU, each factor a line of its own.

Adjoints: I. Murray, Differentiation of the Cholesky decomposition (2016); S. Walter, L. Lehmann,
Algorithmic differentiation of linear algebra functions (2010). Whatever reads one triangle of a
symmetric matrix is here a function of (A + A^H) / 2; that it reads a triangle is a move before it.
"""

from typing import Any

import numpy as np
import scipy.linalg

from backproof.exact.balls import Balls, as_balls
from backproof.exact.primitive import primitive
from backproof.exact.primitives.linear import solve
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.stacks import (
    adjoint,
    adjoint_balls,
    backward_error,
    by_matrix,
    eye_like,
    hermitian,
    hermitian_balls,
    lower,
    plain,
    upper,
    zeros,
)
from backproof.exact.record import Step


# -- Cholesky -------------------------------------------------------------------------------------
def _cholesky_balls(a: Balls) -> Balls:
    """Column by column, L L^H = A."""
    own, n = hermitian_balls(a), a.shape[0]
    found = zeros(n, n)
    for j in range(n):
        done = found[j:, :j] @ adjoint_balls(found[j : j + 1, :j]) if j else zeros(n - j, 1)
        rest = own[j:, j] - done[:, 0]
        found[j:, j] = rest / rest[0].sqrt()
    return found


def _halved(x: Any) -> Any:
    """The lower triangle of an array, its diagonal halved."""
    return np.tril(x) - 0.5 * x * np.eye(x.shape[-1])


def _cholesky_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    inner = matmul(adjoint(y), g)
    inner = hermitian(lower(inner, -1)) + 0.5 * hermitian(inner * eye_like(a))
    against = adjoint(y)
    return (hermitian(solve(against, adjoint(solve(against, adjoint(inner))))),)


def _cholesky_push(ts: Any, y: Any, a: Any) -> Any:
    inner = np.linalg.solve(y, adjoint(np.linalg.solve(y, hermitian(ts[0]))))
    return y @ _halved(hermitian(inner))


cholesky = primitive(
    "cholesky",
    lambda a: np.linalg.cholesky(hermitian(a)),
    by_matrix(_cholesky_balls),
    pull=_cholesky_pull,
    push=_cholesky_push,
    error=backward_error(_cholesky_push),
    summary="the lower triangular L with L L^H = (A + A^H) / 2",
)


# -- QR, of matrices with no fewer rows than columns ----------------------------------------------
def _signed_qr(a: Any, signs: Any) -> tuple[Any, Any]:
    q, r = np.linalg.qr(a)
    turn = signs * np.sign(np.diagonal(r, axis1=-2, axis2=-1).real)
    return q * turn[..., None, :], turn[..., :, None] * r


def _orthogonal(a: Balls, signs: Any) -> Balls:
    """Gram and Schmidt; the diagonal of R has these signs."""
    q = plain(a)
    for j in range(a.shape[1]):
        if j:
            q[:, j] = q[:, j] - (q[:, :j] @ (adjoint_balls(q[:, :j]) @ q[:, j : j + 1]))[:, 0]
        size = (adjoint_balls(q[:, j : j + 1]) @ q[:, j : j + 1])[0, 0]
        q[:, j] = q[:, j] / size.real.sqrt() * int(signs[j])
    return q


def _qr_pull(inner: Step, gq: Step | None, q: Step, r: Step) -> tuple[Any, ...]:
    """(gq + q copyltu(inner)) r^-H; copyltu has the strictly lower triangle twice."""
    below = lower(inner, -1)
    both = below + adjoint(below) + hermitian(inner * eye_like(inner))
    whole = matmul(q, both) if gq is None else gq + matmul(q, both)
    return (adjoint(solve(r, adjoint(whole))),)


def _q_pull(g: Step, y: Step, a: Step, signs: Any) -> tuple[Any, ...]:
    return _qr_pull(-matmul(adjoint(g), y), g, y, qr_r(a, signs=signs))


def _r_pull(g: Step, y: Step, a: Step, signs: Any) -> tuple[Any, ...]:
    return _qr_pull(matmul(y, adjoint(g)), None, qr_q(a, signs=signs), y)


def _qr_push(t: Any, q: Any, r: Any) -> tuple[Any, Any]:
    moving = adjoint(np.linalg.solve(adjoint(r), adjoint(t)))
    inner = adjoint(q) @ moving
    below = np.tril(inner, -1)
    turn = below - adjoint(below) + 1j * np.imag(inner) * np.eye(r.shape[-1])
    turn = turn if np.iscomplexobj(inner) else turn.real
    return q @ turn + moving - q @ inner, (inner - turn) @ r


def _q_push(ts: Any, y: Any, a: Any, signs: Any) -> Any:
    return _qr_push(ts[0], *_signed_qr(a, signs))[0]


def _r_push(ts: Any, y: Any, a: Any, signs: Any) -> Any:
    return _qr_push(ts[0], *_signed_qr(a, signs))[1]


qr_q = primitive(
    "qr_q",
    lambda a, signs: _signed_qr(a, signs)[0],
    by_matrix(_orthogonal),
    pull=_q_pull,
    push=_q_push,
    error=backward_error(_q_push),
    summary="Q of A = Q R, (..., m, n), where the diagonal of R has given signs",
)
qr_r = primitive(
    "qr_r",
    lambda a, signs: _signed_qr(a, signs)[1],
    by_matrix(lambda a, signs: as_balls(_raised(adjoint_balls(_orthogonal(a, signs)) @ plain(a)))),
    pull=_r_pull,
    push=_r_push,
    error=backward_error(_r_push),
    summary="R of A = Q R, (..., n, n), whose diagonal has given signs",
)


def _raised(a: Balls) -> Balls:
    return np.where(np.tri(len(a), k=-1, dtype=bool), zeros(*a.shape), a)


# -- LU without exchanges, L and U packed into one array ------------------------------------------
def _lu_balls(a: Balls) -> Balls:
    x = plain(a)
    for j in range(x.shape[0] - 1):
        x[j + 1 :, j] = x[j + 1 :, j] / x[j, j]
        x[j + 1 :, j + 1 :] = x[j + 1 :, j + 1 :] - np.outer(x[j + 1 :, j], x[j, j + 1 :])
    return x


def _lu(a: Any) -> Any:
    x = np.array(a)
    for j in range(x.shape[-1] - 1):
        x[..., j + 1 :, j] /= x[..., j, j, None]
        x[..., j + 1 :, j + 1 :] -= x[..., j + 1 :, j, None] * x[..., j, None, j + 1 :]
    return x


def _lu_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    left, right = adjoint(lower(y, -1) + eye_like(y)), adjoint(upper(y))
    inner = lower(matmul(left, lower(g, -1)), -1) + upper(matmul(upper(g), right))
    return (adjoint(solve(adjoint(right), adjoint(solve(left, inner)))),)


def _lu_push(ts: Any, y: Any, a: Any) -> Any:
    left, right = np.tril(y, -1) + np.eye(y.shape[-1]), np.triu(y)
    inner = adjoint(np.linalg.solve(adjoint(right), adjoint(np.linalg.solve(left, ts[0]))))
    return left @ np.tril(inner, -1) + np.triu(inner) @ right


lu = primitive(
    "lu",
    _lu,
    by_matrix(_lu_balls),
    pull=_lu_pull,
    push=_lu_push,
    error=backward_error(_lu_push),
    summary="L and U of A = L U, square, without exchanges of rows, in one array",
)


def exchanges(a: Any) -> Any:
    """The order of rows, (..., n), that LU with pivots has: A[order] = L U."""
    factors = scipy.linalg.lu(a, p_indices=True)[0]
    return np.argsort(factors, axis=-1)
