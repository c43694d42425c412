"""A forward pass and its backward, whatever the convention, called with copies of arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from backproof.checks.arguments.trees import Arguments, Given, flatten, like
from backproof.checks.behaviour.notebook import (
    Notebook,
    copied,
    misfits,
    note_sharing,
    sharing,
)
from backproof.checks.behaviour.repeats import Answer
from backproof.exact.precision import Array
from backproof.programs.conventions import positional
from backproof.programs.nodes import WrongStructure, mapped, outline
from backproof.programs.reach import reach
from backproof.verdict.finding import OUTPUT


class Passed(NamedTuple):
    """A forward pass: y, its pullback, and what the pullback keeps of it, by name.

    kept is None where the layer itself remembers its last forward pass, and answers for that.
    """

    y: Any
    pullback: Callable[[Any], Any]
    kept: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Layer:
    """Three conventions as one: forward returns (y, cache) and backward takes (dy, cache); forward
    returns (y, pullback) and backward is None; forward returns y and backward takes dy.
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any] | None
    positional: tuple[int, float] = field(init=False)
    """How many arguments the backward must have by position, and how many it can have."""

    def __post_init__(self) -> None:
        asked = (1, 1) if self.backward is None else positional(self.backward)
        object.__setattr__(self, "positional", asked)

    def __call__(self, *inputs: Any) -> Passed:
        """The forward pass. Raises `WrongStructure` where it fits no convention."""
        result, backward = self.forward(*inputs), self.backward
        two = isinstance(result, tuple | list) and len(result) == 2
        if backward is None:
            if not two or not callable(result[1]):
                raise WrongStructure(f"expected (y, pullback); came {outline(result)}")
            return Passed(result[0], result[1], {"pullback": result[1]})
        least, most = self.positional
        if two and most > 1:
            return Passed(result[0], lambda dy: backward(dy, result[1]), {"cache": result[1]})
        if least > 1:
            raise WrongStructure(f"expected (y, cache), for backward; came {outline(result)}")
        return Passed(result, backward, None)


class Run(NamedTuple):
    """A forward pass of arguments in the claim's hands; outputs: y, taken apart and copied."""

    given: Given
    passed: Passed
    outputs: Arguments

    def arrays(self) -> dict[str, Array]:
        """The arrays that the pullback holds, by name, but for the inputs."""
        itself = {"self": getattr(self.passed.pullback, "__self__", None)}
        kept = reach(itself if self.passed.kept is None else self.passed.kept).arrays
        return {n: a for n, a in kept.items() if not sharing(a, self.given.held)}


@dataclass(frozen=True, slots=True)
class Trial:
    """A layer at a point, asked with fresh copies."""

    layer: Layer
    at: Arguments

    def forward(self, book: Notebook) -> Run:
        """A forward pass; its arguments must have stayed as they were."""
        given = self.at.copies()
        passed, outputs = book.hear(
            "the forward pass", lambda: _taken_apart(self.layer(*given.values))
        )
        book.unchanged("the forward pass", given)
        return Run(given, passed, outputs)

    def pull(self, run: Run, dy: Answer, book: Notebook) -> dict[str, Array]:
        """The gradients that can be judged, as copies."""
        handed = flatten([against(run.passed.y, dy)], ["dy"]).copies()
        found = book.hear(
            "the backward pass",
            lambda: self.at.gradients(run.passed.pullback(handed.values[0])),
        )
        book.unchanged("the backward pass", run.given)
        book.unchanged("the backward pass", handed)
        fit = misfits(book, found, self.at.tensors)
        note_sharing(book, fit, {**run.given.held, **handed.held})
        return copied(fit)

    def whole(self, dy: Answer, book: Notebook) -> tuple[dict[str, Array], dict[str, Array]]:
        """The outputs and the gradients of a forward pass of its own."""
        with book.same_draws():
            run = self.forward(book)
            return dict(run.outputs.tensors), self.pull(run, dy, book)


def against(y: Any, dy: Mapping[str, Any]) -> Any:
    """Cotangents, by the names of outputs, in the structure of y; None where an output has none.

    In any arithmetic: where y has a number, a 0-d cotangent is put as one.
    """
    return mapped(lambda name, leaf: like(leaf, dy[name]) if name in dy else None, OUTPUT, y)


def _taken_apart(passed: Passed) -> tuple[Passed, Arguments]:
    try:
        return passed, flatten([passed.y], [OUTPUT])
    except ValueError as error:
        raise WrongStructure(f"what is returned for y cannot be judged: {error}") from None
