"""Hypotheses: some elements are wrong and the others right, and which they are tells why."""

import math
from collections.abc import Iterator

import numpy as np

from backproof.diagnosis.deviation import Deviation, anchor, finite_ratio
from backproof.diagnosis.evidence import Floats

UNLIKELY = 1e5
"""Of so many ways to choose the wrong elements, only one lies beyond a threshold."""
LARGEST_EPSILON = 0.1


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


def mask_left_out(s: Deviation) -> str | None:
    """The truth is zero on one side of 0 of an input, and the claim is not."""
    if (s.true[s.wrong] != 0).any():
        return None
    for label, (low, high), above in _thresholds(s):
        if low <= 0 <= high:
            return f"not set to zero where {label} {'>' if above else '<'} 0"
    return None


def threshold(s: Deviation) -> str | None:
    """Wrong beyond one value of an input, and right before it."""
    for label, (low, high), above in _thresholds(s):
        between = f"between {low:.6g} and {high:.6g}"
        return f"wrong only where {label} is {'above' if above else 'below'} a limit {between}"
    return None


def epsilon(s: Deviation) -> str | None:
    """claimed / true = (u + e) / u, its inverse, or the root of either; u = |x| or x^2."""
    for name, x in s.evidence.numbers.items():
        if x.shape != s.true.shape or not x.all():
            continue
        for u, words in ((np.abs(x), f"|{name}|"), (x * x, f"{name}^2")):
            for power in (1.0, -1.0, 0.5, -0.5):
                e = _epsilon(s, u, power)
                if 0 < e < LARGEST_EPSILON and s.explained_by(
                    s.true * ((u + e) / u) ** power, fitted=1
                ):
                    return f"an epsilon of {e:.3g} beside {words}, on one side only"
    return None


def _epsilon(s: Deviation, u: Floats, power: float) -> float:
    """The epsilon that the most affected element shows."""
    ratio = finite_ratio(s.claimed, s.true)
    if (ratio <= 0).any():
        return 0.0
    at = anchor(s, np.log(ratio))
    return float(u[at] * (ratio[at] ** (1 / power) - 1))


def _thresholds(s: Deviation) -> Iterator[tuple[str, tuple[float, float], bool]]:
    """The inputs of which one value parts wrong from right: where it lies, and on which side.

    Elements that are zero in the claim and in truth, whatever else is wrong, bear no witness.
    """
    alive = (s.true != 0) | (s.claimed != 0)
    wrong = s.wrong[alive]
    count = int(wrong.sum())
    if min(count, wrong.size - count) < 3 or math.comb(wrong.size, count) < UNLIKELY:
        return
    for name, x in s.evidence.numbers.items():
        if x.shape != alive.shape:
            continue
        for label, u in ((name, x), (f"|{name}|", np.abs(x))):
            for side in (u, -u):
                low, high = float(side[alive][~wrong].max()), float(side[alive][wrong].min())
                silent = int((side[~alive] >= high).sum())
                if low < high and 2 * silent <= count:
                    yield label, (low, high) if side is u else (-high, -low), side is u
