"""Where the chance in somebody's code comes from, and how it is made to come out the same again."""

import ctypes
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np

from backproof.programs.reach import Reach, contents

T = TypeVar("T")
R = TypeVar("R")


class Source(NamedTuple):
    """A generator of random numbers, by the functions that read and set its state."""

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], None]


GLOBAL = (
    Source("NumPy's global random state", np.random.get_state, np.random.set_state),
    Source("the global state of random", random.getstate, random.setstate),
)


class Generators:
    """The generators that code draws from, the global ones and those within its reach, with the
    states that they had when this was made.
    """

    __slots__ = ("_sources",)

    def __init__(self, *reached: Reach) -> None:
        own = [_source(name, thing) for r in reached for name, thing in r.things]
        if "jax" in sys.modules:
            own += [source for r in reached for source in _keys(r)]
        found = (*GLOBAL, *(source for source in own if source is not None))
        self._sources = [_kept(source) for source in found]

    @contextmanager
    def replayed(self) -> Iterator[list[str]]:
        """Put every source back as it was, at the end. Yields a list that then names what was drawn
        from: the same code, run again, draws the same numbers.
        """
        drawn = list[str]()
        try:
            yield drawn
        finally:
            drawn += self.put_back()

    def put_back(self) -> list[str]:
        """Every source as it was. Returns the names of those that were not."""
        kept = self._sources
        drawn = [(s, state) for s, state, sign, was in kept if not _same(sign(), was)]
        for source, state in drawn:
            source.put(state)
        return [source.name for source, _ in drawn]

    def again(self, function: Callable[[T], R]) -> Callable[[T], R]:
        """The function, that draws the same numbers at every call."""

        def run(at: T) -> R:
            with self.replayed():
                return function(at)

        return run


MERSENNE = 625 * 4
"""The bytes of the state of NumPy's global generator."""


def _kept(source: Source) -> tuple[Source, Any, Callable[[], Any], Any]:
    """A source, its state, what tells whether it was drawn from, and what that says now.

    Of NumPy's global generator its memory tells, a hundred times as fast as its state is read,
    unless a normal number that was drawn with another one waits beside it.
    """
    state, bits = source.get(), _bits()
    if source is not GLOBAL[0] or not isinstance(bits, np.random.MT19937) or state[3]:
        return source, state, source.get, state

    def sign() -> Any:
        return _bits() is bits and ctypes.string_at(bits.ctypes.state_address, MERSENNE)

    return source, state, sign, sign()


def _bits() -> Any:
    return np.random.get_bit_generator()  # type: ignore[attr-defined] # NumPy knows more


def _source(name: str, thing: Any) -> Source | None:
    if isinstance(thing, np.random.Generator):
        bits = thing.bit_generator
        return Source(name, lambda: bits.state, lambda state: setattr(bits, "state", state))
    if isinstance(thing, random.SystemRandom):
        return None
    if isinstance(thing, random.Random):
        return Source(name, thing.getstate, thing.setstate)
    kind = type(thing)  # an object may answer to any name
    if isinstance(thing, type) or not (hasattr(kind, "get_state") and hasattr(kind, "set_state")):
        return None
    return Source(name, thing.get_state, thing.set_state)  # NumPy's legacy generators, torch's


def _is_key(x: Any) -> bool:
    """Whether it is a random key of JAX's, of the new kind or the old."""
    if not type(x).__module__.startswith("jax"):
        return False
    kind, shape = str(getattr(x, "dtype", "")), getattr(x, "shape", ())
    return kind.startswith("key") or (kind == "uint32" and shape[-1:] == (2,))


def _keys(reached: Reach) -> Iterator[Source]:
    """The keys that objects, dicts, modules and closures hold: where another one stands afterwards,
    random numbers were drawn.
    """
    named = [(m, m.keys()) for m in reached.mappings] + list(reached.globals.values())
    held = [(m, name) for m, names in named for name in names if _is_key(m.get(name))]
    for holder, name in held:
        yield _held(str(name), partial(holder.get, name), partial(holder.__setitem__, name))
    for cell in reached.cells:
        if any(map(_is_key, contents(cell))):
            get, put = partial(getattr, cell, "cell_contents"), partial(setattr, cell)
            yield _held("a key", get, partial(put, "cell_contents"))


def _held(name: str, get: Callable[[], Any], put: Callable[[Any], None]) -> Source:
    key = get()
    return Source(name, lambda: id(get()), lambda _: put(key))


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(_same(a[key], b[key]) for key in a)
    if isinstance(a, tuple) and any(isinstance(part, np.ndarray) for part in a):
        return all(map(_same, a, b))
    return np.array_equal(a, b) if hasattr(a, "shape") else bool(a == b)
