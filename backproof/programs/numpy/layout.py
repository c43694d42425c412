"""Where an array's elements lie in memory: who owns it, from where to where, and in what order."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds


def plain_view(array: Any) -> Any:
    """The same memory as an array of no subclass."""
    return array if type(array) is np.ndarray else np.ndarray.view(array, np.ndarray)


def owner_of(array: Any) -> Any:
    """The array that owns an array's memory, or the last one before a foreign buffer."""
    owner, below = array, array.base
    while below is not None:
        if isinstance(below, np.ndarray):
            owner = below
        below = below.obj if isinstance(below, memoryview) else getattr(below, "base", None)
    return owner


def pointer(array: Any) -> int:
    """The address of an array's first element."""
    address: int = plain_view(array).__array_interface__["data"][0]
    return address


def span(owner: Any) -> tuple[int, int]:
    """The lowest address of an array, and how many elements lie from there to its highest."""
    low, high = byte_bounds(plain_view(owner))
    return low, max(high - low, 1) // max(owner.itemsize, 1)


def slots(array: Any, start: int, itemsize: int) -> Any:
    """Where each element lies, counted in elements from a start."""
    places = np.asarray((pointer(array) - start) // itemsize, dtype=np.int64)
    for n, stride in zip(array.shape, array.strides, strict=True):
        places = places[..., None] + np.arange(n) * (stride // itemsize)
    return places
