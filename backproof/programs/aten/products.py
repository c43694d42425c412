"""Products of matrices and vectors."""

from collections.abc import Sequence

import numpy as np

from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import contract, matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def plus(c: Step, ab: Step, beta: float = 1, alpha: float = 1) -> Step:
    """beta c + alpha ab."""
    ab = ab if alpha == 1 else ab * alpha
    return ab if beta == 0 else (c if beta == 1 else c * beta) + ab


def outer(a: Step, b: Step) -> Step:
    """a_i b_j."""
    return contract(a, b, letters="i,j->ij")


def addbmm(c: Step, a: Step, b: Step, beta: float = 1, alpha: float = 1) -> Step:
    """beta c + alpha sum_n a_n b_n."""
    return plus(c, summed(matmul(a, b), 0), beta, alpha)


def trilinear(
    a: Step,
    b: Step,
    c: Step,
    expand1: Sequence[int],
    expand2: Sequence[int],
    expand3: Sequence[int],
    sumdim: Sequence[int],
    unroll_dim: int = 1,
) -> Step:
    """The sum over axes of a b c, each with new axes of length 1 first."""
    x, y, z = (
        moved(lambda p, dims=dims: np.expand_dims(p, tuple(dims)), t)
        for t, dims in ((a, expand1), (b, expand2), (c, expand3))
    )
    return summed(x * y * z, list(sumdim)) if sumdim else x * y * z


PRODUCTS: dict[str, Lowering] = {
    "mm": matmul,
    "bmm": matmul,
    "mv": matmul,
    "dot": matmul,
    "vdot": lambda a, b: matmul(e.conjugate(a) if a.is_complex else a, b),
    "addmm": lambda c, a, b, beta=1, alpha=1: plus(c, matmul(a, b), beta, alpha),
    "baddbmm": lambda c, a, b, beta=1, alpha=1: plus(c, matmul(a, b), beta, alpha),
    "addmv": lambda c, a, b, beta=1, alpha=1: plus(c, matmul(a, b), beta, alpha),
    "addr": lambda c, a, b, beta=1, alpha=1: plus(c, outer(a, b), beta, alpha),
    "addbmm": addbmm,
    "_trilinear": trilinear,
}
