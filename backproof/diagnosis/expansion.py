"""A record's forward pass as a graph, number by number."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backproof.diagnosis.graph import Graph
from backproof.diagnosis.graph import Step as Kind
from backproof.diagnosis.growing import MOST_EDGES, Growing, NoGraph
from backproof.diagnosis.kinds import extreme
from backproof.exact.evaluate import ancestors
from backproof.exact.record import Step
from backproof.programs.run import Run

MOST_INPUTS = 64
"""A function of arrays of more numbers has no graph."""
CONSTANT = -1
"""The number of what is no input's and of no step that depends on one."""


def graph_of(run: Run) -> Graph | None:
    """The graph of a run's forward pass, weighed by its cotangents; None where it has none."""
    outputs = list(run.outputs.values())
    steps = ancestors([*outputs, *run.inputs.values(), *run.cotangents.values()])
    if any(s.is_complex for s in steps):
        return None
    expansion = Expansion(run)
    try:
        for step in steps:
            expansion.add(step)
        return expansion.graph()
    except NoGraph:
        return None


class Expansion(Growing):
    """The numbers of every step, and the edges that lead to them."""

    def add(self, step: Step) -> None:
        """The numbers of one step, and the edges that lead to them."""
        self.values[step.number] = step.value
        names = {s.number: n for n, s in self.run.inputs.items()}
        name = names.get(step.number) or self.weights.get(step.number)
        if name is not None and step.is_float:
            self.at[step.number] = self.new(Kind("input", name), step.shape)
        elif not step.is_float or step.primitive.decides or not self._moves(step):
            self.at[step.number] = np.full(step.shape, CONSTANT)
        else:
            self.at[step.number] = self._expanded(step)

    def _moves(self, step: Step) -> bool:
        """Whether a step depends on an input."""
        return any(x.is_float and (self.at[x.number] >= 0).any() for x in step.inputs)

    def _expanded(self, step: Step) -> Any:
        given = [self.at[x.number] for x in step.inputs]
        rule: Callable[..., Any] | None = RULES.get(step.primitive.name)
        if rule is not None:
            return rule(self, step, *given)
        if step.primitive.slopes:
            return self._elementwise(step, given)
        return self._by_pushing(step, given)

    def _elementwise(self, step: Step, given: Sequence[Any]) -> Any:
        xs = [self.values[x.number] for x in step.inputs]
        fixed = [x for x, n in zip(xs, given, strict=True) if (n < 0).all()]
        y = self.made(step, fixed[0] if fixed else np.nan)
        unary = len(xs) == 1
        with np.errstate(all="ignore"):
            for slot, (slope, parent) in enumerate(zip(step.primitive.slopes, given, strict=True)):
                here: Any = slope(*xs, step.value) if callable(slope) else slope
                again: Any = np.nan
                if unary and callable(slope):
                    further = step.primitive.floats(step.value)
                    again = slope(step.value, further)
                elif unary:
                    again = slope
                self.edge(y, parent, slot, np.asarray(here, float), np.asarray(again, float))
        return y

    def _by_pushing(self, step: Step, given: Sequence[Any]) -> Any:
        """Of a function of arrays: its Jacobian, a unit tangent after the other."""
        push, xs = step.primitive.push, [self.values[x.number] for x in step.inputs]
        if push is None or max(n.size for n in given) > MOST_INPUTS or step.size > MOST_INPUTS:
            raise NoGraph
        y = self.made(step)
        for slot, (x, parent) in enumerate(zip(step.inputs, given, strict=True)):
            for k in range(x.size if x.is_float else 0):
                unit = np.eye(1, x.size, k).reshape(x.shape)
                tangents = [unit if n == slot else None for n in range(len(xs))]
                slope = push(tangents, step.value, *xs, **step.settings)
                self.edge(y, parent.ravel()[k], slot, slope)
        return y

    def moved(self, step: Step, *given: Any) -> Any:
        """Numbers put elsewhere are the same numbers."""
        sources = given[: len(given) - step.settings["decisions"]]
        flat = np.concatenate([[CONSTANT], *(np.ravel(n) for n in sources)])
        return flat[step.settings["positions"]].reshape(step.shape)

    def kept(self, step: Step, condition: Any, x: Any) -> Any:
        """Numbers where a decision is true."""
        decided = self.values[step.inputs[0].number]
        if decided.dtype != bool:
            raise NoGraph
        return np.where(decided, x, CONSTANT)

    def picked(self, step: Step, condition: Any, x: Any, *_: Any) -> Any:
        """Of each row the number that won."""
        decided = self.values[step.inputs[0].number]
        if decided.dtype != bool:
            raise NoGraph
        return np.where(decided, x, CONSTANT).max(axis=step.settings["axis"]).reshape(step.shape)

    def chosen(self, step: Step, condition: Any, a: Any, b: Any) -> Any:
        """One of two numbers: a slope of 1 by it and of 0 by the other; of equal ones half."""
        decision, *sides = step.inputs
        taken = np.asarray(self.values[decision.number], dtype=np.float64)
        op = extreme(step)
        fixed = [s for s in sides if (self.at[s.number] < 0).all()]
        y = self.made(step, fixed[0].value if fixed else np.nan, op)
        if op and not fixed:
            taken = np.where(sides[0].value == sides[1].value, 0.5, taken)
        self.edge(y, a, 0, taken)
        self.edge(y, b, 1, 1 - taken)
        return y

    def totalled(self, step: Step, x: Any) -> Any:
        """A number for each sum."""
        y = self.made(step)
        self.edge(np.expand_dims(y, step.settings["axis"]), x, 0, 1.0)
        return y

    def spread(self, step: Step, g: Any, *_: Any) -> Any:
        """What falls on one place is added up."""
        y = self.made(step)
        places = step.settings["places"]
        there = np.concatenate([[CONSTANT], y.ravel()])[places]
        self.edge(there, np.where(there >= 0, g, CONSTANT), 0, 1.0)
        return y

    def running(self, step: Step, x: Any) -> Any:
        """Each sum is the one before and one more."""
        axis, y = step.settings["axis"], self.made(step)
        self.edge(y, x, 0, 1.0)
        sums = np.moveaxis(y, axis, 0)
        sums = sums[::-1] if step.settings.get("reverse") else sums
        self.edge(sums[1:], sums[:-1], 0, 1.0)
        return y

    def contracted(self, step: Step, a: Any, b: Any) -> Any:
        """A number for each sum of products."""
        (la, lb), out = step.settings["letters"].split("->")[0].split(","), ""
        out = step.settings["letters"].split("->")[1]
        every = "".join(dict.fromkeys(out + la + lb))
        size = {**dict(zip(la, a.shape, strict=True)), **dict(zip(lb, b.shape, strict=True))}
        if 2 * np.prod([float(size[c]) for c in every]) > MOST_EDGES:
            raise NoGraph
        y = self.made(step)
        over = [_spanned(n, own, every) for n, own in ((y, out), (a, la), (b, lb))]
        values = [self.values[x.number] for x in step.inputs]
        by = [_spanned(v, own, every) for v, own in zip(values, (la, lb), strict=True)]
        self.edge(over[0], over[1], 0, by[1])
        self.edge(over[0], over[2], 1, by[0])
        return y


RULES: dict[str, Callable[..., Any]] = {
    "move": Expansion.moved,
    "keep": Expansion.kept,
    "pick": Expansion.picked,
    "choose": Expansion.chosen,
    "total": Expansion.totalled,
    "spread": Expansion.spread,
    "cumsum": Expansion.running,
    "contract": Expansion.contracted,
}
"""How the operations on arrays are expanded."""


def _spanned(array: Any, letters: str, every: str) -> Any:
    """An array with an axis for each of all letters, of one where it has none of its own."""
    order = [letters.index(c) for c in every if c in letters]
    shape = [array.shape[letters.index(c)] if c in letters else 1 for c in every]
    return array.transpose(order).reshape(shape)
