"""Fourier transforms along axes."""

from collections.abc import Sequence
from math import prod

from backproof.exact.primitives import fourier as f
from backproof.exact.primitives.elementwise import complex_
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

UNSCALED, BY_ROOT, BY_COUNT = 0, 1, 2
"""torch's numbers for what a sum is divided by."""


def _scaled(y: Step, count: int, norm: int) -> Step:
    if norm == UNSCALED:
        return y
    return y / (float(count) ** 0.5 if norm == BY_ROOT else float(count))


def _complex(x: Step) -> Step:
    return x if x.is_complex else complex_(x, x * 0.0)


def c2c(x: Step, dim: Sequence[int], norm: int, forward: bool) -> Step:
    """Of complex numbers; the inverse one is not divided by the count unless asked."""
    axes = tuple(k % x.ndim for k in dim)
    count = prod(x.shape[k] for k in axes)
    if forward:
        return _scaled(f.fft(_complex(x), axes=axes), count, norm)
    inverse = f.ifft(_complex(x), axes=axes)
    if norm == BY_COUNT:
        return inverse
    return inverse * (float(count) if norm == UNSCALED else float(count) ** 0.5)


def r2c(x: Step, dim: Sequence[int], norm: int, onesided: bool) -> Step:
    """Of real numbers, half of it where the rest repeats."""
    axes = tuple(k % x.ndim for k in dim)
    y = f.rfft(x, axes=axes) if onesided else f.fft(x, axes=axes)
    return _scaled(y, prod(x.shape[k] for k in axes), norm)


def c2r(x: Step, dim: Sequence[int], norm: int, size: int) -> Step:
    """Back to real numbers."""
    axes = tuple(k % x.ndim for k in dim)
    count = prod(x.shape[k] for k in axes[:-1]) * size
    y = f.irfft(_complex(x), size, axes)
    if norm == BY_COUNT:
        return y
    return y * (float(count) if norm == UNSCALED else float(count) ** 0.5)


FOURIER: dict[str, Lowering] = {"_fft_c2c": c2c, "_fft_r2c": r2c, "_fft_c2r": c2r}
