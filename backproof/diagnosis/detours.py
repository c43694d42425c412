"""The usual way back with one piece of it changed: in words, with the gradients that it gives."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np

from backproof.diagnosis.deviation import finite_ratio
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
    dys = way.program.cotangents if len(way.program.cotangents) > 1 else ()
    return tuple(
        (
            f"{way.program.names[dy.number]} is not used",
            way.gradients({dy.number: (0, lambda k, given, values, dy=dy: np.zeros(dy.shape))}),
        )
        for dy in dys
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
    """A function of one number has the slope that it has at its result; or its argument is taken
    for its result, where the slope is written in terms of that.
    """
    found = []
    for edge in written(way):
        slopes = edge.first.primitive.slopes if len(edge.first.inputs) == 1 else ()
        if any(map(callable, slopes)):
            for at_result in (True, False):
                values = [
                    _elsewhere(way, s, a, at_result)
                    for s, a in zip(edge.steps, edge.above, strict=True)
                ]
                where = "at its result" if at_result else "as if its argument were its result"
                words = f"the derivative of {edge} is taken {where}"
                found.append((words, way.gradients(instead(edge, values))))
    return tuple(found)


def _elsewhere(way: WayBack, step: Step, above: Step, at_result: bool) -> Any:
    x = way.here[(step if at_result else step.inputs[0]).number]
    slope: Any = step.primitive.slopes[0]
    with np.errstate(all="ignore"):
        return way.here[above.number] * slope(x, step.primitive.floats(x) if at_result else x)


@lru_cache(maxsize=2)
def diagonals(way: WayBack) -> tuple[Found, ...]:
    """What a sum brings back has not been added up."""
    found = []
    for edge in written(way):
        terms = [_unsummed(way, t) for t in edge.above]
        fit = [t for t, p in zip(terms, edge.parts, strict=True) if np.shape(t) == p.shape]
        if edge.first.primitive.name == "total" and len(fit) == len(edge.parts):
            words = f"of what comes back through {edge} the diagonal alone"
            found.append((words, way.gradients(instead(edge, fit))))
    return tuple(found)


def _unsummed(way: WayBack, step: Step) -> Any:
    """The terms of the sum that a step is, each times what the sum has been multiplied by."""
    end = step
    while step.primitive.name in SCALES and step.inputs[0].size == step.size:
        step = step.inputs[0]
    if step.primitive.name != "total":
        return None
    times = finite_ratio(way.here[end.number].ravel(), way.here[step.number].ravel())
    spread = np.expand_dims(times.reshape(step.shape), step.settings["axis"])
    return way.here[step.inputs[0].number] * spread


SCALES = ("move", "spread", "multiply", "divide", "negative")
"""What a sum may go through before it is brought back to each of its terms."""


@lru_cache(maxsize=8)
def moved(way: WayBack, slug: str) -> tuple[Found, ...]:
    """The way back with a sum or a move of it in another way."""
    found = []
    what = {"transposed": "its axes are exchanged", "shifted": "its elements are moved"}
    for family in way.program.families:
        for repair in rearranged(family) if family.place is not None else ():
            if repair.slug == slug:
                words = f"on the way back through {cited(family.place)}"
                with suppress(ValueError, IndexError):  # what does not fit the shapes
                    gradients = way.gradients(everywhere(family, repair))
                    found.append((f"{words}: {what.get(slug, repair.words)}", gradients))
    return tuple(found)
