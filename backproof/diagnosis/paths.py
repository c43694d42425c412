"""Hypotheses: a piece of the usual way back is left out, or is another one than it should be.

Each runs the way back with one piece changed, and compares the gradient that this gives with the
claim.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from backproof.diagnosis import detours, single_uses
from backproof.diagnosis.detours import Found
from backproof.diagnosis.deviation import Deviation, Hypothesis, anchor, deviations, largest
from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.way_back import Edge, WayBack


def along(
    find: Callable[[WayBack], Iterable[Found]],
    explains: Callable[[Deviation, Any], bool] = Deviation.explained_by,
) -> Hypothesis:
    """claimed = the truth on one of the detours that are found; of several that explain a tensor
    the one that explains most tensors, the last such.
    """

    def hypothesis(s: Deviation) -> str | None:
        way = s.evidence.way_back
        known = ((words, g) for words, g in (find(way) if way else ()) if g.get(s.name) is not None)
        found = [(words, g) for words, g in known if explains(s, g[s.name])]
        if not found:
            return None
        others = deviations(s.evidence) if len(found) > 1 else []
        counts = [sum(o.explained_by(g.get(o.name)) for o in others) for _, g in found]
        return found[max(range(len(found)), key=lambda k: (counts[k], k))][0]

    return hypothesis


def two_left_out(s: Deviation) -> str | None:
    """claimed = the truth where two operands count as constants."""
    for (b, q), (a, p) in combinations(reversed(_pieces(s)), 2):
        if s.explained_by(s.true - p - q):
            return f"{a} and {b} count as constants"
    return None


def one_for_another(s: Deviation) -> str | None:
    """claimed = the truth where one use of the tensor stands for another one as well."""
    way = s.evidence.way_back
    names = way.program.names if way else {}
    mine = [(e, p) for e, p in _pieces(s) if names.get(e.first.inputs[e.slot].number) == s.name]
    for (gone, p), (doubled, q) in permutations(mine, 2):
        if s.explained_by(s.true - p + q):
            return f"what comes through {doubled} stands for {gone} as well"
    return None


def factor(s: Deviation) -> str | None:
    """claimed = the truth where what comes through an operand is times a constant."""
    for edge, part in reversed(_pieces(s)):
        at = anchor(s, part)
        k = 1 + float((s.claimed - s.true)[at] / part[at])
        if s.explained_by(s.true + (k - 1) * part, fitted=1):
            return f"what comes through {edge} is {k:.10g} times what it should be"
    return None


def _pieces(s: Deviation) -> list[tuple[Edge, Floats]]:
    """What comes through each edge, as far as it is more than rounding."""
    cuts = detours.cuts(s.evidence.way_back) if s.evidence.way_back else ()
    parts = ((edge, found[s.name]) for edge, found in cuts if s.name in found)
    return [(edge, part) for edge, part in parts if largest(part) > s.tolerance(s.true)]


def _assigned(s: Deviation, h: Any) -> bool:
    """Whether a use alone, or none where the claim is zero, is claimed: what was assigned there has
    been overwritten.
    """
    shown = s.told_apart(h) & s.right(h) & (s.claimed != 0)
    return s.explained_by(np.where(s.claimed == 0, 0.0, h)) and bool(shown.any())


def _times(factor: float, words: str) -> Hypothesis:
    return along(partial(detours.times, factor=factor, words=words))


PATHS: tuple[tuple[str, Hypothesis], ...] = (
    ("path-left-out", along(detours.outputs)),
    ("path-left-out", _times(0.0, "{} counts as a constant")),
    ("path-left-out", along(detours.ones)),
    ("at-the-output", along(detours.results)),
    ("counted-twice", _times(2.0, "what comes through {} counts twice")),
    ("sign", _times(-1.0, "the slope by {} has the opposite sign")),
    ("one-sample", along(single_uses.samples, single_uses.is_of_few)),
    ("one-sample", along(single_uses.terms)),
    ("assigned", along(single_uses.uses, _assigned)),
    ("diagonal", along(detours.diagonals)),
    ("path-left-out", two_left_out),
    ("path-left-out", one_for_another),
    ("assigned", along(single_uses.single)),
    ("transposed", along(partial(detours.moved, slug="transposed"), Deviation.rearranged_as)),
    ("shifted", along(partial(detours.moved, slug="shifted"), Deviation.rearranged_as)),
    ("factor", factor),
    ("wrong-axis", along(partial(detours.moved, slug="wrong-axis"))),
)
"""What is tried, in this order."""
