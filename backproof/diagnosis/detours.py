"""The usual way back with one piece of it changed: in words, with the gradients that it gives."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.following import Changes
from backproof.diagnosis.rearrangements import rearranged
from backproof.diagnosis.repairs import everywhere
from backproof.diagnosis.way_back import Edge, WayBack
from backproof.diagnosis.written import cited
from backproof.exact.record import Step

Found = tuple[str, Mapping[str, Floats]]
"""A mistake in words, and all the gradients that it gives."""


@lru_cache(maxsize=2)
def cuts(way: WayBack) -> tuple[tuple[Edge, Mapping[str, Floats]], ...]:
    """For each edge the part of the gradients that comes through it."""
    found = []
    for edge in written(way):
        without = way.gradients(instead(edge, [0.0] * len(edge.parts)))
        ends = way.program.outputs
        found.append((edge, {n: way.here[ends[n].number] - g for n, g in without.items()}))
    return tuple(found)


def written(way: WayBack) -> list[Edge]:
    """The edges that stand in somebody's code, but those from one part of a sum to the next."""
    inside = (any(s.inputs[e.slot] in e.steps for s in e.steps) for e in way.edges)
    return [e for e, i in zip(way.edges, inside, strict=True) if e.first.place and not i]


def times(way: WayBack, factor: float, words: str) -> Iterator[Found]:
    """What comes through an edge times a number."""
    for edge, part in cuts(way):
        ends = way.program.outputs
        yield (
            words.format(edge),
            {n: way.here[ends[n].number] + (factor - 1) * p for n, p in part.items()},
        )


def instead(edge: Edge, values: list[Any]) -> Changes:
    """Values in the place of what comes through an edge, turn by turn."""
    return {
        p.number: (k, lambda k, given, vs: np.broadcast_to(values[k], edge.parts[k].shape))
        for k, p in enumerate(edge.parts)
    }


@lru_cache(maxsize=2)
def outputs(way: WayBack) -> tuple[Found, ...]:
    """The cotangent of one of several outputs counts as zero."""
    dys = way.program.cotangents
    return tuple(
        (
            f"{way.program.names[dy.number]} is not used",
            way.gradients({dy.number: (0, lambda k, given, values, dy=dy: np.zeros(dy.shape))}),
        )
        for dy in dys
        if len(dys) > 1
    )


@lru_cache(maxsize=2)
def ones(way: WayBack) -> tuple[Found, ...]:
    """A product has the slope 1 by a factor, or a function of one number has it."""
    found = []
    for edge in written(way):
        step, above = edge.first, [way.here[a.number] for a in edge.above]
        left = "the derivative of" if len(step.inputs) == 1 else ""
        if step.primitive.name == "multiply" or (step.primitive.name == "divide" and not edge.slot):
            left = f"the {('second', 'first')[edge.slot]} operand of"
        if left and step.primitive.slopes and above[0].shape == edge.parts[0].shape:
            words = f"{left} {cited(step.place)} is left out"
            found.append((words, way.gradients(instead(edge, above))))
    return tuple(found)


@lru_cache(maxsize=2)
def results(way: WayBack) -> tuple[Found, ...]:
    """A function of one number has the slope that it has at its result."""
    found = []
    for edge in written(way):
        if len(edge.first.inputs) == 1 and edge.first.primitive.slopes:
            values = [_at_result(way, s, a) for s, a in zip(edge.steps, edge.above, strict=True)]
            words = f"the derivative of {edge} is taken at its result"
            found.append((words, way.gradients(instead(edge, values))))
    return tuple(found)


def _at_result(way: WayBack, step: Step, above: Step) -> Any:
    y, slope = way.here[step.number], step.primitive.slopes[0]
    with np.errstate(all="ignore"):
        again = slope(y, step.primitive.floats(y)) if callable(slope) else slope
        return way.here[above.number] * again


@lru_cache(maxsize=2)
def diagonals(way: WayBack) -> tuple[Found, ...]:
    """What a sum brings back has not been added up."""
    found = []
    for edge in written(way):
        terms = [t for t in map(_summed, edge.above) if t and t.shape == edge.parts[0].shape]
        if edge.first.primitive.name == "total" and len(terms) == len(edge.parts):
            words = f"of what comes back through {edge} the diagonal alone"
            values = [way.here[t.number] for t in terms]
            found.append((words, way.gradients(instead(edge, values))))
    return tuple(found)


def _summed(step: Step) -> Step | None:
    """What a step is the sum of."""
    while (
        step.primitive.name in ("move", "spread", "multiply") and step.inputs[0].size == step.size
    ):
        step = step.inputs[0]
    return step.inputs[0] if step.primitive.name == "total" else None


@lru_cache(maxsize=8)
def moved(way: WayBack, slug: str) -> tuple[Found, ...]:
    """The way back with a sum or a move of it in another way."""
    found = []
    for family in way.program.families:
        for repair in rearranged(family) if family.place is not None else ():
            if repair.slug == slug:
                what = {"transposed": "its axes are exchanged", "shifted": "its elements are moved"}
                words = what.get(slug, repair.words)
                try:
                    gradients = way.gradients(everywhere(family, repair))
                except (ValueError, IndexError):
                    continue  # what does not fit the shapes
                found.append((f"on the way back through {cited(family.place)}: {words}", gradients))
    return tuple(found)
