"""Hypotheses: a piece of the usual way back is left out, or is another one than it should be.

Each runs the way back with one piece changed, and compares the gradient that this gives with the
claim.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from backproof.diagnosis import detours, single_uses
from backproof.diagnosis.detours import Found
from backproof.diagnosis.deviation import Deviation, anchor, deviations, largest
from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.way_back import Edge, WayBack


def output_left_out(s: Deviation) -> str | None:
    """claimed = the truth where the cotangent of one of several outputs is zero."""
    return _told(s, detours.outputs)


def left_out(s: Deviation) -> str | None:
    """claimed = the truth where an operand counts as a constant."""
    return _told(s, partial(detours.times, factor=0.0, words="{} counts as a constant"))


def opposite(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand has the opposite sign."""
    return _told(
        s, partial(detours.times, factor=-1.0, words="the slope by {} has the opposite sign")
    )


def twice(s: Deviation) -> str | None:
    """claimed = the truth where the slope by an operand is twice its own."""
    return _told(s, partial(detours.times, factor=2.0, words="what comes through {} counts twice"))


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
    return _told(s, detours.ones)


def at_the_result(s: Deviation) -> str | None:
    """claimed = the truth where an inner f has the slope f'(f(z)) instead of f'(z)."""
    return _told(s, detours.results)


def inner_diagonal(s: Deviation) -> str | None:
    """claimed = the truth where what a sum brings back has not been added up."""
    return _told(s, detours.diagonals)


def one_use(s: Deviation) -> str | None:
    """claimed = the truth where of the uses of each element one counts alone, or none, where the
    claim is zero: what was assigned there has been overwritten.
    """

    def explains(h: Any) -> bool:
        shown = s.told_apart(h) & s.right(h) & (s.claimed != 0)
        return s.explained_by(np.where(s.claimed == 0, 0.0, h)) and bool(shown.any())

    return _told(s, single_uses.uses, explains)


def one_use_everywhere(s: Deviation) -> str | None:
    """claimed = the truth where every number on the way has the gradient of a single use."""
    return _told(s, single_uses.single)


def one_term(s: Deviation) -> str | None:
    """claimed = the truth of one term of a sum, as it is or as all of them."""
    return _told(s, single_uses.terms)


def wrong_axis(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back is summed over other axes."""
    return _told(s, partial(detours.moved, slug="wrong-axis"))


def transposed(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back has its axes in another order."""
    return _told(s, partial(detours.moved, slug="transposed"), s.rearranged_as)


def shifted(s: Deviation) -> str | None:
    """claimed = the truth where something on the way back is turned round, or moved."""
    return _told(s, partial(detours.moved, slug="shifted"), s.rearranged_as)


def _pieces(s: Deviation) -> list[tuple[Edge, Floats]]:
    """What comes through each edge, as far as it is more than rounding."""
    cuts = detours.cuts(s.evidence.way_back) if s.evidence.way_back else ()
    parts = ((edge, found[s.name]) for edge, found in cuts if s.name in found)
    return [(edge, part) for edge, part in parts if largest(part) > s.tolerance(s.true)]


def _reads(edge: Edge, names: Mapping[int, str], name: str) -> bool:
    return names.get(edge.first.inputs[edge.slot].number) == name


def _told(
    s: Deviation,
    find: Callable[[WayBack], Iterable[Found]],
    explains: Callable[[Any], bool] | None = None,
) -> str | None:
    """The mistake that explains a tensor; of several the one that explains most, the last such."""
    way, explains = s.evidence.way_back, explains or s.explained_by
    known = ((words, g) for words, g in (find(way) if way else ()) if g.get(s.name) is not None)
    found = [(words, g) for words, g in known if explains(g[s.name])]
    if not found:
        return None
    others = deviations(s.evidence) if len(found) > 1 else []
    counts = [sum(o.explained_by(g.get(o.name)) for o in others) for _, g in found]
    return found[max(range(len(found)), key=lambda k: (counts[k], k))][0]
