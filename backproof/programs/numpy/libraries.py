"""Functions of SciPy's that are followed; every other one is an escape."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from types import FunctionType
from typing import Any

import numpy as np
import scipy.fft
import scipy.linalg
import scipy.signal
from scipy import special
from scipy.spatial import distance

from backproof.exact import composites as c
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import integrals
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.special import polygamma, psi
from backproof.exact.record import Step
from backproof.programs.numpy import distances
from backproof.programs.numpy.choices import of_arrays
from backproof.programs.numpy.library_code import Library, is_written
from backproof.programs.numpy.operands import escaping, is_known
from backproof.programs.numpy.products import LETTERS, einsum
from backproof.programs.numpy.scipy_matrices import MATRICES, as_numpy
from backproof.programs.numpy.tape import Tape
from backproof.programs.run import CannotFollow

Handler = Callable[..., Any]


def _softmax(x: Step, axis: Any = None) -> Step:
    return c.softmax(x, axis)


def _log_softmax(x: Step, axis: Any = None) -> Step:
    return c.log_softmax(x, axis)


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
    return e.complex_(branches[k](x), 0.0 * x)


HANDLERS: dict[Any, Handler] = {
    special.lambertw: of_arrays(special.lambertw, _lambertw),
    special.polygamma: of_arrays(special.polygamma, _polygamma, 2),
    special.softmax: of_arrays(special.softmax, _softmax),
    special.log_softmax: of_arrays(special.log_softmax, _log_softmax),
    **MATRICES,
    distance.cdist: distances.cdist,
    distance.pdist: distances.pdist,
    distance.squareform: distances.squareform,
    scipy.signal.convolve: of_arrays(scipy.signal.convolve, _convolve, 2),
    scipy.signal.fftconvolve: of_arrays(scipy.signal.fftconvolve, _convolve, 2),
    scipy.signal.convolve2d: of_arrays(scipy.signal.convolve2d, _convolve, 2),
    scipy.signal.correlate: of_arrays(scipy.signal.correlate, _correlate, 2),
    scipy.signal.correlate2d: of_arrays(scipy.signal.correlate2d, _correlate, 2),
    **{
        getattr(scipy.fft, name): as_numpy(getattr(np.fft, name))
        for name in ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn", "rfftn")
    },
}


def of_library(tape: Tape, function: Any, library: Library) -> Callable[..., Any]:
    """A function of a library's, of arrays that may know their steps: lowered, run in its own
    Python where that takes such arrays, or an escape.
    """
    handler, name = HANDLERS.get(function), getattr(function, "__name__", "compiled code")
    home = getattr(function, "__module__", type(function).__name__)
    written = isinstance(function, FunctionType) and is_written(function)
    inside = library.function(function) if written and handler is None else None

    @wraps(function)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if not tape.follows or not is_known((args, kwargs)):
            return function(*args, **kwargs)
        if handler is not None:
            return handler(tape, *args, **kwargs)
        if inside is not None:
            with suppress(Exception):
                return inside(*args, **kwargs)
        return escaping(tape, f"{home}.{name}", function, args, kwargs)

    return stand_in
