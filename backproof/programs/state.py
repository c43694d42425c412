"""The state that code can reach, saved before a run and put back after it, whatever happens."""

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from backproof.programs.random_state import Generators
from backproof.programs.reach import Reach, contents, reach, slots_of

Change = Callable[[], Any]
Holder = Callable[[], list[Change]]
"""What must be done so that something that holds others is as it was."""


class State:
    """A copy of all that was reached: contents of containers, bytes of arrays, random states."""

    __slots__ = ("_arrays", "_caches", "_classes", "_generators", "_holders")

    def __init__(self, *reached: Reach) -> None:
        self._arrays = [
            (a, a.copy()) for r in reached for a in r.arrays.values() if a.dtype != object
        ]
        self._generators = Generators(*reached)
        self._caches = [cache for r in reached for cache in r.caches]
        for cache in self._caches:
            cache.cache_clear()
        self._classes = [(kind, dict(vars(kind))) for r in reached for kind in r.classes]
        self._holders = [holder for r in reached for holder in _holders(r)]

    def __enter__(self) -> "State":
        return self

    def __exit__(self, *_: object) -> None:
        """All as it was, also where Ctrl-C comes on the way there."""
        try:
            self.put_back()
        except BaseException:
            self.put_back()
            raise

    def put_back(self) -> None:
        """All as it was. An interruption that comes meanwhile waits until that is done."""
        with undisturbed():
            try:
                self._put_back()
            except BaseException:  # raised by another thread, or by a signal that came just before
                self._put_back()
                raise

    def changes(self) -> list[Change]:
        """What has to be done so that all but caches and random states is as it was."""
        changes = [change for holder in self._holders for change in holder()]
        changes += [c for kind, before in self._classes for c in _attributes(kind, before)]
        return changes + [_bytes(a, copy) for a, copy in self._arrays if not _equal(a, copy)]

    def _put_back(self) -> None:
        changes = self.changes()
        changes += [cache.cache_clear for cache in self._caches]
        changes.append(self._generators.put_back)
        for change in changes:
            change()


@contextmanager
def put_back(code: Mapping[str, Any]) -> Iterator[None]:
    """Whatever runs here, all that code can reach is afterwards what it was. code: by name."""
    with State(reach(code)):
        yield


def is_put_back(frame: FrameType | None) -> bool:
    """Whether a frame is on the way back: nobody may be interrupted there."""
    while frame is not None and frame.f_code not in WAYS_BACK:
        frame = frame.f_back
    return frame is not None


WAYS_BACK = (State.__exit__.__code__, State.put_back.__code__)


def _holders(found: Reach) -> Iterator[Holder]:
    yield from (_names(space, names) for space, names in found.globals.values())
    yield from (_contents(m, dict(m)) for m in found.mappings)
    yield from (_elements(x, list(x)) for x in found.lists)
    yield from (_contents(s, set(s)) for s in found.sets)
    yield from (_cell(cell, contents(cell)) for cell in found.cells)
    yield from (_function(f, f.__defaults__, f.__code__) for f in found.functions)
    yield from (_slots(x, {n: getattr(x, n) for n in slots_of(x)}) for x in found.slotted)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Signals wait until this is done, in the thread that gets them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _names(space: dict[str, Any], names: set[str]) -> Holder:
    before = {name: space[name] for name in names if name in space}

    def changes() -> list[Change]:
        written = [n for n, v in before.items() if space.get(n, names) is not v]
        fresh = [n for n in names if n in space and n not in before]
        return [
            *(lambda n=n: space.__setitem__(n, before[n]) for n in written),
            *(lambda n=n: space.pop(n, None) for n in fresh),
        ]

    return changes


def _contents(holder: Any, before: Any) -> Holder:
    """Of a dict or a set."""

    def changes() -> list[Change]:
        if isinstance(holder, dict):
            same = len(holder) == len(before) and all(
                key in holder and holder[key] is value for key, value in before.items()
            )
        else:
            same = {id(x) for x in holder} == {id(x) for x in before}
        return [] if same else [holder.clear, lambda: holder.update(before)]

    return changes


def _elements(holder: list[Any] | deque[Any], before: list[Any]) -> Holder:
    def changes() -> list[Change]:
        same = len(holder) == len(before) and all(
            x is y for x, y in zip(holder, before, strict=True)
        )
        return [] if same else [holder.clear, lambda: holder.extend(before)]

    return changes


def _cell(cell: Any, before: tuple[Any, ...]) -> Holder:
    def put() -> None:
        if before:
            cell.cell_contents = before[0]
        else:
            del cell.cell_contents

    def changes() -> list[Change]:
        now = contents(cell)
        return [] if len(now) == len(before) and all(map(_is, now, before)) else [put]

    return changes


def _function(function: Any, defaults: Any, code: Any) -> Holder:
    def put() -> None:
        function.__defaults__, function.__code__ = defaults, code

    return lambda: [] if function.__defaults__ is defaults and function.__code__ is code else [put]


def _is(x: Any, y: Any) -> bool:
    return x is y


def _slots(x: Any, before: dict[str, Any]) -> Holder:
    def changes() -> list[Change]:
        now = list(slots_of(x))
        fresh = [n for n in now if n not in before]
        written = [n for n, v in before.items() if getattr(x, n, before) is not v]
        return [
            *(lambda n=n: object.__setattr__(x, n, before[n]) for n in written),
            *(lambda n=n: object.__delattr__(x, n) for n in fresh),
        ]

    return changes


def _attributes(kind: type, before: dict[str, Any]) -> list[Change]:
    now = dict(vars(kind))
    written = [n for n, v in before.items() if now.get(n, before) is not v]
    fresh = [n for n in now if n not in before]
    return [
        *(lambda n=n: type.__setattr__(kind, n, before[n]) for n in written),
        *(lambda n=n: type.__delattr__(kind, n) for n in fresh),
    ]


def _bytes(array: Any, copy: Any) -> Change:
    def put() -> None:
        if array.shape == copy.shape and array.flags.writeable:
            array[...] = copy

    return put


def _equal(a: Any, b: Any) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()
