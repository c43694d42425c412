"""Linear algebra of SciPy's, by what the engine has for it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg

from backproof.exact import matrices as m
from backproof.exact.primitives import determinants, linear
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.record import Step
from backproof.programs.numpy.algebra import several
from backproof.programs.numpy.choices import of_arrays
from backproof.programs.numpy.operands import escaping
from backproof.programs.numpy.tape import Tape

Handler = Callable[..., Any]


def as_numpy(function: Any) -> Handler:
    """The handler of what NumPy has too."""
    return lambda tape, *args, **kwargs: function(*args, **kwargs)


def _cholesky(a: Step, lower: bool = False, **_: Any) -> Step:
    return m.cholesky(a, is_upper=not lower, reads_lower=lower)


def _solve_triangular(
    a: Step, b: Step, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **_: Any
) -> Step:
    turned = {0: "N", 1: "T", 2: "C"}.get(trans, trans)
    return m.solve_triangular(a, b, lower, turned, unit_diagonal)


def _cho_factor(tape: Tape, a: Any, lower: bool = False, **_: Any) -> Any:
    """scipy.linalg.cho_factor, with zeros where SciPy leaves what was there."""
    return of_arrays(scipy.linalg.cholesky, _cholesky)(tape, a, lower=lower), lower


def _cho_solve(tape: Tape, c_and_lower: Any, b: Any, **_: Any) -> Any:
    """scipy.linalg.cho_solve."""
    factor, is_lower = c_and_lower

    def run(f: Any, right: Any) -> Any:
        return scipy.linalg.cho_solve((f, is_lower), right)

    return of_arrays(run, lambda f, right: m.cho_solve(f, right, is_lower), 2)(tape, factor, b)


def _eigh(tape: Tape, a: Any, b: Any = None, *, lower: bool = True, **more: Any) -> Any:
    """scipy.linalg.eigh of one matrix, all of it."""
    if b is not None or more.get("subset_by_index") or more.get("subset_by_value"):
        return escaping(tape, "scipy.linalg.eigh", scipy.linalg.eigh, (a, b), more)
    if more.pop("eigvals_only", False):
        return EIGVALSH(tape, a, lower=lower)
    of = several(scipy.linalg.eigh, lambda s, found: m.eigh(s, found[1], lower))
    return of(tape, a, lower=lower)


def _svd(tape: Tape, a: Any, full_matrices: bool = True, compute_uv: bool = True, **_: Any) -> Any:
    """scipy.linalg.svd, as NumPy's."""
    return np.linalg.svd(a, full_matrices, compute_uv)  # type: ignore[call-overload]


def _qr(tape: Tape, a: Any, *, mode: str = "full", **more: Any) -> Any:
    """scipy.linalg.qr, of as many columns as there are."""
    if more.get("pivoting") or (mode != "economic" and a.shape[0] > a.shape[1]):
        return escaping(tape, "scipy.linalg.qr", scipy.linalg.qr, (a,), {"mode": mode, **more})
    found = several(scipy.linalg.qr, lambda s, made: m.qr(s, made[1]))(tape, a, mode="economic")
    return found[1:] if mode == "r" else found


def _sqrtm(a: Step) -> Step:
    """The square root of a matrix whose eigenvalues differ."""
    values, vectors = m.eig(a)
    root = np.sqrt(values)
    found = matmul(vectors * root, linear.inv(vectors))
    return e.real(found) if found.is_complex else found


def _solve_sylvester(a: Step, b: Step, q: Step) -> Step:
    """AX + XB = Q, row by row one system of equations."""
    n, k = q.shape
    left = moved(lambda p: np.kron(p, np.eye(k, dtype=int)), a)
    right = moved(lambda p: np.kron(np.eye(n, dtype=int), p.T), b)
    found = m.solve(left + right, moved(np.ravel, q))
    return moved(lambda p: p.reshape(n, k), found)


def _solve_lyapunov(a: Step, q: Step) -> Step:
    """AX + XA^T = Q."""
    return _solve_sylvester(a, moved(np.transpose, a), q)


def _solve_banded(tape: Tape, l_and_u: Any, ab: Any, b: Any, **_: Any) -> Any:
    """scipy.linalg.solve_banded, of the whole matrix."""
    low, high = l_and_u

    def lower(bands: Step, right: Step) -> Step:
        n = bands.shape[1]
        i, j = np.indices((n, n))
        row = high + i - j
        inside = (row >= 0) & (row <= low + high)
        rows = np.clip(row, 0, low + high)
        return m.solve(moved(lambda p: np.where(inside, p[rows, j], 0), bands), right)

    def run(bands: Any, right: Any) -> Any:
        return scipy.linalg.solve_banded(l_and_u, bands, right)

    return of_arrays(run, lower, 2)(tape, ab, b)


EIGVALSH = of_arrays(scipy.linalg.eigvalsh, lambda a, lower=True, **_: m.eigvalsh(a, lower))

MATRICES: dict[Any, Handler] = {
    scipy.linalg.solve: of_arrays(scipy.linalg.solve, lambda a, b, **_: m.solve(a, b), 2),
    scipy.linalg.inv: of_arrays(scipy.linalg.inv, lambda a, **_: linear.inv(a)),
    scipy.linalg.det: of_arrays(scipy.linalg.det, lambda a, **_: determinants.det(a)),
    scipy.linalg.expm: of_arrays(scipy.linalg.expm, linear.expm),
    scipy.linalg.cholesky: of_arrays(scipy.linalg.cholesky, _cholesky),
    scipy.linalg.cho_factor: _cho_factor,
    scipy.linalg.cho_solve: _cho_solve,
    scipy.linalg.solve_triangular: of_arrays(scipy.linalg.solve_triangular, _solve_triangular, 2),
    scipy.linalg.eigh: _eigh,
    scipy.linalg.eigvalsh: EIGVALSH,
    scipy.linalg.svd: _svd,
    scipy.linalg.svdvals: as_numpy(np.linalg.svdvals),
    scipy.linalg.qr: _qr,
    scipy.linalg.lstsq: as_numpy(np.linalg.lstsq),
    scipy.linalg.pinv: of_arrays(scipy.linalg.pinv, lambda a, **_: linear.pinv(a)),
    scipy.linalg.sqrtm: of_arrays(scipy.linalg.sqrtm, _sqrtm),
    scipy.linalg.solve_sylvester: of_arrays(scipy.linalg.solve_sylvester, _solve_sylvester, 3),
    scipy.linalg.solve_continuous_lyapunov: of_arrays(
        scipy.linalg.solve_continuous_lyapunov, _solve_lyapunov, 2
    ),
    scipy.linalg.solve_banded: _solve_banded,
    scipy.linalg.norm: as_numpy(np.linalg.norm),
}
