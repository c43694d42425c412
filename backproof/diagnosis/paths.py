"""Hypotheses: a piece of the usual way back is left out, or is another one than it should be.

Each runs the way back with one piece changed, and compares the gradient that this gives with the
claim.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import combinations
from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Deviation, anchor, deviations, largest
from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.following import Changes
from backproof.diagnosis.rearrangements import rearranged
from backproof.diagnosis.repairs import everywhere
from backproof.diagnosis.way_back import Edge, WayBack
from backproof.diagnosis.written import cited
from backproof.exact.record import Step

Found = tuple[str, Mapping[str, Floats]]
"""A mistake in words, and all the gradients that it gives."""
TERMS = 4
"""So many of the first and of the last terms of a sum are tried."""


def output_left_out(s: Deviation) -> str | None:
    """claimed = the truth where the cotangent of one of several outputs is zero."""
    return _told(s, _outputs)


def left_out(s: Deviation) -> str | None:
    """claimed = the truth where an operand counts as a constant."""
    return _told(s, partial(_times, factor=0.0, words="{} counts as a constant"))


def opposite(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand has the opposite sign."""
    return _told(s, partial(_times, factor=-1.0, words="the slope by {} has the opposite sign"))


def twice(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand is twice its own."""
    return _told(s, partial(_times, factor=2.0, words="what comes through {} counts twice"))


def two_left_out(s: Deviation) -> str | None:
    """claimed = the truth where two operands count as constants."""
    pairs = combinations(reversed(_pieces(s)), 2)
    return next(
        (
            f"{a} and {b} count as constants"
            for (b, q), (a, p) in pairs
            if s.explained_by(s.true - p - q)
        ),
        None,
    )


def one_for_another(s: Deviation) -> str | None:
    """claimed = the truth where one use of the tensor stands for another one as well."""
    way = s.evidence.way_back
    mine = [(e, p) for e, p in _pieces(s) if way and _reads(e, way.program.names, s.name)]
    pairs = (
        (gone, p, doubled, q) for gone, p in mine for doubled, q in mine if gone is not doubled
    )
    return next(
        (
            f"what comes through {doubled} stands for {gone} as well"
            for gone, p, doubled, q in pairs
            if s.explained_by(s.true - p + q)
        ),
        None,
    )


def factor(s: Deviation) -> str | None:
    """claimed = the truth where what comes through an operand is times a constant."""
    for edge, part in reversed(_pieces(s)):
        at = anchor(s, part)
        k = 1 + float((s.claimed - s.true)[at] / part[at])
        if s.explained_by(s.true + (k - 1) * part, fitted=1):
            return f"what comes through {edge} is {k:.10g} times what it should be"
    return None


def slope_left_out(s: Deviation) -> str | None:
    """claimed = the truth where a product has the slope 1 by a factor, or an inner f has it."""
    return _told(s, _ones)


def at_the_result(s: Deviation) -> str | None:
    """claimed = the truth where an inner f has the slope f'(f(z)) instead of f'(z)."""
    return _told(s, _results)


def inner_diagonal(s: Deviation) -> str | None:
    """claimed = the truth where what a sum brings back has not been added up."""
    return _told(s, _diagonals)


def one_use(s: Deviation) -> str | None:
    """claimed = the truth where of the uses of each element one counts alone, or none, where the
    claim is zero: what was assigned there has been overwritten.
    """

    def explains(h: Any) -> bool:
        shown = s.told_apart(h) & s.right(h) & (s.claimed != 0)
        return s.explained_by(np.where(s.claimed == 0, 0.0, h)) and bool(shown.any())

    return _told(s, _uses, explains)


def one_use_everywhere(s: Deviation) -> str | None:
    """claimed = the truth where every number on the way has the gradient of a single use."""
    return _told(s, _single)


def one_term(s: Deviation) -> str | None:
    """claimed = the truth of one term of a sum, as it is or as all of them."""
    return _told(s, _terms)


def wrong_axis(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back is summed over other axes."""
    return _told(s, partial(_moved, slug="wrong-axis"))


def transposed(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back has its axes in another order."""
    return _told(s, partial(_moved, slug="transposed"), s.rearranged_as)


def shifted(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back is turned round, or moved."""
    return _told(s, partial(_moved, slug="shifted"), s.rearranged_as)


@lru_cache(maxsize=2)
def _cuts(way: WayBack) -> tuple[tuple[Edge, Mapping[str, Floats]], ...]:
    """For each edge the part of the gradients that comes through it."""
    found = []
    for edge in _written(way):
        without = way.gradients(_instead(edge, [0.0] * len(edge.parts)))
        ends = way.program.outputs
        found.append((edge, {n: way.here[ends[n].number] - g for n, g in without.items()}))
    return tuple(found)


def _written(way: WayBack) -> list[Edge]:
    """The edges that stand in somebody's code, but those from one part of a sum to the next."""
    inside = (any(s.inputs[e.slot] in e.steps for s in e.steps) for e in way.edges)
    return [e for e, i in zip(way.edges, inside, strict=True) if e.first.place and not i]


def _pieces(s: Deviation) -> list[tuple[Edge, Floats]]:
    """What comes through each edge, as far as it is more than rounding."""
    cuts = _cuts(s.evidence.way_back) if s.evidence.way_back else ()
    parts = ((edge, found[s.name]) for edge, found in cuts if s.name in found)
    return [(edge, part) for edge, part in parts if largest(part) > s.tolerance(s.true)]


def _reads(edge: Edge, names: Mapping[int, str], name: str) -> bool:
    return names.get(edge.first.inputs[edge.slot].number) == name


def _times(way: WayBack, factor: float, words: str) -> Iterator[Found]:
    """What comes through an edge times a number."""
    for edge, part in _cuts(way):
        ends = way.program.outputs
        yield (
            words.format(edge),
            {n: way.here[ends[n].number] + (factor - 1) * p for n, p in part.items()},
        )


def _instead(edge: Edge, values: list[Any]) -> Changes:
    """Values in the place of what comes through an edge, turn by turn."""
    return {
        p.number: (k, lambda k, given, vs: np.broadcast_to(values[k], edge.parts[k].shape))
        for k, p in enumerate(edge.parts)
    }


@lru_cache(maxsize=2)
def _outputs(way: WayBack) -> tuple[Found, ...]:
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
def _ones(way: WayBack) -> tuple[Found, ...]:
    found = []
    for edge in _written(way):
        step, above = edge.first, [way.here[a.number] for a in edge.above]
        left = "the derivative of" if len(step.inputs) == 1 else ""
        if step.primitive.name == "multiply" or (step.primitive.name == "divide" and not edge.slot):
            left = f"the {('second', 'first')[edge.slot]} operand of"
        if left and step.primitive.slopes and above[0].shape == edge.parts[0].shape:
            words = f"{left} {cited(step.place)} is left out"
            found.append((words, way.gradients(_instead(edge, above))))
    return tuple(found)


@lru_cache(maxsize=2)
def _results(way: WayBack) -> tuple[Found, ...]:
    found = []
    for edge in _written(way):
        if len(edge.first.inputs) == 1 and edge.first.primitive.slopes:
            values = [_at_result(way, s, a) for s, a in zip(edge.steps, edge.above, strict=True)]
            words = f"the derivative of {edge} is taken at its result"
            found.append((words, way.gradients(_instead(edge, values))))
    return tuple(found)


def _at_result(way: WayBack, step: Step, above: Step) -> Any:
    y, slope = way.here[step.number], step.primitive.slopes[0]
    with np.errstate(all="ignore"):
        again = slope(y, step.primitive.floats(y)) if callable(slope) else slope
        return way.here[above.number] * again


@lru_cache(maxsize=2)
def _diagonals(way: WayBack) -> tuple[Found, ...]:
    found = []
    for edge in _written(way):
        terms = [t for t in map(_summed, edge.above) if t and t.shape == edge.parts[0].shape]
        if edge.first.primitive.name == "total" and len(terms) == len(edge.parts):
            words = f"of what comes back through {edge} the diagonal alone"
            values = [way.here[t.number] for t in terms]
            found.append((words, way.gradients(_instead(edge, values))))
    return tuple(found)


def _summed(step: Step) -> Step | None:
    """What a step is the sum of."""
    while (
        step.primitive.name in ("move", "spread", "multiply") and step.inputs[0].size == step.size
    ):
        step = step.inputs[0]
    return step.inputs[0] if step.primitive.name == "total" else None


@lru_cache(maxsize=2)
def _uses(way: WayBack) -> tuple[Found, ...]:
    """Assigned where it had to be added up: elements within a move, turn by turn, or everywhere."""
    found = []
    for end, turn in (("last", 1), ("first", -1)):
        for edge in way.edges:
            words = f"of the uses of each element in {edge} the {end} counts alone"
            sources = [p.inputs[0] for p in edge.parts]
            if sources[0].primitive.name == "spread":
                kept = [_assigned(way, x, turn) for x in sources]
                found.append((words, way.gradients(_instead(edge, kept))))
            if len(sources) > 1:
                values = [way.here[p.number] for p in sources][::turn]
                kept = [v * ~_any(values[k + 1 :], v) for k, v in enumerate(values)][::turn]
                found.append((words, way.gradients(_instead(edge, kept))))
    return tuple(found)


@lru_cache(maxsize=2)
def _single(way: WayBack) -> tuple[Found, ...]:
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
def _terms(way: WayBack) -> tuple[Found, ...]:
    """For each sum each of its first and last terms alone, as it is or as all of them."""
    found = []
    for edge in _written(way):
        step, n, axis = edge.first, len(edge.steps), None
        if step.primitive.name == "total" and len(step.settings["axis"]) == 1:
            (axis,) = step.settings["axis"]
            n = step.inputs[0].shape[axis]
        elif step.primitive.name not in ("add", "subtract") or edge.slot != 1:
            continue
        parts = [way.here[p.number] for p in edge.parts]
        rest = way.gradients(_instead(edge, [0.0 * p for p in parts]))
        for j in sorted({*range(min(n, TERMS)), *range(max(n - TERMS, 0), n)} if n > 1 else ()):
            one = [p * _is_term(k, p, j, axis) for k, p in enumerate(parts)]
            alone = way.gradients(_instead(edge, one))
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


@lru_cache(maxsize=8)
def _moved(way: WayBack, slug: str) -> tuple[Found, ...]:
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


def _told(
    s: Deviation,
    find: Callable[[WayBack], Iterable[Found]],
    explains: Callable[[Any], bool] | None = None,
) -> str | None:
    """The mistake that explains a tensor; of several the one that explains most, the last such."""
    way, explains = s.evidence.way_back, explains or s.explained_by
    found = [(words, g) for words, g in (find(way) if way else ()) if explains(g.get(s.name))]
    if not found:
        return None
    others = deviations(s.evidence) if len(found) > 1 else []
    counts = [sum(o.explained_by(g.get(o.name)) for o in others) for _, g in found]
    return found[max(range(len(found)), key=lambda k: (counts[k], k))][0]
