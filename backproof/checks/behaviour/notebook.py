"""What is written down while somebody's code is observed in floats."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from backproof.checks.arguments.answers import fits
from backproof.checks.arguments.trees import Given
from backproof.checks.behaviour.attempts import attempt
from backproof.exact.precision import Array
from backproof.programs.nodes import WrongStructure
from backproof.programs.random_state import Generators
from backproof.programs.reach import reach
from backproof.verdict.decisions import MOST_ELEMENTS

ONCE = f"asked for one answer alone, since it has more than {MOST_ELEMENTS:,} elements"
WORK = 100_000
"""Steps that are taken to find out whether two arrays with strides share memory."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Breach:
    """One misbehaviour: its diagnosis code, the tensor concerned ("" for all), what was seen.

    returned: a gradient of another shape than its tensor.
    """

    code: str
    tensor: str
    detail: str
    returned: Array | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Observed:
    """How a claim behaved when it was called, and what it returned in its own dtypes.

    breaches: misbehaviour; doubts: what is misbehaviour only if the truth is finite (BP206, BP207),
    and gradients that are the same for all cotangents (BP109); notes: what a reader should know.
    results: the gradients that can be judged, by the names of tensors. outputs: a loss or those of
    a layer, by name; cotangents: theirs. seconds: spent in the claim.
    """

    breaches: tuple[Breach, ...]
    doubts: tuple[Breach, ...]
    notes: tuple[str, ...]
    results: Mapping[str, Array]
    outputs: Mapping[str, Array] = field(default_factory=dict)
    seconds: float = 0.0
    cotangents: Mapping[str, Array] = field(default_factory=dict)


class Ended(Exception):
    """There is nothing more to observe: what was found is in the notebook."""


@dataclass(slots=True)
class Notebook:
    """Breaches, doubts and notes.

    roots: the code observed, by name. limit: seconds that one call may take. spent: seconds that
    the calls took. generators: the sources of random numbers, once they were looked for; names: all
    that the code mentions.
    """

    roots: Mapping[str, Any]
    limit: float
    breaches: list[Breach] = field(default_factory=list)
    doubts: list[Breach] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spent: float = 0.0
    generators: Generators | None = None
    names: set[str] = field(default_factory=set)

    def report(self, code: str, tensor: str, detail: str, returned: Array | None = None) -> None:
        """A breach, unless it is known already."""
        if not any((a.code, a.tensor) == (code, tensor) for a in self.breaches):
            self.breaches.append(Breach(code, tensor, detail, returned))

    def doubt(self, code: str, tensor: str, detail: str) -> None:
        """What is a breach only if the truth is finite, or if somebody writes into what is
        shared.
        """
        if not any((s.code, s.tensor) == (code, tensor) for s in self.doubts):
            self.doubts.append(Breach(code, tensor, detail))

    def note(self, note: str) -> None:
        """Something to tell that nobody is blamed for."""
        if note not in self.notes:
            self.notes.append(note)

    @contextmanager
    def same_draws(self) -> Iterator[None]:
        """What is drawn inside is drawn again in the next such context."""
        if self.generators is None:
            reached = reach(self.roots)
            self.generators, self.names = Generators(reached), reached.names
        with self.generators.replayed() as drawn:
            yield
        for name in drawn:
            self.note(f"draws from {name}: judged for one state of it")

    def observed(
        self,
        results: Mapping[str, Array],
        outputs: Mapping[str, Array],
        cotangents: Mapping[str, Array] | None = None,
    ) -> Observed:
        """All that is written down, and what was returned."""
        lists = tuple(self.breaches), tuple(self.doubts), tuple(self.notes)
        return Observed(*lists, results, outputs, self.spent, cotangents or {})

    def hear(self, who: str, thunk: Callable[[], T]) -> T:
        """The value of a call. Raises `Ended` where it has none, and writes down why."""
        try:
            attempted = attempt(thunk, self.limit, WrongStructure)
        except WrongStructure as error:
            self.report("BP204", "", f"{who}: {error}")
            raise Ended from None
        self.spent += attempted.seconds
        if attempted.hung:
            self.report("BP202", "", f"{who} has no answer within {self.limit:g} s")
        elif attempted.problem:
            self.report("BP201", "", f"{who} {attempted.problem}")
        if attempted.problem:
            raise Ended
        return attempted.value

    @contextmanager
    def aside(self) -> Iterator["Notebook"]:
        """A notebook for calls where nothing is held against the code but the time it takes."""
        other = Notebook(self.roots, self.limit, generators=self.generators)
        with suppress(Ended):
            yield other
        self.spent += other.spent
        if any(b.code == "BP202" for b in other.breaches):
            self.note(f"no answer within {self.limit:g} s when asked at another point")

    def unchanged(self, who: str, given: Given) -> None:
        """Report code that changed one of these arguments in place."""
        replaced = given.replaced()
        changed = given.changed(replaced)
        for name in changed:
            self.report("BP208", name, f"{who} changes {name} in place")
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
            book.report("BP205", name, f"there is no gradient for {name}")
        elif not numbers(g):
            book.report("BP204", name, f"is an array of {g.dtype}, not of real numbers")
        elif not fits(g.shape, shape):
            book.report("BP203", name, f"has shape {g.shape}, its tensor has {shape}", g.copy())
        else:
            fit[name] = g.reshape(shape)
            if g.shape != shape:
                book.note(f"the gradient of {name} has shape {g.shape}, its tensor has {shape}")
    return fit


def doubt_infinite(book: Notebook, code: str, found: Mapping[str, Array]) -> None:
    """Doubt what is not finite: its truth may not be so either."""
    for name, g in found.items():
        bad = np.argwhere(~np.isfinite(g))
        if len(bad):
            where = f"{name}{[int(k) for k in bad[0]] or ''}"
            value = float(g[tuple(bad[0])])
            detail = f"{len(bad)} of {g.size} elements are not finite, {where} is {value}"
            book.doubt(code, name, detail)


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
