"""What is written down while somebody's code is observed in floats."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from backproof.checks.arguments.answers import WrongStructure, fits
from backproof.checks.arguments.trees import Given
from backproof.checks.behaviour.attempts import attempt
from backproof.checks.behaviour.chance import Chance
from backproof.exact.precision import Array
from backproof.programs.reach import reach
from backproof.verdict.decisions import PATIENCE

WORK = 100_000
"""Steps that are taken to find out whether two arrays with strides share memory."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Act:
    """One misbehaviour: its diagnosis code, the tensor concerned ("" for all), what was seen."""

    code: str
    tensor: str
    detail: str


class Ended(Exception):
    """There is nothing more to observe: what was found is in the notebook."""


@dataclass(slots=True)
class Notebook:
    """Acts, suspicions, notes, and what there was no time for.

    roots: the code observed, by name. limit: seconds that one call may take. spent: seconds that
    the calls took. chance: the sources of random numbers, once they were looked for.
    """

    roots: Mapping[str, Any]
    limit: float
    patience: float = PATIENCE
    acts: list[Act] = field(default_factory=list)
    suspicions: list[Act] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    spent: float = 0.0
    chance: Chance | None = None

    def convict(self, code: str, tensor: str, detail: str) -> None:
        """An act, unless it is known already."""
        if not any((a.code, a.tensor) == (code, tensor) for a in self.acts):
            self.acts.append(Act(code, tensor, detail))

    def suspect(self, code: str, tensor: str, detail: str) -> None:
        """What is an act only if the truth is finite, or if somebody writes into what is shared."""
        if not any((s.code, s.tensor) == (code, tensor) for s in self.suspicions):
            self.suspicions.append(Act(code, tensor, detail))

    def note(self, note: str) -> None:
        """Something to tell that nobody is blamed for."""
        if note not in self.notes:
            self.notes.append(note)

    def affords(self, check: str) -> bool:
        """Whether there is time left for a check; if not, that is written down."""
        if self.spent >= self.patience:
            self.left_out.append(check)
        return self.spent < self.patience

    @contextmanager
    def same_chance(self) -> Iterator[None]:
        """What is drawn inside is drawn again in the next such context."""
        self.chance = self.chance or Chance(reach(self.roots))
        with self.chance.replayed() as drawn:
            yield
        for name in drawn:
            self.note(f"draws from {name}: judged for one state of it")

    def found(self) -> dict[str, Any]:
        """All that is written down, by the names that a `Conduct` has for it."""
        lists = ("acts", "suspicions", "notes", "left_out")
        return {name: tuple(getattr(self, name)) for name in lists} | {"seconds": self.spent}

    def hear(self, who: str, thunk: Callable[[], T]) -> T:
        """The value of a call. Raises `Ended` where it has none, and writes down why."""
        try:
            heard = attempt(thunk, self.limit, WrongStructure)
        except WrongStructure as error:
            self.convict("BP204", "", f"{who}: {error}")
            raise Ended from None
        self.spent += heard.seconds
        if heard.hung:
            self.convict("BP202", "", f"{who} has no answer within {self.limit:g} s")
        elif heard.problem:
            self.convict("BP201", "", f"{who} {heard.problem}")
        if heard.problem:
            raise Ended
        return heard.value

    @contextmanager
    def aside(self) -> Iterator["Notebook"]:
        """A notebook for calls where nothing is held against the code but the time it takes."""
        other = Notebook(self.roots, self.limit, chance=self.chance)
        with suppress(Ended):
            yield other
        self.spent += other.spent
        if any(act.code == "BP202" for act in other.acts):
            self.note(f"no answer within {self.limit:g} s when asked at another point")

    def unchanged(self, who: str, given: Given) -> None:
        """Convict the code that was given these arguments of changing one of them in place."""
        replaced = given.replaced()
        changed = given.changed(replaced)
        for name in changed:
            self.convict("BP208", name, f"{who} changes {name} in place")
        for name in replaced:
            if name not in changed:
                self.note(f"{who} puts another object in the place of {name}")


def misfits(
    book: Notebook, found: Mapping[str, Array | None], tensors: Mapping[str, Array]
) -> dict[str, Array]:
    """The gradients that can be judged; of the others is written down what is wrong with them."""
    fit = {}
    for name, g in found.items():
        shape = tensors[name].shape
        if g is None:
            book.convict("BP205", name, f"there is no gradient for {name}")
        elif not numbers(g):
            book.convict("BP204", name, f"is an array of {g.dtype}, not of real numbers")
        elif not fits(g.shape, shape):
            book.convict("BP203", name, f"has shape {g.shape}, its tensor has {shape}")
        else:
            fit[name] = g.reshape(shape)
            if g.shape != shape:
                book.note(f"the gradient of {name} has shape {g.shape}, its tensor has {shape}")
    return fit


def suspect_infinite(book: Notebook, code: str, found: Mapping[str, Array]) -> None:
    """Suspect what is not finite: its truth may not be so either."""
    for name, g in found.items():
        bad = np.argwhere(~np.isfinite(g))
        if len(bad):
            where = f"{name}{[int(k) for k in bad[0]] or ''}"
            value = float(g[tuple(bad[0])])
            detail = f"{len(bad)} of {g.size} elements are not finite, {where} is {value}"
            book.suspect(code, name, detail)


def numbers(array: Array) -> bool:
    """Whether it holds real numbers."""
    return array.dtype.kind in "fiu"


def note_sharing(book: Notebook, found: Mapping[str, Array], held: Mapping[str, Any]) -> None:
    """Note gradients in the memory of what was handed in, or in each other's."""
    names = list(found)
    for k, name in enumerate(names):
        for other in sharing(found[name], held):
            book.note(f"the gradient of {name} shares memory with {other}")
        for other in sharing(found[name], {n: found[n] for n in names[k + 1 :]}):
            book.note(f"the gradients of {name} and {other} share memory")


def sharing(array: Any, others: Mapping[str, Any]) -> list[str]:
    """The names of the arrays that an array shares memory with."""
    return [n for n, a in others.items() if isinstance(a, np.ndarray) and _overlap(array, a)]


def copied(found: Mapping[str, Array]) -> dict[str, Array]:
    """The same arrays, safe from whoever returned them."""
    return {name: g.copy() for name, g in found.items()}


def _overlap(a: Array, b: Array) -> bool:
    try:
        return np.shares_memory(a, b, max_work=WORK)  # type: ignore[arg-type] # NumPy knows more
    except np.exceptions.TooHardError:  # strides on both sides: an equation without a quick answer
        return True
