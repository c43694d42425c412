"""Linear algebra: solutions, factors, determinants and spectra, with the run's pivots and signs."""

from typing import Any

import numpy as np

from backproof.exact import matrices as m
from backproof.exact.primitives import eigenpairs, factors, linear, singular, spectra
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.primitives.stacks import adjoint, eye_like, hermitian, lower, transposed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation
from backproof.verdict.decisions import AS_RUN, SYMMETRIC

Made = tuple[Step | None, ...]


def read(a: Step, is_lower: bool) -> Step:
    """The Hermitian matrix that a is, up to rounding; else the one whose triangle is read."""
    apart = np.abs(a.value - np.conj(np.swapaxes(a.value, -1, -2))).max(initial=0)
    u = a.precision.u if a.precision else 2.0**-53
    if apart <= SYMMETRIC * u * np.abs(a.value).max(initial=0):
        return hermitian(a)
    return m.mirrored(a, is_lower)


def inv_ex(a: Step, *_: Any, **__: Any) -> Made:
    """The inverse."""
    return linear.inv(a), None


def solve_triangular(
    a: Step, b: Step, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Step:
    """x with T x = b, or x T = b."""
    if left:
        return m.solve_triangular(a, b, not upper, unit=unitriangular)
    return transposed(m.solve_triangular(a, transposed(b), not upper, "T", unitriangular))


def triangular_solve(
    b: Step, a: Step, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Made:
    """The old name, with the matrix once more."""
    return m.solve_triangular(a, b, not upper, "T" if transpose else "N", unitriangular), a


def cholesky_ex(a: Step, upper: bool = False, *_: Any, **named: Any) -> Made:
    """L with L L^H = a, or its adjoint, of the lower triangle."""
    is_upper = named.get("upper", upper)
    made = factors.cholesky(read(a, not is_upper))
    return adjoint(made) if is_upper else made, None


def cholesky_solve(b: Step, factor: Step, upper: bool = False) -> Step:
    """x with L L^H x = b."""
    return m.cho_solve(factor, b, not upper)


def eigh(o: Operation, a: Step, uplo: str = "L", vectors: bool = True) -> Made:
    """Eigenvalues and vectors of a Hermitian matrix."""
    whole = read(a, uplo.upper() == "L")
    values = spectra.eigenvalues(whole)
    if not vectors or not o.results[1].size:
        return values, o.record.constant(o.results[1])
    return values, spectra.eigenvectors(whole, like=o.results[1])


def svd(o: Operation, a: Step, full: bool = False, vectors: bool = True, **_: Any) -> Made:
    """U, s and V^H without what lies beyond the smaller side."""
    if not vectors:
        empty = o.record.constant(np.zeros((0,)))
        return empty, singular.singular_values(a), empty
    k = min(a.shape[-2:])
    u, vh = o.results[0][..., :k], o.results[2][..., :k, :]
    left, s, right = m.svd(a, (u, vh))
    if o.results[0].shape != left.shape or o.results[2].shape != right.shape:
        raise ValueError("the full singular vectors beyond the smaller side are any basis")
    return left, s, right


def qr(o: Operation, a: Step, mode: str = "reduced") -> Made:
    """Q and R."""
    q, r = m.qr(a, o.results[1])
    if mode == "r":
        return o.record.constant(o.results[0]), r
    if o.results[0].shape != q.shape:
        raise ValueError("the columns of Q beyond the smaller side are any basis")
    return q, r


def pinv(o: Operation, a: Step, *_: Any, **named: Any) -> Step:
    """The pseudo-inverse of a matrix of full rank. Raises ValueError where the rank is cut."""
    whole = read(a, True) if named.get("hermitian") else a
    if not np.allclose(np.linalg.pinv(whole.value), o.results[0], rtol=AS_RUN):
        raise ValueError("singular values are cut off")
    return linear.pinv(whole)


def lstsq(o: Operation, a: Step, b: Step, *_: Any, **__: Any) -> tuple[Step, ...]:
    """The x of least |a x - b|, what is left of every column, and singular values."""
    is_vector = b.ndim == a.ndim - 1
    right = moved(lambda p: p[..., None], b) if is_vector else b
    x = m.lstsq(a, right)
    rest = [o.record.constant(v) for v in o.results[1:]]
    if o.results[1].size:
        rest[0] = summed(e.square(matmul(a, x) - right), -2)
    return moved(lambda p: p[..., 0], x) if is_vector else x, *rest


def householder_product(a: Step, tau: Step) -> Step:
    """The first columns of the product of reflections I - tau v v^H, v below a's diagonal."""
    rows, columns = a.shape[-2:]
    below = lower(a, -1)
    v = below + a.record.constant(np.eye(rows, columns))
    whole = eye_like(v, -2)
    for k in range(tau.shape[-1]):
        one = moved(lambda p, k=k: p[..., k, None], v)
        t = moved(lambda p, k=k: p[..., k, None, None], tau)
        whole = whole - matmul(matmul(whole, one), adjoint(one)) * t
    return moved(lambda p: p[..., :columns], whole)


LINEAR: dict[str, Lowering] = {
    "linalg_inv_ex": inv_ex,
    "linalg_solve_triangular": solve_triangular,
    "triangular_solve": triangular_solve,
    "linalg_cholesky_ex": cholesky_ex,
    "cholesky": lambda a, upper=False: cholesky_ex(a, upper)[0],
    "cholesky_solve": cholesky_solve,
    "_cholesky_solve_helper": cholesky_solve,
    "cholesky_inverse": lambda factor, upper=False: cholesky_solve(eye_like(factor), factor, upper),
    "linalg_matrix_exp": linear.expm,
    "linalg_householder_product": householder_product,
}


def eig(o: Operation, a: Step) -> Made:
    """Eigenvalues and vectors of any matrix, in the run's order."""
    given = {"values": o.results[0], "vectors": o.results[1]}
    return (
        eigenpairs.eigenvalues_of_any(a, **given),
        eigenpairs.eigenvectors_of_any(a, **given),
    )


FACTORED: dict[str, Lowering] = {
    "_linalg_eigh": eigh,
    "_linalg_svd": svd,
    "linalg_eig": eig,
    "linalg_qr": qr,
    "linalg_pinv": pinv,
    "linalg_lstsq": lstsq,
}
