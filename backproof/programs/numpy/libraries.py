"""Functions of SciPy's that are followed; every other one is an escape."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import scipy.fft
import scipy.linalg
import scipy.signal
from scipy import special
from scipy.spatial import distance

from backproof.exact import composites as c
from backproof.exact import matrices as m
from backproof.exact.primitives import determinants, integrals, linear
from backproof.exact.primitives.elementwise import complex_
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.special import polygamma, psi
from backproof.exact.record import Step
from backproof.programs.numpy import distances
from backproof.programs.numpy.choices import of_arrays
from backproof.programs.numpy.operands import escaping, is_known, plain
from backproof.programs.numpy.products import LETTERS, einsum
from backproof.programs.numpy.tape import Tape
from backproof.programs.run import CannotFollow

Handler = Callable[..., Any]


def _logsumexp(
    tape: Tape, a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, **more: Any
) -> Any:
    """scipy.special.logsumexp; with weights by its definition."""
    if b is None and not more:
        handler = of_arrays(special.logsumexp, c.logsumexp)
        return handler(tape, a, axis=axis, keepdims=keepdims)
    top = np.max(plain(a), axis=axis, keepdims=True)
    sums = np.sum(np.exp(a - top) * (1.0 if b is None else b), axis=axis, keepdims=True)
    found = np.log(sums) + top
    return found if keepdims else np.squeeze(found, axis=axis)


def _softmax(x: Step, axis: Any = None) -> Step:
    return c.softmax(x, axis)


def _log_softmax(x: Step, axis: Any = None) -> Step:
    return c.log_softmax(x, axis)


def _cholesky(a: Step, lower: bool = False, **_: Any) -> Step:
    return m.cholesky(a, is_upper=not lower, reads_lower=lower)


def _solve_triangular(
    a: Step, b: Step, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **_: Any
) -> Step:
    turned = {0: "N", 1: "T", 2: "C"}.get(trans, trans)
    return m.solve_triangular(a, b, lower, turned, unit_diagonal)


def _cho_factor(tape: Tape, a: Any, lower: bool = False, **_: Any) -> Any:
    """scipy.linalg.cho_factor, with zeros where SciPy leaves what was there."""
    return of_arrays(scipy.linalg.cholesky, _cholesky)(tape, a, lower=lower), lower


def _cho_solve(tape: Tape, c_and_lower: Any, b: Any, **_: Any) -> Any:
    """scipy.linalg.cho_solve."""
    factor, is_lower = c_and_lower

    def run(f: Any, right: Any) -> Any:
        return scipy.linalg.cho_solve((f, is_lower), right)

    return of_arrays(run, lambda f, right: m.cho_solve(f, right, is_lower), 2)(tape, factor, b)


def _convolve(a: Step, v: Step, mode: str = "full", **_: Any) -> Step:
    """A convolution along all axes: windows of one with the other turned round."""
    turned = moved(lambda p: p[(slice(None, None, -1),) * p.ndim], v)
    return _windows(a, turned, mode)


def _correlate(a: Step, v: Step, mode: str = "full", **_: Any) -> Step:
    return _windows(a, np.conjugate(v) if v.is_complex else v, mode)


def _windows(a: Step, v: Step, mode: str) -> Step:
    """Every window of a with v: of the full result the middle part that a mode names."""
    axes = LETTERS[: a.ndim], LETTERS[a.ndim : 2 * a.ndim]
    keep = tuple(_kept(n, k, mode) for n, k in zip(a.shape, v.shape, strict=True))

    def windows(p: Any) -> Any:
        padded = np.pad(p, [(k - 1, k - 1) for k in v.shape])
        return np.lib.stride_tricks.sliding_window_view(padded, v.shape)[keep]

    letters = f"{axes[0]}{axes[1]},{axes[1]}->{axes[0]}"
    return einsum(letters, moved(windows, a), v)


def _kept(n: int, k: int, mode: str) -> slice:
    if mode == "full":
        return slice(None)
    if mode == "valid":
        return slice(min(n, k) - 1, max(n, k))
    return slice((k - 1) // 2, (k - 1) // 2 + n)


def _polygamma(n: Step, x: Step) -> Step:
    """With an order among the numbers, which has no slope."""
    return polygamma(n, x) if n.value.any() else psi(x)


def _lambertw(x: Step, k: int = 0, **_: Any) -> Step:
    """A branch that is real, as SciPy's complex number."""
    branches = {0: integrals.lambertw, -1: integrals.lambertw_lower}
    if k not in branches:
        raise CannotFollow(f"branch {k} of Lambert's W is complex")
    return complex_(branches[k](x), 0.0 * x)


def _multigammaln(tape: Tape, a: Any, d: Any) -> Any:
    """scipy.special.multigammaln, by its definition."""
    rest = sum(special.gammaln(a - k / 2) for k in range(int(d)))
    return rest + d * (d - 1) / 4 * np.log(np.pi)


def _as_numpy(function: Any) -> Handler:
    return lambda tape, *args, **kwargs: function(*args, **kwargs)


HANDLERS: dict[Any, Handler] = {
    special.logsumexp: _logsumexp,
    special.lambertw: of_arrays(special.lambertw, _lambertw),
    special.polygamma: of_arrays(special.polygamma, _polygamma, 2),
    special.multigammaln: _multigammaln,
    special.softmax: of_arrays(special.softmax, _softmax),
    special.log_softmax: of_arrays(special.log_softmax, _log_softmax),
    scipy.linalg.solve: of_arrays(scipy.linalg.solve, lambda a, b, **_: m.solve(a, b), 2),
    scipy.linalg.inv: of_arrays(scipy.linalg.inv, lambda a, **_: linear.inv(a)),
    scipy.linalg.det: of_arrays(scipy.linalg.det, lambda a, **_: determinants.det(a)),
    scipy.linalg.expm: of_arrays(scipy.linalg.expm, linear.expm),
    scipy.linalg.cholesky: of_arrays(scipy.linalg.cholesky, _cholesky),
    scipy.linalg.cho_factor: _cho_factor,
    scipy.linalg.cho_solve: _cho_solve,
    scipy.linalg.solve_triangular: of_arrays(scipy.linalg.solve_triangular, _solve_triangular, 2),
    scipy.linalg.norm: _as_numpy(np.linalg.norm),
    distance.cdist: distances.cdist,
    distance.pdist: distances.pdist,
    distance.squareform: distances.squareform,
    scipy.signal.convolve: of_arrays(scipy.signal.convolve, _convolve, 2),
    scipy.signal.fftconvolve: of_arrays(scipy.signal.fftconvolve, _convolve, 2),
    scipy.signal.convolve2d: of_arrays(scipy.signal.convolve2d, _convolve, 2),
    scipy.signal.correlate: of_arrays(scipy.signal.correlate, _correlate, 2),
    scipy.signal.correlate2d: of_arrays(scipy.signal.correlate2d, _correlate, 2),
    **{
        getattr(scipy.fft, name): _as_numpy(getattr(np.fft, name))
        for name in ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn", "rfftn")
    },
}


def of_library(tape: Tape, function: Any) -> Callable[..., Any]:
    """A function of SciPy's, of arrays that may know their steps."""

    @wraps(function)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if not tape.follows or not is_known((args, kwargs)):
            return function(*args, **kwargs)
        if function in HANDLERS:
            return HANDLERS[function](tape, *args, **kwargs)
        name = f"{function.__module__}.{function.__name__}"
        return escaping(tape, name, function, args, kwargs)

    return stand_in
