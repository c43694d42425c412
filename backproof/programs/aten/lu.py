"""Solutions by L and U, with the exchanges of rows that the run made."""

from typing import Any

import numpy as np

from backproof.exact import matrices as m
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import determinants, factors
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.stacks import transposed
from backproof.exact.record import Step
from backproof.programs.aten.linear import Made
from backproof.programs.aten.operations import Lowering, Operation
from backproof.verdict.decisions import AS_RUN


def order_of(pivots: Any, rows: int) -> Any:
    """The order of rows that LAPACK's exchanges make, (..., n)."""
    order = np.broadcast_to(np.arange(rows), (*pivots.shape[:-1], rows)).copy()
    for k in range(pivots.shape[-1]):
        other = pivots[..., k, None] - 1
        kept = np.take_along_axis(order, other, -1)
        np.put_along_axis(order, other, order[..., k, None], -1)
        order[..., k, None] = kept
    return order


def _factored(a: Step, pivots: Any, run: Any) -> Step:
    """L and U in one array, with the run's exchanges; those of the transpose where the run has
    them, as torch does of what lies in rows.
    """
    order = order_of(pivots, a.shape[-2])
    k = min(a.shape[-2:])
    left, right = np.tril(run, -1)[..., :k] + np.eye(a.shape[-2], k), np.triu(run)[..., :k, :]
    own = np.take_along_axis(a.value, order[..., None], -2)
    if a.shape[-1] == a.shape[-2] and not np.allclose(
        left @ right, own, rtol=AS_RUN, atol=AS_RUN / 10
    ):
        a = transposed(a)
    return _eliminated(a, order)


def _eliminated(a: Step, order: Any) -> Step:
    """L and U in one array, of rows in an order that is the run's decision."""
    decided = d.other(a, function=factors.exchanges)
    decided.value = order
    taken = moved(lambda p, i: np.take_along_axis(p, i[..., None], -2), a, by=(decided,))
    k = min(a.shape[-2:])
    square = factors.lu(moved(lambda p: p[..., :k, :k], taken))
    if a.shape[-1] > k:
        rest = m.solve_triangular(square, moved(lambda p: p[..., k:], taken), True, unit=True)
        return moved(lambda p, q: np.concatenate([p, q], -1), square, rest)
    if a.shape[-2] > k:
        low = transposed(moved(lambda p: p[..., k:, :], taken))
        rest = transposed(m.solve_triangular(square, low, False, "T"))
        return moved(lambda p, q: np.concatenate([p, q], -2), square, rest)
    return square


def solve_ex(o: Operation, a: Step, b: Step, left: bool = True, *_: Any, **named: Any) -> Made:
    """x with a x = b, or x a = b, and the factors of a."""
    left = named.get("left", left)
    is_vector = b.ndim == 1 or (a.ndim - 1 == b.ndim and b.shape == a.shape[:-1])
    right = moved(lambda p: p[..., None], b) if is_vector else b
    x = m.solve(a, right) if left else transposed(m.solve(transposed(a), transposed(right)))
    return (
        moved(lambda p: p[..., 0], x) if is_vector else x,
        _factored(a, o.results[2], o.results[1]),
        None,
        None,
    )


def lu_factor_ex(o: Operation, a: Step, *_: Any, **__: Any) -> Made:
    """L and U in one array, and the run's pivots."""
    return _factored(a, o.results[1], o.results[0]), o.decided(1), None


def lu_unpack(o: Operation, packed: Step, pivots: Step, *_: Any, **__: Any) -> Made:
    """The permutation, L and U."""
    rows, k = packed.shape[-2], min(packed.shape[-2:])
    left = moved(lambda p: np.tril(p, -1)[..., :k], packed)
    right = moved(lambda p: np.triu(p)[..., :k, :], packed)
    ones = o.record.constant(np.eye(rows, k))
    return o.record.constant(o.results[0]), left + ones, right


def lu_apart(o: Operation, a: Step, *_: Any, **__: Any) -> Made:
    """P, L and U of a matrix."""
    packed = _eliminated(a, np.argmax(o.results[0], axis=-2))
    return (o.record.constant(o.results[0]), *lu_unpack(o, packed, packed)[1:])


def lu_solve(packed: Step, pivots: Step, b: Step, left: bool = True, adjoint: bool = False) -> Step:
    """x with a x = b or x a = b of the factors of a, or of its adjoint."""
    if not left:
        turned = transposed(b)
        return transposed(_lu_solved(packed, pivots, turned, "" if adjoint else "T"))
    return _lu_solved(packed, pivots, b, "C" if adjoint else "N")


def _lu_solved(packed: Step, pivots: Step, b: Step, turned: str) -> Step:
    order = order_of(np.asarray(pivots.value), packed.shape[-2])
    back = np.argsort(order, axis=-1)
    lead = np.broadcast_shapes(packed.shape[:-2], b.shape[:-2])

    def rows(x: Step, k: Any) -> Step:
        shape = (*lead, *b.shape[-2:])
        at = np.broadcast_to(k, (*lead, k.shape[-1]))[..., None]
        return moved(lambda p: np.take_along_axis(np.broadcast_to(p, shape), at, -2), x)

    if turned == "N":
        half = m.solve_triangular(packed, rows(b, order), True, "N", True)
        return m.solve_triangular(packed, half, False, "N")
    if turned == "":
        conj = np.conjugate(packed) if packed.is_complex else packed
        return _lu_solved(conj, pivots, b, "N")
    half = m.solve_triangular(packed, b, False, turned)
    return rows(m.solve_triangular(packed, half, True, turned, True), back)


def det(o: Operation, a: Step) -> Made:
    """The determinant, and the factors."""
    return determinants.det(a), _factored(a, o.results[2], o.results[1]), None


def slogdet(o: Operation, a: Step) -> Made:
    """The sign, the logarithm of the size, and the factors."""
    sign, logarithm = m.slogdet(a)
    return sign, logarithm, _factored(a, o.results[3], o.results[2]), None


BY_PIVOTS: dict[str, Lowering] = {
    "_linalg_solve_ex": solve_ex,
    "linalg_lu_factor_ex": lu_factor_ex,
    "linalg_lu": lu_apart,
    "lu_unpack": lu_unpack,
    "_linalg_det": det,
    "_linalg_slogdet": slogdet,
}
BY_FACTORS: dict[str, Lowering] = {"linalg_lu_solve": lu_solve}
