"""A graph as it grows: numbers, what they were computed by, and the edges between them."""

from typing import Any

import numpy as np

from backproof.diagnosis.graph import Graph
from backproof.diagnosis.graph import Step as Kind
from backproof.diagnosis.kinds import kind_of
from backproof.exact.record import Step
from backproof.programs.run import Run

MOST_EDGES = 200_000
"""A forward pass of more has no graph: its gradients are solved for again and again."""


class NoGraph(Exception):
    """A forward pass is too large for a graph, or has a step that has none."""


class Growing:
    """A graph as it grows, step by step.

    at: by the number of a step, the number of each of its elements, `CONSTANT` where it has none.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.at = run, dict[int, Any]()
        self.values = dict[int, Any]()
        self._kinds: dict[Kind, int] = {}
        self._kind: list[Any] = []
        self._constant: list[Any] = []
        self._edges: list[tuple[Any, ...]] = []
        self._count = self._total = 0
        self.weights = {s.number: n for n, s in self.weighing()}

    def weighing(self) -> list[tuple[str, Step]]:
        """The cotangents by the names that they have among the tensors."""
        several = len(self.run.outputs) > 1
        return [(f"d{n}" if several else "dy", s) for n, s in self.run.cotangents.items()]

    def new(self, kind: Kind, shape: tuple[int, ...], constant: Any = np.nan) -> Any:
        """Numbers of a kind, in a shape; constant: what each is computed from besides."""
        size = int(np.prod(shape))
        numbers = np.arange(self._count, self._count + size).reshape(shape)
        self._kind.append(np.full(size, self._kinds.setdefault(kind, len(self._kinds))))
        self._constant.append(np.broadcast_to(constant, shape).ravel())
        self._count += size
        return numbers

    def edge(self, child: Any, parent: Any, slot: int, slope: Any, again: Any = np.nan) -> None:
        """Edges of arrays that broadcast; none from constants."""
        arrays = np.broadcast_arrays(child, parent, slot, slope, again)
        flat = [np.ravel(a) for a in arrays]
        kept = flat[1] >= 0
        self._total += int(kept.sum())
        if self._total > MOST_EDGES:
            raise NoGraph
        self._edges.append(tuple(a[kept] for a in flat))

    def made(self, step: Step, constant: Any = np.nan, op: str = "") -> Any:
        """The numbers that a step makes."""
        return self.new(kind_of(step, op), step.shape, constant)

    def graph(self) -> Graph:
        """The graph, with the sum of outputs times cotangents as its loss."""
        ends = []
        for name, y in self.run.outputs.items():
            dy = self.run.cotangents.get(name)
            numbers, value = self.at[y.number], np.asarray(y.value)
            if dy is not None:
                product = self.new(Kind("mul", "the weighed outputs"), y.shape)
                self.edge(product, self.at[dy.number], 0, value)
                self.edge(product, numbers, 1, dy.value)
                numbers = product
            ends.append(numbers.ravel())
        loss = self.new(Kind("add", "the loss"), ())
        self.edge(loss, np.concatenate(ends), 0, 1.0)
        child, parent, slot, slope, again = map(np.concatenate, zip(*self._edges, strict=True))
        inputs = {n: self.at[s.number] for n, s in self.run.inputs.items() if s.is_float}
        inputs |= {n: self.at[s.number] for n, s in self.weighing()}
        return Graph(
            inputs, int(loss), tuple(self._kinds), np.concatenate(self._kind),
            np.concatenate(self._constant).astype(np.float64), child.astype(np.int64),
            parent.astype(np.int64), slot.astype(np.int64), slope.astype(np.float64),
            again.astype(np.float64), tuple(n for n, _ in self.weighing()),
        )  # fmt: skip
