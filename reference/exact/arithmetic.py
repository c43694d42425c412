"""Which arithmetic is in force, what happened in it, and how it says that it cannot go on."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flint
import gmpy2
import numpy as np

NOT_THEIRS = (os.path.dirname(__file__), os.path.dirname(np.__file__))
UNBOUNDED = gmpy2.get_emin_min()


class CannotFollow(TypeError):
    """Exact arithmetic cannot follow the code here; the message names the file and the line."""


class Watch:
    """The arithmetic in force and what happened in it.

    number: the kind of number that arrays are lifted to. presume: whether balls that surely differ
    by less than 2^-256 compare as equal; presumed: how many did. ties: how many comparisons met
    equal numbers. noise: draws the relative change of every rounded result.
    """

    number: Any
    noise: Callable[[], float] | None = None
    presume = False
    presumed = 0
    ties = 0


@contextmanager
def exactly(bits: int, presume: bool = False) -> Iterator[type[Watch]]:
    """Compute with `Ball`s of `bits` bits. Yields the watch; contexts do not nest."""
    from reference.exact.ball import Ball

    Watch.number, Watch.presume = Ball, presume
    Watch.ties = Watch.presumed = 0
    with flint.ctx.workprec(bits), _without_collector():
        yield Watch


@contextmanager
def rounded(
    bits: int, smallest: float = 0.0, noise: Callable[[], float] | None = None
) -> Iterator[Any]:
    """Compute with `Rounded` numbers of `bits` bits, to nearest, without a largest number.

    Results below `smallest`, a power of two, become 0; each result is changed by the relative
    amount that `noise` draws. Yields the context of MPFR, whose flag `underflow` tells of the
    former. Contexts do not nest.
    """
    from reference.exact.rounded import Rounded

    Watch.number, Watch.noise = Rounded, noise
    emin = int(np.log2(smallest)) + 1 if smallest else UNBOUNDED
    largest = gmpy2.get_emax_max()
    with gmpy2.context(precision=bits, emin=emin, emax=largest) as context, _without_collector():
        yield context


def where() -> str:
    """The place in somebody's code that asked: the nearest frame outside of here and of NumPy."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(NOT_THEIRS):
        frame = frame.f_back
    return f"at {frame.f_code.co_filename}:{frame.f_lineno}"


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection inside: exact code makes thousands of numbers and no cycle, and the
    search for one takes 40% of the time where torch and JAX are loaded.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
