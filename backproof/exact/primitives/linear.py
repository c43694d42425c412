"""Linear algebra of stacks of matrices: inverses, solutions, pseudoinverses, the exponential.

Y^H stands for the conjugate transpose. Adjoints: M. Giles, An extended collection of matrix
derivative results (2008); of the pseudoinverse: Golub and Pereyra (1973).
"""

from typing import Any

import numpy as np
import scipy.linalg

from backproof.exact.balls import Balls, as_balls
from backproof.exact.primitive import primitive
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.stacks import (
    adjoint,
    adjoint_balls,
    backward_error,
    by_flint,
    by_matrix,
    eye_like,
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


# -- pseudoinverse and exponential ----------------------------------------------------------------
def _pinv_balls(a: Balls) -> Balls:
    star = adjoint_balls(a)
    if a.shape[0] >= a.shape[1]:
        return by_flint("solve")(as_balls(star @ a), star)
    return adjoint_balls(by_flint("solve")(as_balls(a @ star), a))


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
    error=backward_error(_pinv_push, 2.0),
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
    error=backward_error(_expm_push, 2.0),
    summary="the exponential of every matrix",
)
