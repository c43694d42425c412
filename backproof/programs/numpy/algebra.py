"""Linear algebra, by the primitives and compositions that the engine has for it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact import matrices as m
from backproof.exact.primitives import determinants, linear
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.choices import of_arrays
from backproof.programs.numpy.operands import is_floating, known, plain, step_of
from backproof.programs.numpy.tape import Tape

Handler = Callable[..., Any]


def several(func: Any, lower: Callable[..., Any]) -> Handler:
    """The handler of a function of one array with several results: lower is given the step and all
    results, and returns their steps; None for one that is no function of the array.
    """

    def handler(tape: Tape, a: Any, *args: Any, **kwargs: Any) -> Any:
        step = step_of(tape, a)
        results = func(plain(a), *plain(args), **plain(kwargs))
        if not isinstance(results, tuple):
            return known(tape, results, tape.settle(lambda: lower(step, (results,))[0], results))

        def one(k: int) -> Any:
            if not is_floating(results[k]):
                return results[k]
            return known(tape, results[k], tape.settle(lambda: lower(step, results)[k], results[k]))

        made = [one(k) for k in range(len(results))]
        return type(results)(*made) if hasattr(results, "_fields") else tuple(made)

    return handler


def _cholesky(a: Step, *, upper: bool = False) -> Step:
    return m.cholesky(a, is_upper=upper, reads_lower=not upper)


def _qr(tape: Tape, a: Any, mode: str = "reduced") -> Any:
    """numpy.linalg.qr; what lies beyond the columns of a is no function of it."""
    if mode not in ("reduced", "r"):
        tape.escape(f"numpy.linalg.qr of mode {mode}")
        return np.linalg.qr(plain(a), mode)  # type: ignore[call-overload]
    if mode == "r":
        return several(np.linalg.qr, lambda s, found: (m.qr(s, found[0])[1],))(tape, a, mode)
    return several(np.linalg.qr, lambda s, found: m.qr(s, found[1]))(tape, a)


def _eigh(tape: Tape, a: Any, UPLO: str = "L") -> Any:
    """numpy.linalg.eigh."""
    low = UPLO.upper() == "L"
    return several(np.linalg.eigh, lambda s, found: m.eigh(s, found[1], low))(tape, a, UPLO)


def _eigvalsh(a: Step, UPLO: str = "L") -> Step:
    return m.eigvalsh(a, UPLO.upper() == "L")


def _eigvals(tape: Tape, a: Any) -> Any:
    """numpy.linalg.eigvals."""
    return several(np.linalg.eigvals, lambda s, found: (_in_order(s, found[0]),))(tape, a)


def _in_order(a: Step, values: Any) -> Step:
    found = m.eig(a)[0]
    return found if np.iscomplexobj(values) or not found.is_complex else e.real(found)


def _svd(
    tape: Tape, a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """numpy.linalg.svd; what full matrices have beyond the singular values is a constant."""
    if not compute_uv:
        values = lambda s, found: (m.svd(s)[1],)  # noqa: E731
        return several(np.linalg.svd, values)(tape, a, full_matrices, False, hermitian)
    k = min(a.shape[-2:])

    def lower(s: Step, found: Any) -> tuple[Step, ...]:
        u, values, vh = m.svd(s, (found[0][..., :k], found[2][..., :k, :]))
        return _filled(u, found[0], -1), values, _filled(vh, found[2], -2)

    if full_matrices and a.shape[-1] != a.shape[-2]:
        tape.escape("numpy.linalg.svd of full matrices")
    return several(np.linalg.svd, lower)(tape, a, full_matrices, True, hermitian)


def _filled(step: Step, whole: Any, axis: int) -> Step:
    """Vectors, and those beyond as the run had them."""
    count = step.shape[axis]
    if count == whole.shape[axis]:
        return step
    rest = step.record.constant(np.take(whole, range(count, whole.shape[axis]), axis))
    return moved(lambda x, y: np.concatenate([x, y], axis=axis), step, rest)


def _lstsq(tape: Tape, a: Any, b: Any, rcond: Any = None) -> Any:
    """numpy.linalg.lstsq, for matrices of full rank."""
    results = np.linalg.lstsq(plain(a), plain(b), rcond)
    x, residuals, rank, values = results
    if rank < min(a.shape):
        tape.escape("numpy.linalg.lstsq of a matrix without full rank")
        return results
    steps = step_of(tape, a), step_of(tape, b)
    solution = known(tape, x, tape.settle(lambda: m.lstsq(*steps), x))
    left = np.asarray(b) - a @ solution if not residuals.size else b - a @ solution
    squares = np.atleast_1d(np.sum(left**2, axis=0)) if residuals.size else residuals
    return solution, squares, rank, _svd(tape, a, compute_uv=False) if values.size else values


def _pinv(a: Step, *_: Any, **__: Any) -> Step:
    return linear.pinv(a)


ALGEBRA: dict[Any, Handler] = {
    np.linalg.inv: of_arrays(np.linalg.inv, linear.inv),
    np.linalg.det: of_arrays(np.linalg.det, determinants.det),
    np.linalg.slogdet: several(np.linalg.slogdet, lambda a, _: m.slogdet(a)),
    np.linalg.solve: of_arrays(np.linalg.solve, m.solve, 2),
    np.linalg.cholesky: of_arrays(np.linalg.cholesky, _cholesky),
    np.linalg.pinv: of_arrays(np.linalg.pinv, _pinv),
    np.linalg.eigvalsh: of_arrays(np.linalg.eigvalsh, _eigvalsh),
    np.linalg.eig: several(np.linalg.eig, lambda a, found: m.eig(a, tuple(found))),
    np.linalg.eigvals: _eigvals,
    np.linalg.eigh: _eigh,
    np.linalg.qr: _qr,
    np.linalg.svd: _svd,
    np.linalg.svdvals: several(np.linalg.svdvals, lambda a, _: (m.svd(a)[1],)),
    np.linalg.lstsq: _lstsq,
}
