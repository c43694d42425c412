"""Hypotheses: some elements are zero or twice the truth, and the others right."""

import numpy as np

from backproof.diagnosis.deviation import Deviation


def partly_zero(s: Deviation) -> str | None:
    """claimed = 0 in some elements, true in the rest."""
    h = np.where(s.claimed == 0, 0.0, s.true)
    if not s.explained_by(h):
        return None
    return f"{int(s.wrong.sum())} of {s.true.size} elements are zero, the rest is right"


def twice_in_part(s: Deviation) -> str | None:
    """claimed = 2 true in some elements, true in the rest."""
    h = np.where(s.wrong, 2 * s.true, s.true)
    if not s.explained_by(h) or s.told_apart(h).sum() < 2:
        return None
    return f"{int(s.wrong.sum())} of {s.true.size} elements are twice the truth, the rest is right"
