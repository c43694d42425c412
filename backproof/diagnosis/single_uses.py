"""The usual way back where a part of what is added up stands for the whole of it."""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from backproof.diagnosis.detours import Found, instead, written
from backproof.diagnosis.deviation import Deviation
from backproof.diagnosis.way_back import WayBack
from backproof.diagnosis.written import cited
from backproof.exact.record import Step

TERMS = 4
"""So many of the first and of the last terms of a sum, or samples, are tried."""


@lru_cache(maxsize=2)
def samples(way: WayBack) -> tuple[Found, ...]:
    """The cotangent of each of the first and last samples alone, as a sum or as its share."""
    found = []
    for dy in way.program.cotangents:
        n = dy.shape[0] if dy.ndim else 0
        for k in _ends(n):
            only = np.zeros(dy.shape)
            only[k] = way.here[dy.number][k]
            alone = way.gradients({dy.number: (0, lambda turn, given, values, v=only: v)})
            words = f"the gradient of sample {k} of {n} alone"
            found.append((words, alone))
            share = {name: g / n for name, g in alone.items()}
            found.append((f"{words}, as its share of the mean", share))
    return tuple(found)


def is_of_few(s: Deviation, h: Any) -> bool:
    """Whether a sample alone is claimed, and that is wrong in more elements than it adds to."""
    few = s.evidence.dy is not None and np.count_nonzero(s.wrong) * len(
        np.atleast_1d(s.evidence.dy)
    ) < np.count_nonzero(s.true)
    return not few and s.explained_by(h)


def _ends(n: int) -> list[int]:
    return sorted({*range(min(n, TERMS)), *range(max(n - TERMS, 0), n)}) if n > 1 else []


@lru_cache(maxsize=2)
def uses(way: WayBack) -> tuple[Found, ...]:
    """Assigned where it had to be added up: elements within a move, turn by turn, or everywhere."""
    found = []
    for end, turn in (("last", 1), ("first", -1)):
        for edge in way.edges:
            words = f"of the uses of each element in {edge} the {end} counts alone"
            sources = [p.inputs[0] for p in edge.parts]
            if sources[0].primitive.name == "spread":
                kept = [_assigned(way, x, turn) for x in sources]
                found.append((words, way.gradients(instead(edge, kept))))
            if len(sources) > 1:
                values = [way.here[p.number] for p in sources][::turn]
                kept = [v * ~_any(values[k + 1 :], v) for k, v in enumerate(values)][::turn]
                found.append((words, way.gradients(instead(edge, kept))))
    return tuple(found)


@lru_cache(maxsize=2)
def single(way: WayBack) -> tuple[Found, ...]:
    """One operand alone of every sum of what comes back through several edges, the last first."""
    parts = {p.number for e in way.edges for p in e.parts}
    adds = [s for s in way.program.reverse if s.primitive.name == "add"]
    sums = [s.number for s in adds if s.inputs[1].number in parts]
    return tuple(
        (
            f"of the uses of every number on the way the {end} counts alone",
            way.gradients({s: (0, partial(_one, n)) for s in sums}),
        )
        for n, end in enumerate(("last", "first"))
        if sums
    )


def _one(slot: int, turn: int, given: list[Any], values: Any) -> Any:
    """Of each element one of two numbers, as far as that is not zero."""
    return np.where(given[slot] != 0, given[slot], given[1 - slot])


def _any(values: list[Any], like: Any) -> Any:
    return np.any([v != 0 for v in values], axis=0) if values else np.zeros(np.shape(like), bool)


def _assigned(way: WayBack, step: Step, turn: int) -> Any:
    """Elements put into their places one after the other, forwards or backwards."""
    found = np.zeros(step.size + 1)
    g = way.here[step.inputs[0].number]
    places = np.broadcast_to(step.settings["places"], np.shape(g))
    found[places.ravel()[::turn]] = np.ravel(g)[::turn]
    return found[1:].reshape(step.shape)


@lru_cache(maxsize=2)
def terms(way: WayBack) -> tuple[Found, ...]:
    """For each sum each of its first and last terms alone, as it is or as all of them."""
    found = []
    for edge in written(way):
        step, n, axis = edge.first, len(edge.steps), None
        if step.primitive.name == "total":
            axis = min(step.settings["axis"])
            n = step.inputs[0].shape[axis]
        elif step.primitive.name not in ("add", "subtract") or edge.slot != 1:
            continue
        parts = [way.here[p.number] for p in edge.parts]
        rest = way.gradients(instead(edge, [0.0 * p for p in parts]))
        for j in _ends(n):
            one = [p * _is_term(k, p, j, axis) for k, p in enumerate(parts)]
            alone = way.gradients(instead(edge, one))
            for times in (1.0, float(n), 1 / n):
                share = "" if times == 1 else f", times {times:.6g}"
                words = f"term {j} of the {n} that {cited(step.place)} adds up counts alone{share}"
                found.append(
                    (words, {m: rest[m] + times * (g - rest[m]) for m, g in alone.items()})
                )
    return tuple(found)


def _is_term(turn: int, part: Any, j: int, axis: int | None) -> Any:
    if axis is None:
        return float(turn == j)
    shape = [-1 if k == axis else 1 for k in range(np.ndim(part))]
    return (np.arange(np.shape(part)[axis]) == j).reshape(shape)
