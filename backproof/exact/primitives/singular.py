"""Singular values and the vectors beside them, (..., m, n) of full rank: A = U diag(s) V^H.

U and V have min(m, n) columns. A pair of vectors has the sign, or the phase, that makes the sum of
its products with a given pair positive: with the pair that the run had. J. Townsend,
Differentiating the singular value decomposition (2016). The slopes of complex vectors are unknown.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backproof.exact.balls import Balls, as_balls, filled
from backproof.exact.primitive import primitive
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.special import UNKNOWN_SLOPE
from backproof.exact.primitives.spectra import gaps, gaps_of, likened, spectrum
from backproof.exact.primitives.stacks import (
    adjoint,
    adjoint_balls,
    backward_error,
    by_matrix,
    eye_like,
    hermitian_balls,
    plain,
    rows,
)
from backproof.exact.record import Step


# -- values ---------------------------------------------------------------------------------------
def _exact(a: Balls) -> tuple[Balls, Balls, Balls]:
    """U, s, V by the eigenvectors of the smaller of A^H A and A A^H."""
    own, star = plain(a), adjoint_balls(plain(a))
    tall = a.shape[0] >= a.shape[1]
    squares, v = spectrum(hermitian_balls(as_balls(star @ own if tall else own @ star)))
    s = filled((x.sqrt() for x in squares[::-1].tolist()), squares.shape)
    near = likened(v[:, ::-1], np.ones(v.shape))
    far = as_balls((own if tall else star) @ near / s)
    return (far, s, near) if tall else (near, s, far)


def _paired(a: Balls, u: Any, vh: Any) -> tuple[Balls, Balls]:
    """U and V^H in balls, turned as the given pairs are."""
    own, _, other = _exact(a)
    along = (own * np.conj(u)).sum(axis=0) + (other * vh.T).sum(axis=0)
    turn = filled((abs(x) / x for x in along.tolist()), along.shape)
    return as_balls(own * turn), adjoint_balls(as_balls(other * turn))


def _thin(a: Any, u: Any, vh: Any) -> tuple[Any, Any, Any]:
    """U, s, V^H in floats, turned as the given pairs are."""
    own, s, other = np.linalg.svd(a, full_matrices=False)
    along = np.sum(own * np.conj(u), axis=-2) + np.sum(np.conj(other) * vh, axis=-1)
    turn = np.abs(along) / np.where(along == 0, 1, along)
    return own * turn[..., None, :], s, np.conj(turn)[..., :, None] * other


def _as_run(a: Step) -> dict[str, Any]:
    u, _, vh = np.linalg.svd(a.value, full_matrices=False)
    return {"u": u, "vh": vh}


def _values_pull(g: Step, y: Step, a: Step) -> tuple[Any, ...]:
    given = _as_run(a)
    return (matmul(singular_u(a, **given) * rows(g), singular_vh(a, **given)),)


def _values_push(ts: Any, y: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.einsum("...ik,...ij,...kj->...k", np.conj(u), ts[0], np.conj(vh)).real


singular_values = primitive(
    "singular_values",
    lambda a: np.linalg.svd(a, compute_uv=False),
    by_matrix(lambda a: _exact(a)[1]),
    pull=_values_pull,
    push=_values_push,
    error=backward_error(_values_push, 2.0),
    summary="the singular values in descending order",
)


# -- vectors --------------------------------------------------------------------------------------
def _outside(u: Step, g: Step) -> Step:
    """(I - U U^H) g."""
    return matmul(eye_like(u, -2) - matmul(u, adjoint(u)), g)


def _side_pull(g: Step, u: Step, v: Step, s: Step) -> Step:
    """The adjoint of A where g is that of U, A = U S V^H, all real."""
    inner = gaps(s * s) * matmul(adjoint(u), g)
    along = matmul(u, (inner + adjoint(inner)) * rows(s))
    return matmul(along + _outside(u, g) / rows(s), adjoint(v))


def _u_pull(g: Step, y: Step, a: Step, u: Any, vh: Any) -> tuple[Any, ...]:
    if a.is_complex:
        return (a * UNKNOWN_SLOPE,)
    v = adjoint(singular_vh(a, u=u, vh=vh))
    return (_side_pull(g, y, v, singular_values(a)),)


def _vh_pull(g: Step, y: Step, a: Step, u: Any, vh: Any) -> tuple[Any, ...]:
    if a.is_complex:
        return (a * UNKNOWN_SLOPE,)
    own = singular_u(a, u=u, vh=vh)
    return (adjoint(_side_pull(adjoint(g), adjoint(y), own, singular_values(a))),)


def _side_push(t: Any, u: Any, v: Any, s: Any) -> Any:
    """The tangent of U along t, A = U S V^H."""
    inner = adjoint(u) @ t @ v
    row = s[..., None, :]
    turn = gaps_of(s * s) * (inner * row + row.swapaxes(-1, -2) * adjoint(inner))
    return u @ turn + (t @ v - u @ inner) / row


def _push(side: str, ts: Any, y: Any, a: Any, u: Any, vh: Any) -> Any:
    if np.iscomplexobj(a):
        return y * UNKNOWN_SLOPE
    own, s, other = _thin(a, u, vh)
    if side == "u":
        return _side_push(ts[0], own, adjoint(other), s)
    return adjoint(_side_push(adjoint(ts[0]), adjoint(other), own, s))


def _vectors(name: str, place: int, pull: Callable[..., Any], what: str) -> Any:
    push = partial(_push, name)
    return primitive(
        f"singular_{name}",
        lambda a, u, vh: _thin(a, u, vh)[place],
        by_matrix(lambda a, u, vh: _paired(a, u, vh)[place // 2]),
        pull=pull,
        push=push,
        error=backward_error(push, 4.0),
        summary=f"the {what} singular vectors, turned as given pairs are",
    )


singular_u = _vectors("u", 0, _u_pull, "left")
singular_vh = _vectors("vh", 2, _vh_pull, "right")
