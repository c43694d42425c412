"""Linear algebra of libraries that is several primitives: what each of them is made of.

Signs of determinants, pivots and the signs of vectors are decisions of the run. What reads one
triangle of a symmetric matrix begins with `mirrored`, a move: the gradient is then by the elements
that were read.
"""

from typing import Any

import numpy as np

from backproof.exact.composites import absolute, norm
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import determinants, eigenpairs, factors, linear, singular, spectra
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import reshaped, summed
from backproof.exact.primitives.stacks import (
    adjoint,
    columns,
    diagonal,
    eye_like,
    lower,
    transposed,
    upper,
)
from backproof.exact.record import Step


# -- symmetric arguments --------------------------------------------------------------------------
def mirrored(a: Step, is_lower: bool = True) -> Step:
    """A Hermitian matrix of which one triangle is read, the imaginary part of the diagonal not."""
    keep, k = (np.tril, -1) if is_lower else (np.triu, 1)
    if not a.is_complex:
        return moved(lambda p: keep(p) + np.swapaxes(keep(p, k), -1, -2), a)
    beside = moved(lambda p: keep(p, k), a)
    return beside + adjoint(beside) + columns(e.real(diagonal(a))) * eye_like(a)


# -- solutions ------------------------------------------------------------------------------------
def solve(a: Step, b: Step) -> Step:
    """x with a x = b, as NumPy has it: b is one vector, or stacks of matrices that broadcast."""
    if b.ndim == 1:
        return reshaped(solve(a, columns(b)), (*a.shape[:-2], b.shape[0]))
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return linear.solve(_stretched(a, lead), _stretched(b, lead))


def _stretched(x: Step, lead: tuple[int, ...]) -> Step:
    if x.shape[:-2] == lead:
        return x
    return moved(lambda p: np.broadcast_to(p, (*lead, *p.shape[-2:])), x)


def solve_triangular(
    a: Step, b: Step, is_lower: bool = False, turned: str = "N", unit: bool = False
) -> Step:
    """x with T x = b for a triangle T of a, its transpose ("T") or adjoint ("C").

    unit: whether the diagonal is read as ones.
    """
    read = lower(a, -1 if unit else 0) if is_lower else upper(a, 1 if unit else 0)
    read = read + eye_like(a) if unit else read
    whole = {"N": lambda x: x, "T": transposed, "C": adjoint}[turned](read)
    return solve(whole, b)


def cho_solve(factor: Step, b: Step, is_lower: bool = True) -> Step:
    """x with L L^H x = b, from one triangle that holds L, or L^H."""
    first, second = ("N", "C") if is_lower else ("C", "N")
    half = solve_triangular(factor, b, is_lower, first)
    return solve_triangular(factor, half, is_lower, second)


def lstsq(a: Step, b: Step) -> Step:
    """The x of least |a x - b|, a of full rank; the shortest of several."""
    return matmul(linear.pinv(a), b)


# -- determinants ---------------------------------------------------------------------------------
def slogdet(a: Step) -> tuple[Step, Step]:
    """The sign, a decision (of complex matrices the phase, which has a slope), and log |det|."""
    logarithm = determinants.logabsdet(a)
    if a.is_complex:
        whole = determinants.det(a)
        return whole / absolute(whole), logarithm
    return d.other(a, function=lambda v: np.linalg.slogdet(v)[0]), logarithm


# -- factors --------------------------------------------------------------------------------------
def cholesky(a: Step, is_upper: bool = False, reads_lower: bool = True) -> Step:
    """L, or L^H, with L L^H = A, of which one triangle is read."""
    made = factors.cholesky(mirrored(a, reads_lower))
    return adjoint(made) if is_upper else made


def qr(a: Step, run: Any = None) -> tuple[Step, Step]:
    """Q and R, (..., m, k) and (..., k, n) for k = min(m, n); run: the R whose signs hold."""
    m, n = a.shape[-2:]
    r = np.linalg.qr(a.value)[1] if run is None else run
    signs = np.sign(np.diagonal(r, axis1=-2, axis2=-1).real)
    front = a if n <= m else moved(lambda p: p[..., :m], a)
    q, made = factors.qr_q(front, signs=signs), factors.qr_r(front, signs=signs)
    if n <= m:
        return q, made
    rest = matmul(adjoint(q), moved(lambda p: p[..., m:], a))
    return q, moved(lambda x, y: np.concatenate([x, y], axis=-1), made, rest)


def lu(a: Step) -> tuple[Step, Step]:
    """L and U in one array, and the order of rows, a decision, with a[order] = L U."""
    order = d.other(a, function=factors.exchanges)
    taken = moved(lambda p, k: np.take_along_axis(p, k[..., None], -2), a, by=(order,))
    return factors.lu(taken), order


# -- spectra --------------------------------------------------------------------------------------
def eigh(a: Step, run: Any = None, reads_lower: bool = True) -> tuple[Step, Step]:
    """Eigenvalues and vectors of a Hermitian matrix; run: the vectors whose signs hold."""
    whole = mirrored(a, reads_lower)
    like = np.linalg.eigh(whole.value)[1] if run is None else run
    return spectra.eigenvalues(whole), spectra.eigenvectors(whole, like=like)


def eigvalsh(a: Step, reads_lower: bool = True) -> Step:
    """The eigenvalues of a Hermitian matrix in ascending order."""
    return spectra.eigenvalues(mirrored(a, reads_lower))


def eig(a: Step, run: tuple[Any, Any] | None = None) -> tuple[Step, Step]:
    """Eigenvalues and vectors of any square matrix; run: those whose order and phases hold.

    LAPACK's vectors have length 1, and complex ones a largest element that is real.
    """
    values, vectors = np.linalg.eig(a.value) if run is None else run
    given = {"values": values.astype(complex), "vectors": vectors.astype(complex)}
    found = eigenpairs.eigenvalues_of_any(a, **given)
    v = eigenpairs.eigenvectors_of_any(a, **given)
    length = norm(v, -2, keepdims=True)
    if not np.iscomplexobj(vectors):
        return e.real(found), e.real(v / length)
    places = np.argmax(np.abs(vectors), axis=-2)[..., None, :]
    top = moved(lambda p: np.take_along_axis(p, places, -2), v)
    given_top = np.take_along_axis(given["vectors"], places, -2)
    phase = a.record.constant(given_top / np.abs(given_top))
    return found, v / length * (np.conjugate(top) / absolute(top)) * phase


def svd(a: Step, run: tuple[Any, Any] | None = None) -> tuple[Step, Step, Step]:
    """U, s, V^H without what lies beyond min(m, n); run: the U and V^H whose signs hold."""
    u, vh = np.linalg.svd(a.value, full_matrices=False)[::2] if run is None else run
    left = singular.singular_u(a, u=u, vh=vh)
    return left, singular.singular_values(a), singular.singular_vh(a, u=u, vh=vh)


# -- powers and norms -----------------------------------------------------------------------------
def trace(a: Step) -> Step:
    """The sum of the diagonal."""
    return summed(diagonal(a), -1)


def matrix_power(a: Step, n: int) -> Step:
    """a multiplied n times, by squares; of the inverse for negative n."""
    if n < 0:
        return matrix_power(linear.inv(a), -n)
    if n == 0:
        return moved(lambda p: p * 0, a) + eye_like(a)
    half = matrix_power(a, n // 2) if n > 1 else None
    if half is None:
        return a
    square = matmul(half, half)
    return matmul(square, a) if n % 2 else square
