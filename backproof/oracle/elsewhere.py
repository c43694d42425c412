"""The true gradient of somebody's loss, at its point and elsewhere, as a diagnosis asks for it."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.diagnosis.graph import Graph, Step
from backproof.oracle.accused import Accused
from backproof.check.behaviour.limits import TimeLimit, within
from backproof.oracle.formula import slopes
from reference.exact.arrays import Floats, midpoints
from reference.exact.witness import point

SECONDS = 4.0
"""So long the truth is computed elsewhere, all questions together."""
LEAST = 0.5
"""So many seconds a graph may take at least, and twice as many after the time is over none is
begun any more.
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true gradients of all tensors, while there is time; none where they cannot be had.

    graph: of the forward pass at the claim's own point; None where it has none. Then exact
    differences take its place.
    """

    accused: Accused
    deadline: float
    graph: Graph | None = None

    def by_graph(self) -> dict[str, Floats]:
        """At the claim's own point, unless numbers tie there."""
        if self.graph is None or self.graph.tied.any():
            return {}
        return {n: g for n, g in _gradients(self.graph).items() if n in self.accused.tensors}

    def by_differences(self) -> dict[str, Floats]:
        """At the claim's own point, one element after the other."""
        try:
            return self._by_differences(self.accused.at)
        except Exception:  # code that cannot be followed
            return {}

    def at_cotangent(self, dy: Any) -> dict[str, Floats]:
        """At another cotangent of the only output."""
        (name,) = self.accused.fixed
        moved = np.asarray(dy, dtype=np.float64)
        if self.graph is not None:
            return self.graph.gradients(self.graph.with_cotangent(name, moved))
        return self._by_differences({**self.accused.tensors, name: moved})

    def at_inputs(self, inputs: Mapping[str, Any]) -> dict[str, Floats]:
        """At other inputs; may raise what the code raises there."""
        tensors = {n: np.asarray(inputs[n]) for n in self.accused.tensors}
        moved = {**tensors, **self.accused.fixed}
        graph = self.recorded(moved)
        return self._by_differences(moved) if graph is None else _gradients(graph)

    def without(self, steps: Collection[Step]) -> dict[str, Floats]:
        """Of a forward pass with steps left out."""
        graph = self.recorded(self.accused.at, steps)
        return {} if graph is None else _gradients(graph)

    def recorded(self, at: Mapping[str, Any], without: Collection[Step] = ()) -> Graph | None:
        """The graph of the forward pass at a point."""
        from backproof.oracle.recording import recorded

        if self._left < -2 * LEAST:
            return None
        floats = {name: np.asarray(t) for name, t in at.items()}
        try:
            with within(max(self._left, LEAST)), self.accused.exact() as runs:
                found = recorded(runs, floats, without)
        except (Exception, TimeLimit):  # code that cannot be followed, or not in time
            return None
        return replace(found, weights=tuple(self.accused.fixed))

    @property
    def _left(self) -> float:
        return self.deadline - time.perf_counter()

    def _by_differences(self, at: Mapping[str, Any]) -> dict[str, Floats]:
        """By exact forward differences, those that are complete in time."""
        if self._left <= 0:
            return {}
        names, here = list(self.accused.tensors), point({n: np.asarray(t) for n, t in at.items()})
        share = self._left / len(names)
        with self.accused.exact() as runs:
            found = {n: slopes(runs, here, n, share) for n in names}
        whole = {n: t for n, t in found.items() if len(t) == np.size(at[n])}
        return {n: midpoints(t, np.shape(at[n])) for n, t in whole.items()}


def truth_of(accused: Accused) -> Truth:
    """The truth about a claim."""
    unseen = Truth(accused, time.perf_counter() + SECONDS)
    return replace(unseen, graph=unseen.recorded(accused.at))


def _gradients(graph: Graph) -> dict[str, Floats]:
    return graph.gradients(graph.slope)
