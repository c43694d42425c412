"""Which arithmetic is in force, what happened in it, and how it says that it cannot go on."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import flint
import numpy as np

from reference.exact.place import Place

NOT_THEIRS = (os.path.dirname(__file__), os.path.dirname(np.__file__))


class CannotFollow(TypeError):
    """Exact arithmetic cannot follow the code here; the message names the file and the line."""


class TooFewBits(CannotFollow):
    """The bits in force leave open what more of them would tell."""


class Watch:
    """The arithmetic in force and what happened in it.

    presume: whether balls that surely differ by less than 2^-256 compare as equal; presumed: how
    many did. ties: how many comparisons met equal numbers. at: finds the code that a step of a
    traced program comes from, while the program is evaluated.
    """

    presume = False
    presumed = 0
    ties = 0
    at: Callable[[], Place | None] | None = None


@contextmanager
def exactly(bits: int, presume: bool = False) -> Iterator[type[Watch]]:
    """Compute with `Ball`s of `bits` bits. Yields the watch; contexts do not nest."""
    Watch.presume = presume
    Watch.ties = Watch.presumed = 0
    Watch.at = None
    with flint.ctx.workprec(bits), _without_collector():
        yield Watch


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
