"""Fourier transforms along axes, of complex numbers and of real ones.

A transform is linear: the adjoint of one is another. Adjoints are d/dre + i d/dim, so that of the
transform by F it is F^H. Normed otherwise ("ortho", "forward") it is one of these times a number.
"""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import scipy.fft
from flint import acb, arb

from backproof.exact.balls import Balls, filled, numbers, to_balls
from backproof.exact.primitive import Primitive, primitive
from backproof.exact.primitives.elementwise import real
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step

Axes = tuple[int, ...]


def _along(function: Callable[[list[Any]], list[Any]], x: Balls, axis: int) -> Balls:
    """A function of lists of numbers, of every row of balls along an axis."""
    lying = np.moveaxis(x, axis, -1)
    made = [function(numbers(row)) for row in lying.reshape(-1, lying.shape[-1])]
    flat = filled((z for row in made for z in row), (*lying.shape[:-1], len(made[0])))
    return np.moveaxis(flat, -1, axis)


def _transform(x: Balls, axes: Axes, inverse: bool = False) -> Balls:
    made = to_balls(x)
    for axis in axes:
        made = _along(lambda row: acb.dft(row, inverse=inverse), made, axis)
    return made


def _error(y: Any, x: Any, axes: Axes) -> Any:
    """The error by norm, of every element: sqrt(log2 n) times the root mean square of a result.

    J. Schatzman, Accuracy of the discrete Fourier transform and the fast Fourier transform (1996).
    """
    count = prod(y.shape[k] for k in axes)
    size = np.sqrt(np.mean(np.abs(y) ** 2, axis=axes, keepdims=True))
    return np.broadcast_to(np.sqrt(np.log2(max(count, 2))) * size, y.shape)


def _linear(name: str, floats: Any, balls: Any, pull: Any, summary: str) -> Primitive:
    return primitive(
        name,
        floats,
        balls,
        pull=pull,
        push=lambda ts, y, x, **settings: floats(ts[0], **settings),
        error=_error,
        summary=summary,
    )


def _length(x: Step, axes: Axes) -> int:
    return prod(x.shape[k] for k in axes)


fft: Primitive = _linear(
    "fft",
    lambda x, axes: np.fft.fftn(x, axes=axes),
    _transform,
    lambda g, y, x, axes: (ifft(g, axes=axes) * float(_length(x, axes)),),
    "the Fourier transform along axes",
)
ifft: Primitive = _linear(
    "ifft",
    lambda x, axes: np.fft.ifftn(x, axes=axes),
    lambda x, axes: _transform(x, axes, inverse=True),
    lambda g, y, x, axes: (fft(g, axes=axes) / float(_length(x, axes)),),
    "the inverse Fourier transform along axes",
)


def halved(x: Step, axis: int) -> Step:
    """The first n // 2 + 1 of n elements along an axis."""
    n = x.shape[axis]
    return moved(lambda p: np.take(p, range(n // 2 + 1), axis), x)


def rfft(x: Step, axes: Axes) -> Step:
    """The transform of real numbers, its last axis only as far as it does not repeat itself."""
    return halved(fft(x, axes=axes), axes[-1])


def irfft(x: Step, n: int, axes: Axes) -> Step:
    """The real numbers, n along the last axis, of which x is the transform as `rfft` has it.

    Every element but the first, and for even n the middle one, stands for its conjugate too; of
    these two the imaginary parts count for nothing.
    """
    axis = axes[-1] % x.ndim
    outer = ifft(x, axes=tuple(axes[:-1])) if axes[:-1] else x
    twice = np.where((np.arange(n) == 0) | (2 * np.arange(n) == n), 1.0, 2.0)
    weights = twice.reshape([n if k == axis else 1 for k in range(x.ndim)])
    return real(ifft(moved(lambda p: _filled_up(p, n, axis), outer) * weights, axes=(axis,)))


def _filled_up(positions: Any, n: int, axis: int) -> Any:
    """The first n // 2 + 1 along an axis, with zeros to n."""
    kept = np.take(positions, range(min(n // 2 + 1, positions.shape[axis])), axis)
    after = [(0, n - kept.shape[axis] if k == axis else 0) for k in range(kept.ndim)]
    return np.pad(kept, after)


# -- cosines --------------------------------------------------------------------------------------
def _cosines(n: int) -> Balls:
    """2 cos(pi k (2 j + 1) / (2 n)), k down and j across."""
    places = [(k * (2 * j + 1)) % (4 * n) for k in range(n) for j in range(n)]
    return filled((2 * (arb(place) / (2 * n)).cos_pi() for place in places), (n, n))


def _dct_balls(x: Balls, axis: int, turned: bool = False) -> Balls:
    matrix = _cosines(x.shape[axis])
    matrix = matrix.T if turned else matrix
    return _along(lambda row: list(matrix @ filled(row, (len(row),))), to_balls(x), axis)


def _dct_adjoint(g: Any, axis: int) -> Any:
    """Type 3 has the first element once, the adjoint of type 2 twice."""
    return scipy.fft.dct(g, type=3, axis=axis) + np.take(g, [0], axis)


def _cosine(name: str, floats: Any, balls: Any, pull: Any, summary: str) -> Primitive:
    return primitive(
        name,
        floats,
        balls,
        pull=pull,
        push=lambda ts, y, x, axis: floats(ts[0], axis=axis),
        error=lambda y, x, axis: _error(y, x, axes=(axis,)),
        summary=summary,
    )


dct = _cosine(
    "dct",
    lambda x, axis: scipy.fft.dct(x, axis=axis),
    _dct_balls,
    lambda g, y, x, axis: (dct_adjoint(g, axis=axis),),
    "the cosine transform of type 2 along an axis",
)
dct_adjoint: Primitive = _cosine(
    "dct_adjoint",
    _dct_adjoint,
    lambda g, axis: _dct_balls(g, axis, turned=True),
    lambda gg, y, g, axis: (dct(gg, axis=axis),),
    "the adjoint of the cosine transform of type 2",
)
