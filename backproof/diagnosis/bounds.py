"""Hypotheses: the gradient belongs to a forward pass without a bound, or without an epsilon."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer
from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.graph import EXTREMES, Step

LARGEST_EPSILON = 0.1
Missing = tuple[tuple[Step, ...], tuple[float, ...], Mapping[str, Floats]]
"""Steps, the constants in them, and the truth without."""


def mask_left_out(s: Deviation) -> str | None:
    """claimed = the truth of a forward pass in which nothing is cut off at 0."""
    for (step, *others), constants, gradients in _without(s.evidence):
        cut = step.op in EXTREMES and constants[0] == 0 and not others
        if cut and s.explained_by(gradients.get(s.name)):
            return f"not set to zero where {step} cuts off"
    return None


def other_forward(s: Deviation) -> str | None:
    """claimed = the truth of a forward pass without one bound or small constant, or without both
    bounds of one place.
    """
    for steps, constants, gradients in _without(s.evidence):
        if s.explained_by(gradients.get(s.name)):
            what = "bound" if steps[0].op in EXTREMES else "epsilon"
            values = " and ".join(f"{constant:.6g}" for constant in constants)
            several = "s" if len(steps) > 1 else ""
            return f"right without the {what}{several} of {values} in {steps[0]}"
    return None


@lru_cache(maxsize=2)
def _without(evidence: Evidence) -> tuple[Missing, ...]:
    """What can be missing, each with the truth of the forward pass without it."""
    single = list(_removable(evidence))
    pairs = [
        ((a, b), (low, high))
        for ((a, low), (b, high)) in combinations(single, 2)
        if a.site == b.site and {a.op, b.op} < set(EXTREMES)
    ]
    every = [*(((step,), (constant,)) for step, constant in single), *pairs]
    return tuple((*one, answer(evidence.true_without, one[0])) for one in every)


def _removable(evidence: Evidence) -> Iterator[tuple[Step, float]]:
    graph = evidence.graph
    for k, step in enumerate(graph.steps if graph else ()):
        constants = graph.constant[graph.kind == k] if graph else np.array([])
        known, size = constants[np.isfinite(constants)], np.abs(constants)
        small = bool(((size > 0) & (size <= LARGEST_EPSILON)).all())
        if step.file and known.size and (step.op in EXTREMES or (step.op == "add" and small)):
            yield step, float(known[0])
