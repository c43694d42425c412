"""A tape: every number that exact arithmetic computes, from which others, and where in the code."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import flint
import numpy as np

from backproof.diagnosis.graph import Graph, Step
from backproof.oracle.places import step_of
from reference.exact.ball import Ball, ball
from reference.exact.taylor import STEP

MOST = 20_000
"""Longer tapes are not looked through."""
SKIPPED = ("maximum", "minimum", "add")
"""What can be left out of a forward pass: bounds and small constants."""
NAN = float("nan")

Function = Callable[..., Any]


class TooLong(Exception):
    """There are too many numbers for a tape."""


class Tape:
    """Numbers in the order in which they were computed, known by the balls that hold them.

    without: steps whose operations with a constant are skipped: the other operand passes.
    """

    def __init__(self, inputs: Mapping[str, Any], without: Collection[Step] = ()) -> None:
        self.without = without
        self.noting = True
        self.number: dict[int, int] = {}
        self.held: list[Any] = []
        self.steps: dict[Step, int] = {}
        self.kind: list[int] = []
        self.constant: list[float] = []
        self.edges: list[tuple[int, int, int, float, float]] = []
        self.inputs = {name: self._entered(name, balls) for name, balls in inputs.items()}

    def run(self, loss: Function, balls: Mapping[str, Any]) -> Graph:
        """The graph of a loss."""
        end = loss(balls)
        return self.graph(np.asarray(end).reshape(()).item())

    def watching(self, op: str, function: Function, turned: bool = False) -> Function:
        """A function of numbers that is noted. turned: its operands come in reverse."""

        def run(*operands: Any) -> Any:
            if self.without and op in SKIPPED:
                passing = self._passing(op, operands)
                if passing is not None:
                    return passing
            result = function(*operands)
            if type(result) is Ball:
                if turned:
                    self.note(op, lambda *x: function(*x[::-1]), operands[::-1], [result])
                else:
                    self.note(op, function, operands, [result])
            return result

        return run

    def note(
        self, op: str, function: Function, operands: Sequence[Any], results: Sequence[Ball]
    ) -> None:
        """Write down what a function of numbers gave: one number, or a list of them."""
        known = [k for k, x in enumerate(operands) if id(x) in self.number]
        fresh = [r for r in results if id(r) not in self.number]
        if not self.noting or not known or len(fresh) < len(results):
            return
        constants = [_float(x) for k, x in enumerate(operands) if k not in known]
        step = step_of(op, Tape.run.__code__)
        children = [self._new(r, step, constants[0] if constants else NAN) for r in results]
        for slot in known:
            slopes = _slopes(op, function, operands, slot)
            again = [NAN] * len(children)
            if len(operands) == 1 and op in ELEMENTARY:
                again = _slopes(op, function, results, 0)
            parent = self.number[id(operands[slot])]
            for child, slope, there in zip(children, slopes, again, strict=True):
                self.edges.append((child, parent, slot, slope, there))

    @contextmanager
    def silent(self, silent: bool = True) -> Iterator[None]:
        """Nothing is noted meanwhile."""
        before, self.noting = self.noting, self.noting and not silent
        try:
            yield
        finally:
            self.noting = before

    def graph(self, loss: Any) -> Graph:
        """All that was noted, up to a loss."""
        child, parent, slot, slope, again = (
            np.array(column) for column in zip(*self.edges, strict=True)
        )
        kind, constant = np.array(self.kind), np.array(self.constant)
        end, edges = self.number[id(loss)], (child, parent, slot, slope, again)
        return Graph(self.inputs, end, tuple(self.steps), kind, constant, *edges)

    def _entered(self, name: str, balls: Any) -> Any:
        step = Step("input", name)
        numbers = [self._new(x, step, NAN) for x in np.ravel(balls).tolist()]
        return np.array(numbers, dtype=np.int64).reshape(np.shape(balls))

    def _new(self, x: Any, step: Step, constant: float) -> int:
        """A ball's number; it is held, so that no other ball can have its identity."""
        if len(self.held) >= MOST:
            raise TooLong(f"more than {MOST} numbers")
        self.number[id(x)] = len(self.held)
        self.held.append(x)
        self.kind.append(self.steps.setdefault(step, len(self.steps)))
        self.constant.append(constant)
        return len(self.held) - 1

    def _passing(self, op: str, operands: Sequence[Any]) -> Any:
        known = [x for x in operands if id(x) in self.number]
        here = len(known) == 1 and step_of(op, Tape.run.__code__) in self.without
        return known[0] if here else None


ELEMENTARY = {
    *("exp", "log", "sqrt", "rsqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "atan"),
    *("erf", "erfc", "expit", "sigmoid", "logistic", "gelu"),
}
"""Functions whose slope at their result is somebody's mistake, also as torch and JAX call them."""


def _slopes(op: str, function: Function, operands: Sequence[Any], slot: int) -> list[float]:
    """The slopes of the results by one operand: central differences, exact to some 2^-200."""
    if op in ("add", "sub"):
        return [-1.0 if op == "sub" and slot == 1 else 1.0]
    if op == "mul":
        return [_float(operands[1 - slot])]
    ahead, behind = (
        _values(function(*operands[:slot], ball(operands[slot].value + h), *operands[slot + 1 :]))
        for h in (STEP, -STEP)
    )
    return [float(((a - b) / (2 * STEP)).mid()) for a, b in zip(ahead, behind, strict=True)]


def _values(result: Any) -> list[flint.arb]:
    return [x.value for x in (result if isinstance(result, list) else [result])]


def _float(x: Any) -> float:
    return float(x.value.mid()) if type(x) is Ball else float(x)
