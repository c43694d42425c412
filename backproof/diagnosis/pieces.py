"""Hypotheses: a piece of the gradient, what comes through one path, is at fault, or two of them."""

from backproof.diagnosis import axes, factors
from backproof.diagnosis.deviation import Deviation, Hypothesis, largest
from backproof.diagnosis.graph import Floats, Group
from backproof.diagnosis.paths import cuts


def two_left_out(s: Deviation) -> str | None:
    """claimed = the truth where two operands count as constants."""
    pieces = _pieces(s)
    for k, (later, part) in reversed(list(enumerate(pieces))):
        rest = s.true - part
        for earlier, other in reversed(pieces[:k]):
            if s.explained_by(rest - other):
                return f"{earlier} and {later} count as constants"
    return None


def one_for_another(s: Deviation) -> str | None:
    """claimed = the truth where one use of the tensor stands for another one as well."""
    pieces = [(group, part) for group, part in _pieces(s) if group.source.text == s.name]
    for gone, part in pieces:
        rest = s.true - part
        for doubled, other in pieces:
            if s.explained_by(rest + other):
                return f"what comes through {doubled} stands for {gone} as well"
    return None


def transposed(s: Deviation) -> str | None:
    """A piece has its axes in another order."""
    return _in_a_piece(s, axes.transposed)


def shifted(s: Deviation) -> str | None:
    """A piece is read backwards, or moved along an axis."""
    return _in_a_piece(s, axes.shifted)


def factor(s: Deviation) -> str | None:
    """A piece is a constant times what it should be."""
    return _in_a_piece(s, factors.named_factor) or _in_a_piece(s, factors.factor)


def _in_a_piece(s: Deviation, hypothesis: Hypothesis) -> str | None:
    """What a hypothesis says of one piece, where the rest is right."""
    for group, part in reversed(_pieces(s)):
        piece = Deviation(s.name, s.claimed - s.true + part, part, s.known_unit, s.evidence)
        words = hypothesis(piece)
        if words:
            return f"in what comes through {group}: {words}"
    return None


def _pieces(s: Deviation) -> list[tuple[Group, Floats]]:
    """What comes through each group of edges, as far as it is more than rounding."""
    parts = ((group, found[s.name]) for group, found in cuts(s.evidence))
    return [(group, part) for group, part in parts if largest(part) > s.tolerance(s.true)]
