"""Eigenvalues and vectors of any square matrices, complex, of eigenvalues that differ.

The order is that of given ones, those of the run; a vector v has w^H v = 1 with a given vector w,
so that it depends on A as smoothly as it can. C. van der Veen, N. van der Aa et al., Computation of
eigenvalue and eigenvector derivatives for a general complex-valued eigensystem (2007).
"""

from typing import Any

import flint
import numpy as np

from backproof.exact.balls import Balls, filled, to_matrix
from backproof.exact.primitive import primitive
from backproof.exact.primitives.linear import solve
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.primitives.spectra import gaps, gaps_of
from backproof.exact.primitives.stacks import adjoint, backward_error, by_matrix, rows
from backproof.exact.record import Step


def _pairs(a: Any, values: Any, vectors: Any) -> tuple[Any, Any]:
    """Values and vectors in floats, each where the given value nearest to it stands."""
    found, v = np.linalg.eig(a.astype(complex))
    order = np.argmin(np.abs(values[..., :, None] - found[..., None, :]), axis=-1)
    v = np.take_along_axis(v, order[..., None, :], axis=-1)
    along = np.sum(np.conj(vectors) * v, axis=-2, keepdims=True)
    return np.take_along_axis(found, order, axis=-1), v / along


def _exact(a: Balls, values: Any, vectors: Any) -> tuple[Balls, Balls]:
    found, right = flint.acb_mat(to_matrix(a)).eig(right=True)
    near = np.array([complex(x.mid()) for x in found])
    order = np.argmin(np.abs(values[:, None] - near[None, :]), axis=-1)
    v = filled(right.entries(), a.shape)[:, order]
    along = (v * np.conj(vectors)).sum(axis=0)
    return filled((found[k] for k in order), (len(found),)), v / along


def _values_pull(g: Step, y: Step, a: Step, **given: Any) -> tuple[Any, ...]:
    star = adjoint(eigenvectors_of_any(a, **given))
    return (solve(star, _scaled(g, star)),)


def _scaled(g: Step, star: Step) -> Step:
    return adjoint(adjoint(star) * rows(np.conjugate(g)))


def _values_push(ts: Any, y: Any, a: Any, **given: Any) -> Any:
    v = _pairs(a, **given)[1]
    return np.diagonal(np.linalg.solve(v, ts[0] @ v), axis1=-2, axis2=-1)


eigenvalues_of_any = primitive(
    "eigenvalues_of_any",
    lambda a, values, vectors: _pairs(a, values, vectors)[0],
    by_matrix(lambda a, values, vectors: _exact(a, values, vectors)[0]),
    pull=_values_pull,
    push=_values_push,
    error=backward_error(_values_push, 2.0),
    summary="the eigenvalues of any square matrix, in the order of given ones",
)


def _vectors_pull(g: Step, y: Step, a: Step, **given: Any) -> tuple[Any, ...]:
    along = summed(np.conjugate(y) * g, -2, keepdims=True)
    moving = matmul(adjoint(y), g - a.record.constant(given["vectors"]) * along)
    inner = np.conjugate(gaps(eigenvalues_of_any(a, **given))) * moving
    return (solve(adjoint(y), matmul(inner, adjoint(y))),)


def _vectors_push(ts: Any, y: Any, a: Any, **given: Any) -> Any:
    values = _pairs(a, **given)[0]
    moving = y @ (gaps_of(values) * np.linalg.solve(y, ts[0] @ y))
    along = np.sum(np.conj(given["vectors"]) * moving, axis=-2, keepdims=True)
    return moving - y * along


eigenvectors_of_any = primitive(
    "eigenvectors_of_any",
    lambda a, values, vectors: _pairs(a, values, vectors)[1],
    by_matrix(lambda a, values, vectors: _exact(a, values, vectors)[1]),
    pull=_vectors_pull,
    push=_vectors_push,
    error=backward_error(_vectors_push, 2.0),
    summary="the eigenvectors of any square matrix, of product 1 with given ones",
)
