"""Linear algebra and Fourier transforms by JAX's names.

What a factorisation decides, the order of rows, is what JAX itself decides on the run's matrix; the
signs of vectors and of diagonals are those that JAX gave.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from backproof.exact import matrices
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import factors, fourier, singular, spectra
from backproof.exact.primitives import stacks as st
from backproof.exact.primitives.linear import solve
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule
from backproof.programs.run import CannotFollow

Builds = list[Callable[[], Step]]


def own(x: Step) -> Any:
    """The matrices in the dtype that they have in the run, for JAX."""
    name = x.precision.name if x.precision else "float64"
    complex_names = {"float32": "complex64", "float64": "complex128"}
    return jnp.asarray(x.value, jnp.dtype(complex_names[name] if x.is_complex else name))


def _cholesky(x: Step, **_: Any) -> Step:
    """L; above its diagonal, where nobody reads, LAPACK leaves what stood there."""
    made, run = matrices.cholesky(x), lax.linalg.cholesky_p.bind(own(x))
    above = np.triu(np.ones(x.shape, dtype=bool), 1)
    left = bool((np.asarray(run)[above] == x.value[above]).all())
    return moved(_below_and_above, made, x) if left else made


def _below_and_above(below: Any, above: Any) -> Any:
    return np.tril(below) + np.triu(above, 1)


def _triangular_solve(
    a: Step,
    b: Step,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    conjugate_a: bool,
    unit_diagonal: bool,
) -> Step:
    """x with op(a) x = b, or x op(a) = b. a: (..., n, n)  b: (..., n, m) or (..., m, n)."""
    strict = int(unit_diagonal)
    a = st.lower(a, -strict) if lower else st.upper(a, strict)
    a = a + st.eye_like(a) if unit_diagonal else a
    a = np.conjugate(a) if conjugate_a and a.is_complex else a
    if left_side:
        return solve(st.transposed(a) if transpose_a else a, b)
    turned = a if transpose_a else st.transposed(a)
    return st.transposed(solve(turned, st.transposed(b)))


def _tridiagonal_solve(dl: Step, d: Step, du: Step, b: Step, **_: Any) -> Step:
    """x with a x = b, a of three diagonals. dl, d, du: (..., n), of which the first of dl and the
    last of du are not read  b: (..., n, m)
    """
    return solve(moved(_of_diagonals, dl, d, du), b)


def _of_diagonals(dl: Any, d: Any, du: Any) -> Any:
    a, k = np.zeros((*d.shape, d.shape[-1]), d.dtype), np.arange(d.shape[-1])
    a[..., k, k] = d
    a[..., k[1:], k[:-1]] = dl[..., 1:]
    a[..., k[:-1], k[1:]] = du[..., :-1]
    return a


LINEAR: dict[str, Rule] = {
    "cholesky": _cholesky,
    "fft": lambda x, *, fft_type, fft_lengths: _fft(x, int(fft_type), tuple(fft_lengths)),
    "triangular_solve": _triangular_solve,
    "tridiagonal_solve": _tridiagonal_solve,
}


def _fft(x: Step, kind: int, lengths: tuple[int, ...]) -> Step:
    """The transform over the last axes, as JAX numbers the kinds: to complex numbers and back, of
    real numbers and back to them.
    """
    axes = tuple(range(x.ndim - len(lengths), x.ndim))
    if kind == 3:
        return fourier.irfft(x, lengths[-1], axes)
    return (fourier.fft, fourier.ifft, _rfft)[kind](x, axes=axes)


def _rfft(x: Step, axes: tuple[int, ...]) -> Step:
    return fourier.rfft(x, axes)


def _lu(x: Step, **_: Any) -> Builds:
    """L and U in one array, the exchanges, the order of rows."""
    if x.shape[-1] != x.shape[-2]:
        raise CannotFollow("its matrix is not square")
    decided = [d.other(x, function=partial(_exchanges, own(x).dtype, k)) for k in (1, 2)]
    ordered = moved(_in_order, x, by=(decided[1],))
    return [lambda: factors.lu(ordered), lambda: decided[0], lambda: decided[1]]


def _exchanges(dtype: Any, k: int, x: Any) -> Any:
    with jax.enable_x64(True):
        return np.asarray(lax.linalg.lu(jnp.asarray(x, dtype))[k])


def _in_order(x: Any, order: Any) -> Any:
    return np.take_along_axis(x, order[..., None], -2)


def _qr(x: Step, *, pivoting: bool, full_matrices: bool, **_: Any) -> Builds:
    rows, columns = x.shape[-2:]
    if pivoting or rows < columns or (full_matrices and rows > columns):
        raise CannotFollow("it has a rule for tall matrices and their reduced form alone")
    diagonal = jnp.diagonal(lax.linalg.qr(own(x), full_matrices=False)[1], axis1=-2, axis2=-1)
    signs = np.where(np.asarray(diagonal).real < 0, -1.0, 1.0)
    return [partial(factors.qr_q, x, signs=signs), partial(factors.qr_r, x, signs=signs)]


def _eigh(x: Step, *, lower: bool, **_: Any) -> Builds:
    """Vectors as columns, and values."""
    whole = matrices.mirrored(x, lower)
    vectors, _values = lax.linalg.eigh(own(x), lower=lower, symmetrize_input=False)
    like = np.asarray(vectors).astype(np.complex128 if x.is_complex else np.float64)
    return [partial(spectra.eigenvectors, whole, like=like), partial(spectra.eigenvalues, whole)]


def _svd(x: Step, *, compute_uv: bool, full_matrices: bool, **_: Any) -> Builds:
    """Values, and where they are asked for the vectors on either side."""
    values = partial(singular.singular_values, x)
    if not compute_uv:
        return [values]
    u, _s, vh = lax.linalg.svd(own(x), full_matrices=False)
    given = {"u": np.asarray(u), "vh": np.asarray(vh)}
    left, right = (
        partial(singular.singular_u, x, **given),
        partial(singular.singular_vh, x, **given),
    )
    if full_matrices and x.shape[-1] != x.shape[-2]:
        return [values, _unfollowed, _unfollowed]
    return [values, left, right]


def _unfollowed() -> Step:
    raise CannotFollow("singular vectors beyond the rank have no slope")


FACTORS: dict[str, Callable[..., Builds]] = {"eigh": _eigh, "lu": _lu, "qr": _qr, "svd": _svd}
