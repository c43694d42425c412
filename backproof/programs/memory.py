"""Memory that several arrays share: what was written where, so that every view reads it.

A front end names a storage, by what owns the bytes, and the places of a view's elements in it. An
in-place write is a step like others; what a view reads afterwards is a move of the steps that its
elements were last written by.
"""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step

Places = npt.NDArray[np.int64]
"""Where the elements of an array lie in its storage, counted in elements from 0."""


class Storage:
    """The elements of one piece of memory: by which step each was written, and as which element.

    owner: what keeps the memory alive, and with it the name of the storage. version: how often it
    was written to.
    """

    __slots__ = ("elements", "owner", "size", "sources", "version", "writers")

    def __init__(self, owner: Any, size: int) -> None:
        self.owner, self.size, self.version = owner, size, 0
        self.sources: list[Step] = []
        self.writers: npt.NDArray[np.int32] | None = None
        self.elements: Places | None = None

    def write(self, places: Places, step: Step) -> None:
        """Elements of a step, put at places of its shape; of two at one place the last counts."""
        if self.writers is None or self.elements is None:
            self.writers = np.full(self.size, -1, dtype=np.int32)
            self.elements = np.zeros(self.size, dtype=np.int64)
        self.writers[places] = len(self.sources)
        self.elements[places] = np.arange(step.size).reshape(step.shape)
        self.sources.append(step)
        self.version += 1

    def read(self, places: Places, given: Callable[[], Step]) -> Step:
        """The elements at places, as a step of their shape; given: what lies there where nothing
        was written.
        """
        if self.writers is None or self.elements is None:
            return given()
        writers, elements = self.writers[places], self.elements[places]
        involved = np.unique(writers).tolist()
        if involved in ([], [-1]):
            return given()
        steps = [given() if k < 0 else self.sources[k] for k in involved]
        whole = len(steps) == 1 and steps[0].shape == places.shape
        if whole and np.array_equal(elements.ravel(), np.arange(places.size)):
            return steps[0]
        starts = np.cumsum([1, *(s.size for s in steps)])[:-1]
        own = np.arange(places.size).reshape(places.shape)
        found = np.zeros(places.shape, dtype=np.int64)
        for k, start in zip(involved, starts, strict=True):
            found = np.where(writers == k, start + (own if k < 0 else elements), found)
        return moved(lambda *positions: _at(positions, found), *steps)


def _at(positions: tuple[Any, ...], found: Places) -> Any:
    """The positions that stand at places of several arrays laid end to end, counted from 1."""
    return np.concatenate([np.ravel(p) for p in positions])[found - 1]


class Memory:
    """The storages of one run, by what names them."""

    __slots__ = ("storages",)

    def __init__(self) -> None:
        self.storages: dict[Hashable, Storage] = {}

    def storage(self, name: Hashable, owner: Any, size: int) -> Storage:
        """The storage of a name, a new one where it has none."""
        found = self.storages.get(name)
        if found is None:
            found = self.storages[name] = Storage(owner, size)
        return found
