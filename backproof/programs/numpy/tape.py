"""One run as it is recorded: the step of every array and number, and the memory that they share."""

import threading
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

import numpy as np

from backproof.exact.place import Escape, Place
from backproof.exact.precision import precision_of
from backproof.exact.primitives.elementwise import complex_, imag, real
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Record, Step
from backproof.programs.frames import Frames
from backproof.programs.memory import Memory, Storage
from backproof.programs.numpy.layout import owner_of, pointer, slots, span
from backproof.programs.settle import settled

Build = Callable[[], Step]


class TooLong(BaseException):
    """A run makes more steps than it may. No `Exception`, so that no handler holds it."""


class Tape:
    """What is recorded of one run.

    calls: of the tape what becomes of every call that has its arrays among the arguments. is_open:
    whether it runs yet; afterwards arrays that know their step are like others. most: how many
    steps it may make. spaces: the namespaces in which NumPy's own Python runs, by their module.
    """

    __slots__ = (
        "_homes",
        "calls",
        "frames",
        "is_open",
        "memory",
        "most",
        "record",
        "spaces",
        "thread",
        "until",
    )

    def __init__(self, calls: Any, theirs: Iterable[str] = (), most: int | None = None) -> None:
        self.calls = calls(self)
        self.record, self.memory, self.frames = Record(), Memory(), Frames(theirs)
        self.is_open, self.most = True, most
        self.thread = threading.get_ident()
        self.until: tuple[CodeType, ...] = ()
        self.spaces: dict[int, Any] = {}
        self._homes: dict[int, tuple[Any, Any, Step]] = {}

    @property
    def follows(self) -> bool:
        """Whether what is done here and now belongs to the run."""
        return self.is_open and threading.get_ident() == self.thread

    def place(self) -> Place | None:
        """Where in the author's code the run stands."""
        return self.frames.place(self.until)

    def escape(self, what: str) -> None:
        """Note that a value leaves the record here."""
        if self.follows:
            self.record.escapes.append(Escape(what, self.place()))

    def settle(self, build: Build, value: Any) -> Step:
        """One operation of the run: the steps it consists of, the last with the run's value."""
        if self.most is not None and len(self.record.steps) > self.most:
            raise TooLong(f"more than {self.most} steps")
        precision = precision_of(np.asarray(value).dtype)
        return settled(self.record, build, value, precision, place=self.place())

    def constant(self, value: Any, scalar: bool = False) -> Step:
        """Numbers that the run was given, as a step."""
        array = np.asarray(value)
        before, self.record.place = self.record.place, self.place()
        step = self.record.constant(array, precision_of(array.dtype), scalar=scalar)
        self.record.place = before
        return step

    # -- memory ---------------------------------------------------------------------------------
    def settle_in(self, array: Any, step: Step) -> None:
        """A new array's elements are those of a step."""
        owner = owner_of(array)
        if id(owner) in self._homes or id(owner) in self.memory.storages:
            self.write(array, step)
        else:
            self._homes[id(owner)] = (owner, array, step)

    def is_known(self, array: Any) -> bool:
        """Whether anything of the memory of an array has a step."""
        name = id(owner_of(array))
        return name in self._homes or name in self.memory.storages

    def version(self, array: Any) -> int:
        """How often the memory of an array was written to."""
        found = self.memory.storages.get(id(owner_of(array)))
        return 0 if found is None else found.version

    def write(self, array: Any, step: Step) -> None:
        """An array's memory was overwritten by a step of its shape."""
        storage, places, part = self._where(array)
        if part is not None:
            whole = storage.read(places, lambda: self.constant(array))
            both = (step, imag(whole)) if part == 0 else (real(whole), step)
            step = complex_(*both)
        storage.write(places, step)

    def write_some(self, array: Any, target: Any, step: Step) -> None:
        """Some elements of an array, by their numbers in it, were overwritten by a step."""
        storage, places, part = self._where(array)
        if part is not None:
            places = np.ravel(places)[target]
            whole = storage.read(places, lambda: self.constant(np.zeros(step.shape, dtype=complex)))
            step = complex_(*((step, imag(whole)) if part == 0 else (real(whole), step)))
            storage.write(places, step)
            return
        storage.write(np.ravel(places)[target], step)

    def read(self, array: Any) -> Step:
        """The step that an array's elements have now, by what was written to its memory."""
        if not self.is_known(array):
            return self.constant(array)
        before, self.record.place = self.record.place, self.place()
        whole = self._turned(array)
        step = self._stored(array) if whole is None else moved(np.transpose, whole)
        self.record.place = before
        if not alike(array, step.value):
            self.escape("an array was written to by code that is not followed")
            step = self.constant(array)
            storage, places, part = self._where(array)
            if part is None:
                storage.write(places, step)
        return step

    def _turned(self, array: Any) -> Step | None:
        """The step of an array of which this is the transpose, if its memory has no other steps:
        what there is to read most often, and told at once.
        """
        _, home, step = self._homes.get(id(owner_of(array)), (None, None, None))
        if home is None or array.ndim < 2 or array.shape != home.shape[::-1]:
            return None
        same = array.strides == home.strides[::-1] and array.dtype == home.dtype
        return step if same and pointer(array) == pointer(home) else None

    def _stored(self, array: Any) -> Step:
        storage, places, part = self._where(array)
        step = storage.read(places, lambda: self.constant(array))
        return (real, imag)[part](step) if part is not None and step.is_complex else step

    def places(self, array: Any) -> Any:
        """Where in its storage the elements of an array lie."""
        return self._where(array)[1]

    def storage(self, array: Any) -> Storage:
        """The storage of an array."""
        return self._where(array)[0]

    def _where(self, array: Any) -> tuple[Storage, Any, int | None]:
        owner = owner_of(array)
        start, size = span(owner)
        known = id(owner) in self.memory.storages
        storage = self.memory.storage(id(owner), owner, size)
        if not known and id(owner) in self._homes:
            _, home, step = self._homes.pop(id(owner))
            storage.write(slots(home, start, owner.itemsize), step)
            storage.version = 0
        part = None
        if array.dtype.kind == "f" and owner.dtype.kind == "c":
            part = (pointer(array) - start) % owner.itemsize // array.itemsize
        return storage, slots(array, start, owner.itemsize), part


def alike(array: Any, value: Any) -> bool:
    """Whether an array has the values of a step."""
    if np.array_equal(array, value):
        return True
    with np.errstate(all="ignore"):
        both = (array == value) | ((array != array) & (value != value))
        return bool(np.all(both))
