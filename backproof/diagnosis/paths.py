"""Hypotheses: one path through the forward pass is forgotten, or has another slope than its own.

Each takes the graph of the forward pass, changes the slopes of one group of edges, and compares the
gradient that this gives with the claim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backproof.diagnosis.deviation import Deviation, deviations
from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.graph import BINARY, Group

FACTORS = ("mul", "truediv")


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A mistake in words, and all the gradients that it gives."""

    words: str
    gradients: Mapping[str, Floats]


def output_left_out(s: Deviation) -> str | None:
    """claimed = the truth where the cotangent of one of several outputs is zero."""
    return _told(s, _outputs(s.evidence))


def left_out(s: Deviation) -> str | None:
    """claimed = the truth where an operand counts as a constant."""
    return _told(s, _left_out(s.evidence))


def opposite(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand has the opposite sign."""
    return _told(s, _opposite(s.evidence))


def twice(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand is twice its own."""
    return _told(s, _twice(s.evidence))


def both_at_a_tie(s: Deviation) -> str | None:
    """claimed = the truth where both of two equal numbers have the whole slope of the larger."""
    return _told(s, _ties(s.evidence))


def at_the_result(s: Deviation) -> str | None:
    """claimed = the truth where an inner f has the slope f'(f(z)) instead of f'(z)."""
    return _told(s, _results(s.evidence))


def slope_left_out(s: Deviation) -> str | None:
    """claimed = the truth where a product has the slope 1 by a factor, or an inner f has it."""
    return _told(s, _ones(s.evidence))


@lru_cache(maxsize=2)
def cuts(evidence: Evidence) -> tuple[tuple[Group, Mapping[str, Floats]], ...]:
    """For each group of edges the part of the gradients that comes through it."""
    graph = evidence.graph
    if graph is None:
        return ()
    whole, found = graph.gradients(graph.slope), []
    for group in graph.groups():
        if group.step.file:
            without = graph.gradients(np.where(group.edges, 0.0, graph.slope))
            found.append((group, {name: whole[name] - g for name, g in without.items()}))
    return tuple(found)


@lru_cache(maxsize=2)
def _left_out(evidence: Evidence) -> tuple[Change, ...]:
    return tuple(
        Change(
            f"{group} counts as a constant",
            {name: true - part[name] for name, true in evidence.true.items()},
        )
        for group, part in cuts(evidence)
    )


@lru_cache(maxsize=2)
def _opposite(evidence: Evidence) -> tuple[Change, ...]:
    return tuple(
        Change(f"the slope by {group} has the opposite sign", gradients)
        for group, gradients in _scaled(evidence, -1.0)
    )


@lru_cache(maxsize=2)
def _twice(evidence: Evidence) -> tuple[Change, ...]:
    return tuple(
        Change(f"what comes through {group} counts twice", gradients)
        for group, gradients in _scaled(evidence, 2.0)
    )


@lru_cache(maxsize=2)
def _results(evidence: Evidence) -> tuple[Change, ...]:
    graph = evidence.graph
    return tuple(
        Change(f"the derivative of {group} is taken at its result", gradients)
        for group, gradients in _changed(evidence, graph.again if graph else None)
    )


@lru_cache(maxsize=2)
def _ones(evidence: Evidence) -> tuple[Change, ...]:
    graph = evidence.graph
    if graph is None:
        return ()
    found = []
    for group, gradients in _changed(evidence, np.ones_like(graph.slope)):
        product = group.step.op in FACTORS and group.slot == 0
        if product:
            found.append(Change(f"the second operand of {group.step} is left out", gradients))
        elif group.step.op == "mul":
            found.append(Change(f"the first operand of {group.step} is left out", gradients))
        elif group.step.op not in BINARY:
            found.append(Change(f"the derivative of {group} is left out", gradients))
    return tuple(found)


@lru_cache(maxsize=2)
def _ties(evidence: Evidence) -> tuple[Change, ...]:
    graph = evidence.graph
    if graph is None:
        return ()
    tied = graph.tied
    if not tied.any():
        return ()
    step = graph.steps[int(graph.kind[graph.child[tied]][0])]
    words = f"at a tie both operands of {step} have the whole slope"
    return (Change(words, graph.gradients(np.where(tied, 1.0, graph.slope))),)


@lru_cache(maxsize=2)
def _outputs(evidence: Evidence) -> tuple[Change, ...]:
    graph = evidence.graph
    if graph is None or len(graph.weights) < 2:
        return ()
    return tuple(
        Change(
            f"{name} is not used",
            graph.gradients(graph.with_cotangent(name, np.zeros(graph.inputs[name].shape))),
        )
        for name in graph.weights
    )


def _scaled(evidence: Evidence, factor: float) -> Iterator[tuple[Group, dict[str, Floats]]]:
    graph = evidence.graph
    return _changed(evidence, None if graph is None else factor * graph.slope)


def _changed(
    evidence: Evidence, slopes: Floats | None
) -> Iterator[tuple[Group, dict[str, Floats]]]:
    """The gradients with other slopes in one group of edges after the other."""
    graph = evidence.graph
    if graph is None or slopes is None:
        return
    for group, _ in cuts(evidence):
        new = np.where(group.edges, slopes, graph.slope)
        if np.isfinite(new[group.edges]).all() and (new != graph.slope).any():
            yield group, graph.gradients(new)


def _told(s: Deviation, changes: tuple[Change, ...]) -> str | None:
    """The change that explains a tensor; of several the one that explains most, the last such."""
    found = [c for c in changes if s.explained_by(c.gradients.get(s.name))]
    if not found:
        return None
    others = deviations(s.evidence) if len(found) > 1 else []
    counts = [sum(o.explained_by(c.gradients.get(o.name)) for o in others) for c in found]
    return found[max(range(len(found)), key=lambda k: (counts[k], k))].words
