"""Hypotheses: the gradient belongs to a forward pass without a bound, or without an epsilon."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.graph import EXTREMES, Step
from backproof.diagnosis.suspect import Suspect, answer

LARGEST_EPSILON = 0.1


def mask_left_out(s: Suspect) -> str | None:
    """claimed = the truth of a forward pass in which nothing is cut off at 0."""
    for step, constant, gradients in _without(s.evidence):
        if step.op in EXTREMES and constant == 0 and s.explained_by(gradients.get(s.name)):
            return f"not set to zero where {step} cuts off"
    return None


def other_forward(s: Suspect) -> str | None:
    """claimed = the truth of a forward pass without one bound, or without one small constant."""
    for step, constant, gradients in _without(s.evidence):
        if s.explained_by(gradients.get(s.name)):
            what = "bound" if step.op in EXTREMES else "epsilon"
            return f"right without the {what} of {constant:.6g} in {step}"
    return None


@lru_cache(maxsize=2)
def _without(evidence: Evidence) -> tuple[tuple[Step, float, Mapping[str, Floats]], ...]:
    """The bounds and the small constants, and the truth of the forward pass without each."""
    return tuple(
        (step, constant, answer(evidence.true_without, step))
        for step, constant in _removable(evidence)
    )


def _removable(evidence: Evidence) -> Iterator[tuple[Step, float]]:
    graph = evidence.graph
    for k, step in enumerate(graph.steps if graph else ()):
        constants = graph.constant[graph.kind == k] if graph else np.array([])
        known, size = constants[np.isfinite(constants)], np.abs(constants)
        small = bool(((size > 0) & (size <= LARGEST_EPSILON)).all())
        if step.file and known.size and (step.op in EXTREMES or (step.op == "add" and small)):
            yield step, float(known[0])
