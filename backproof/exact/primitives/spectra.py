"""Eigenvalues and singular values, and their vectors: each a line of its own.

A vector has the sign, or the phase, that makes its product with a given one positive: with the
vector that the run had. Values and vectors that coincide have no slope. Adjoints: Giles (2008);
J. Townsend, Differentiating the singular value decomposition (2016).
"""

from typing import Any

import flint
import numpy as np

from backproof.exact.balls import Balls, filled, numbers, to_matrix
from backproof.exact.primitive import primitive
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.primitives.stacks import (
    adjoint,
    backward_error,
    by_matrix,
    columns,
    eye_like,
    hermitian,
    hermitian_balls,
    rows,
)
from backproof.exact.record import Step


# -- Hermitian matrices ---------------------------------------------------------------------------
def spectrum(a: Balls) -> tuple[Balls, Balls]:
    """Eigenvalues of a Hermitian matrix in ascending order, (n,), and vectors, as columns."""
    is_real = all(type(x) is flint.arb for x in numbers(a))
    found, vectors = flint.acb_mat(to_matrix(a)).eig(right=True)
    order = sorted(range(len(found)), key=lambda k: float(found[k].real.mid()))
    columns_of = filled(vectors.entries(), a.shape)[:, order]
    if is_real:
        columns_of = np.stack([_turned_real(v) for v in columns_of.T], axis=1)
    return filled((found[k].real for k in order), (len(found),)), columns_of


def _turned_real(v: Balls) -> Balls:
    """A complex multiple of a real vector as a real one, divided by its largest element."""
    largest = max(v.tolist(), key=lambda x: float(abs(x).mid()))
    return filled(((x / largest).real for x in v.tolist()), v.shape)


def likened(vectors: Balls, like: Any) -> Balls:
    """The columns of length 1, turned until their products with those of `like` are positive."""
    made = []
    for v, given in zip(vectors.T, like.T, strict=True):
        along = sum(x * y for x, y in zip(v.tolist(), np.conj(given).tolist(), strict=True))
        length = sum((abs(x) ** 2 for x in v.tolist()), flint.arb(0)).sqrt()
        turn = abs(along) / along
        made.append(filled((x * turn / length for x in v.tolist()), v.shape))
    return np.stack(made, axis=1)


def _turned(vectors: Any, like: Any) -> Any:
    along = np.sum(np.conj(like) * vectors, axis=-2, keepdims=True)
    return vectors * (np.abs(along) / np.where(along == 0, 1, along))


def gaps(values: Step) -> Step:
    """1 / (v_j - v_i) off the diagonal, 0 on it."""
    eye = eye_like(rows(values))
    return (1 - eye) / (rows(values) - columns(values) + eye)


def gaps_of(values: Any) -> Any:
    """The same of floats."""
    eye = np.eye(values.shape[-1])
    return (1 - eye) / (values[..., None, :] - values[..., :, None] + eye)


def _values_push(ts: Any, y: Any, a: Any) -> Any:
    v = np.linalg.eigh(hermitian(a))[1]
    return np.einsum("...ik,...ik->...k", np.conj(v), hermitian(ts[0]) @ v).real


def _values_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    v = eigenvectors(a, like=np.linalg.eigh(hermitian(a.value))[1])
    return (matmul(v * rows(g), adjoint(v)),)


eigenvalues = primitive(
    "eigenvalues",
    lambda a: np.linalg.eigvalsh(hermitian(a)),
    by_matrix(lambda a: spectrum(hermitian_balls(a))[0]),
    pull=_values_pull,
    push=_values_push,
    error=backward_error(_values_push, 4.0),
    summary="the eigenvalues of (A + A^H) / 2 in ascending order",
)


def _vectors_pull(g: Step, y: Step, a: Step, like: Any) -> tuple[Any, ...]:
    if y.is_complex:
        given = a.record.constant(like)
        turning = summed(e.imag(np.conjugate(g) * y), -2, keepdims=True)
        length = summed(e.real(np.conjugate(given) * y), -2, keepdims=True)
        g = g + given * (1j * (turning / length))
    inner = gaps(eigenvalues(a)) * matmul(adjoint(y), g)
    return (hermitian(matmul(matmul(y, inner), adjoint(y))),)


def _vectors_push(ts: Any, y: Any, a: Any, like: Any) -> Any:
    values = np.linalg.eigvalsh(hermitian(a))
    moving = y @ (gaps_of(values) * (adjoint(y) @ hermitian(ts[0]) @ y))
    if not np.iscomplexobj(y):
        return moving
    turning = np.sum(np.conj(like) * moving, axis=-2, keepdims=True).imag
    return moving - 1j * y * turning / np.sum(np.conj(like) * y, axis=-2, keepdims=True).real


eigenvectors = primitive(
    "eigenvectors",
    lambda a, like: _turned(np.linalg.eigh(hermitian(a))[1], like),
    by_matrix(lambda a, like: likened(spectrum(hermitian_balls(a))[1], like)),
    pull=_vectors_pull,
    push=_vectors_push,
    error=backward_error(_vectors_push, 4.0),
    summary="the eigenvectors of (A + A^H) / 2 as columns, turned as given ones are",
)
