"""Products: one contraction of two arrays stands for every dot, matmul, einsum and window product.

A contraction is named as einsum names it, "nij,njk->nik": letters in both inputs and the output are
a batch, letters of the inputs alone are summed. Every letter stands at most once in an array.
"""

from collections.abc import Callable
from functools import cache, partial
from math import prod
from typing import Any

import numpy as np

from backproof.exact.balls import product as ball_product
from backproof.exact.balls import to_balls
from backproof.exact.primitive import primitive
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step


def _contract(multiply: Callable[[Any, Any], Any], a: Any, b: Any, letters: str) -> Any:
    """As one product of stacks of matrices, (batch, left, summed) @ (batch, summed, right)."""
    (batch, left, summed), orders = _layout(letters)
    A, B = a.transpose(orders[0]), b.transpose(orders[1])
    stacked, rows, inner = A.shape[:batch], A.shape[batch : batch + left], A.shape[batch + left :]
    columns = B.shape[batch + summed :]
    A = A.reshape(prod(stacked), prod(rows), prod(inner))
    product = multiply(A, B.reshape(prod(stacked), prod(inner), prod(columns)))
    return product.reshape(stacked + rows + columns).transpose(orders[2])


@cache
def _layout(letters: str) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """How many letters are of a batch, of the left, summed; and the orders of axes:
    of a as batch, left, summed; of b as batch, summed, right; of the product as the output.
    """
    (la, lb), out = letters.split("->")[0].split(","), letters.split("->")[1]
    batch = [c for c in out if c in la and c in lb]
    left = [c for c in out if c in la and c not in lb]
    right = [c for c in out if c in lb and c not in la]
    summed = [c for c in la if c in lb and c not in out]
    orders = (
        tuple(la.index(c) for c in batch + left + summed),
        tuple(lb.index(c) for c in batch + summed + right),
        tuple((batch + left + right).index(c) for c in out),
    )
    return tuple(map(len, (batch, left, summed))), orders


_floats = partial(_contract, np.matmul)


def _balls(a: Any, b: Any, letters: str) -> Any:
    return _contract(ball_product, to_balls(a), to_balls(b), letters)


def _pull(g: Step, y: Step, a: Step, b: Step, letters: str) -> tuple[Any, Any]:
    (la, lb), out = letters.split("->")[0].split(","), letters.split("->")[1]
    conj = np.conjugate if g.is_complex or a.is_complex or b.is_complex else lambda x: x
    return (
        contract(g, conj(b), letters=f"{out},{lb}->{la}") if a.is_float else None,
        contract(conj(a), g, letters=f"{la},{out}->{lb}") if b.is_float else None,
    )


def _push(ts: Any, y: Any, a: Any, b: Any, letters: str) -> Any:
    parts = [_floats(ts[0], b, letters)] if ts[0] is not None else []
    parts += [_floats(a, ts[1], letters)] if ts[1] is not None else []
    return sum(parts[1:], parts[0])


def _terms(a: Any, b: Any, letters: str) -> tuple[int, Any]:
    (la, lb), out = letters.split("->")[0].split(","), letters.split("->")[1]
    count = prod(n for c, n in zip(la, a.shape, strict=True) if c in lb and c not in out)
    return count, _floats(np.abs(a) ** 2, np.abs(b) ** 2, letters)


contract = primitive(
    "contract",
    _floats,
    _balls,
    pull=_pull,
    push=_push,
    terms=_terms,
    summary="the sum of products over shared letters: dot, matmul, einsum",
)


def matmul(a: Step, b: Step) -> Step:
    """a @ b, as NumPy has it: of vectors, matrices, and stacks that broadcast."""
    if a.ndim <= 2 or b.ndim <= 2:
        stack = "stuvwxyz"[: max(a.ndim, b.ndim, 2) - 2]
        la = "k" if a.ndim == 1 else (stack if a.ndim > 2 else "") + "ik"
        lb = "k" if b.ndim == 1 else (stack if b.ndim > 2 else "") + "kj"
        out = stack + ("i" if a.ndim > 1 else "") + ("j" if b.ndim > 1 else "")
        return contract(a, b, letters=f"{la},{lb}->{out}")
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    stack = "stuvwxyz"[: len(lead)]
    stretched = [x if x.shape[:-2] == lead else moved(partial(_stretch, lead), x) for x in (a, b)]
    return contract(*stretched, letters=f"{stack}ik,{stack}kj->{stack}ij")


def _stretch(lead: tuple[int, ...], positions: Any) -> Any:
    return np.broadcast_to(positions, (*lead, *positions.shape[-2:]))
