"""Rules for products of matrices, and for what is solved with them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_torch.numbers import stacked


def addmm(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """beta c + alpha a b."""
    return _plus(c, a @ b, beta, alpha)


def baddbmm(c: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """beta c + alpha a b, matrix by matrix."""
    return _plus(c, bmm(a, b), beta, alpha)


def bmm(a: Any, b: Any) -> Any:
    """a b, matrix by matrix."""
    shape = (len(a), a.shape[1], b.shape[2])
    return stacked([x @ y for x, y in zip(a, b, strict=True)], shape) if len(a) else a @ b


def trilinear(
    a: Any,
    b: Any,
    c: Any,
    expand1: Sequence[int],
    expand2: Sequence[int],
    expand3: Sequence[int],
    sumdim: Sequence[int],
    unroll_dim: int = 1,
) -> Any:
    """The sum over axes of a b c, each with new axes of length 1 first."""
    x, y, z = (
        np.expand_dims(t, tuple(dims)) for t, dims in ((a, expand1), (b, expand2), (c, expand3))
    )
    return np.add.reduce(x * y * z, axis=tuple(sumdim)) if sumdim else x * y * z


def _plus(c: Any, ab: Any, beta: float, alpha: float) -> Any:
    ab = ab if alpha == 1 else ab * alpha
    return ab if beta == 0 else ab + (c if beta == 1 else c * beta)


PRODUCTS: dict[str, Any] = {
    "_trilinear": trilinear,
    "addmm": addmm,
    "baddbmm": baddbmm,
    "bmm": bmm,
    "dot": lambda a, b: (a[None] @ b[:, None])[0, 0],
    "mm": lambda a, b: a @ b,
    "mv": lambda a, b: (a @ b[:, None])[:, 0],
}
