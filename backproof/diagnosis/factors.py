"""Hypotheses: the truth times a number, plus a penalty, cut off, or not there at all."""

from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Deviation, anchor, answer, as_floats, largest
from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.naming import named

SEVERAL = 3
"""So many elements that show the same factor are no coincidence."""


def zero(s: Deviation) -> str | None:
    """claimed = 0, everywhere."""
    return None if s.claimed.any() else "all zero, and the truth is not"


def partly_zero(s: Deviation) -> str | None:
    """claimed = 0 in some elements, true in the rest."""
    if not s.explained_by(np.where(s.claimed == 0, 0.0, s.true)):
        return None
    return f"{int(s.wrong.sum())} of {s.true.size} elements are zero, the rest is right"


def sign(s: Deviation) -> str | None:
    """claimed = -true."""
    return "every element has the opposite sign" if s.explained_by(-s.true) else None


def named_factor(s: Deviation) -> str | None:
    """claimed = k true, with a k that the evidence has a name for.

    Several elements show it and a second point, where there is one; of fewer that is no name.
    """
    k = factor_of(s)
    near = s.tolerance(s.claimed) / largest(s.claimed) if largest(s.claimed) else 0.0
    magnitude = max(abs(k), 1 / abs(k)) if k else 0.0
    if not 0 < magnitude < np.inf or not s.explained_by(k * s.true):
        return None
    label = named(s.evidence, magnitude, near) if _is_confirmed(s, k) else ""
    if not label:
        return None
    several = s.told_apart(k * s.true).sum() >= SEVERAL
    contrary = ", and the sign is wrong" if k < 0 else ""
    return f"{_times(k)}{contrary}" + (f"; {magnitude:.6g} is {label}" if several else "")


def factor(s: Deviation) -> str | None:
    """claimed = k true, with any k."""
    k = factor_of(s)
    if not np.isfinite(k) or not s.explained_by(k * s.true, fitted=1):
        return None
    return f"a constant factor {k:.10g} in every element"


def clipped(s: Deviation) -> str | None:
    """claimed = clip(true, -c, c), or cut off on one side.

    Two elements at least show it, or one, at a bound that another tensor has as well.
    """
    c, lowest, highest = largest(s.claimed), float(s.claimed.min()), float(s.claimed.max())
    for h, words in (
        (np.clip(s.true, -c, c), f"cut off at {c:.6g} on both sides"),
        (np.maximum(s.true, lowest), f"cut off below {lowest:.6g}"),
        (np.minimum(s.true, highest), f"cut off above {highest:.6g}"),
    ):
        kept, cut = (h == s.true) & (h != 0), s.told_apart(h)
        on_both_sides = np.unique(np.sign(h[cut])).size == 2
        several = cut.sum() > 1 or _bounds(s).count(largest(h)) > 1
        if s.explained_by(h) and several and (kept.sum() > 1 or on_both_sides):
            return words
    return None


def _bounds(s: Deviation) -> list[float]:
    """The size of the largest element of each claimed gradient."""
    return [largest(g) for g in map(as_floats, s.evidence.claimed.values()) if g is not None]


def rescaled(s: Deviation) -> str | None:
    """claimed = k true, where k makes the norm a round number, or depends on the cotangent."""
    k = factor_of(s)
    if not 0 < k < 1 or not s.explained_by(k * s.true, fitted=1):
        return None
    others = (as_floats(g) for g in s.evidence.claimed.values())
    whole = float(np.sqrt(sum(float((g * g).sum()) for g in others if g is not None)))
    norm, near = float(np.linalg.norm(s.claimed)), s.tolerance(s.claimed) * s.true.size
    for size, words in ((norm, "its norm"), (whole, "the norm of all gradients together")):
        if abs(size - float(f"{size:.1e}")) <= near:
            return f"rescaled by {k:.6g}: {words} is {size:.6g}"
    if s.explained_by(s.true / (1 + np.linalg.norm(s.true)), fitted=1):
        return "rescaled: divided by 1 + its norm"
    return _changing(s, k)


def regulariser(s: Deviation) -> str | None:
    """claimed = true + c p or true + c sign(p), with the parameter p itself."""
    p = s.evidence.numbers.get(s.name)
    if p is None or p.shape != s.true.shape:
        return None
    for form, words in ((p, s.name), (np.sign(p), f"sign({s.name})")):
        at = anchor(s, form)
        c = float((s.claimed - s.true)[at] / form[at]) if form[at] else 0.0
        if s.explained_by(s.true + c * form, fitted=1):
            near = 2 * s.tolerance(s.true) / (abs(c) * largest(form))
            dy = s.evidence.dy
            weight = 1.0 if dy is None or dy.size != 1 else float(dy.item())
            k, by = (c, "") if weight == 1 else (c / weight, " dy")
            label = named(s.evidence, abs(k), near)
            known = f", and {abs(k):.6g} is {label}" if label else ""
            return f"the error is {k:.6g}{by} times {words}{known}"
    return None


def factor_of(s: Deviation) -> float:
    """claimed / true at the largest true element; NaN where the truth is zero."""
    at = anchor(s, s.true)
    return float(s.claimed[at] / s.true[at]) if s.true[at] else float("nan")


def _changing(s: Deviation, k: float) -> str | None:
    """Whether another size of the cotangent, where it is known, gets another factor."""
    dy = s.evidence.dy
    if dy is None:
        return None
    again = as_floats(answer(s.evidence.rerun, dy / 64).get(s.name))
    if again is None or again.shape != s.true.shape:
        return None
    at = anchor(s, s.true)
    then = float(again[at] / (s.true[at] / 64))
    if abs(then - k) <= 1e-3 * abs(k):
        return None
    return f"rescaled by {k:.6g}, and by {then:.6g} where the cotangent is 64 times smaller"


def _times(k: float) -> str:
    return f"{abs(k):.6g} times too large" if abs(k) > 1 else f"{1 / abs(k):.6g} times too small"


def _is_confirmed(s: Deviation, k: float) -> bool:
    """Whether claimed = k true holds for more than a number or two: at a second point, if there is
    one, and else in several elements.
    """
    second = _elsewhere(s)
    if second is None:
        return int(s.told_apart(k * s.true).sum()) >= SEVERAL
    claimed, true = second
    return largest(claimed - k * true) <= s.tolerance(k * true)


def _elsewhere(s: Deviation) -> tuple[Floats, Floats] | None:
    """The claimed gradient and the true one at a second point: another cotangent, else inputs a
    little aside; None where there is none.
    """
    evidence, random = s.evidence, np.random.default_rng(4)
    if evidence.dy is not None:
        dy = evidence.dy * random.uniform(0.5, 2.0, evidence.dy.shape)
        pair = answer(evidence.rerun, dy), answer(evidence.true_rerun, dy)
    else:
        moved = {n: _aside(x, random) for n, x in evidence.inputs.items()}
        pair = answer(evidence.at, moved), answer(evidence.true_at, moved)
    claimed, true = (as_floats(found.get(s.name)) for found in pair)
    if claimed is None or true is None or claimed.shape != true.shape or not true.any():
        return None
    return claimed, true


def _aside(x: Any, random: np.random.Generator) -> Any:
    array = np.asarray(x)
    if array.dtype.kind != "f" or not array.ndim:
        return x
    return (array * (1 + random.integers(-8, 9, array.shape) / 512)).astype(array.dtype)
