"""Hypotheses that ask the claim again: at another cotangent, in another dtype, without rounding."""

from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer, as_floats, largest

FAR = 1e-2
"""What a dtype alone gets right, another one misses by more than this part."""


def cotangent_ignored(s: Deviation) -> str | None:
    """The answer stays the same at 2 dy, or is the right one at ones, or is true / dy."""
    dy = s.evidence.dy
    if dy is None:
        return None
    again = as_floats(answer(s.evidence.rerun, 2 * dy).get(s.name))
    if again is not None and s.explained_by(again) and s.claimed.any():
        return "the same at twice the cotangent: it is ignored"
    at_ones = as_floats(answer(s.evidence.true_rerun, np.ones_like(dy)).get(s.name))
    if s.explained_by(at_ones):
        return "the right answer where the cotangent is all ones: it is ignored"
    if dy.shape == s.true.shape and dy.all() and s.explained_by(s.true / dy):
        return "not multiplied by the cotangent"
    return None


def number_ignored(s: Deviation) -> str | None:
    """The cotangent of a single number is ignored, which looks like a factor 1 / dy."""
    return None if s.evidence.dy is None or s.evidence.dy.size > 1 else cotangent_ignored(s)


def not_linear(s: Deviation) -> str | None:
    """Twice the cotangent does not give twice the answer, or its opposite not the opposite."""
    dy = s.evidence.dy
    for k, words in ((2.0, "twice the cotangent"), (-1.0, "the opposite cotangent")):
        again = None if dy is None else as_floats(answer(s.evidence.rerun, k * dy).get(s.name))
        if again is not None and again.shape == s.true.shape and np.isfinite(again).all():
            off = largest(again / k - s.claimed)
            if off > 4 * s.tolerance(s.claimed):
                return f"not linear: off by {off:.3g} at {words}"
    return None


def one_dtype(s: Deviation) -> str | None:
    """Far off here, and right, to the rounding of the coarser one, with inputs in another dtype."""
    there = other_dtype(s.evidence.inputs)
    if there is None or s.unit is None or s.evidence.at is None:
        return None
    dtype, coarser, inputs = there
    again = as_floats(answer(s.evidence.at, inputs).get(s.name))
    bound = s.tolerance(s.true) * max(coarser, 1.0)
    if again is None or again.shape != s.true.shape:
        return None
    off = max(bound, FAR * largest(s.true))
    if largest(again - s.true) <= bound and off < largest(s.claimed - s.true):
        return f"right where the inputs are {dtype}"
    return None


def imprecise(s: Deviation) -> str | None:
    """Without rounding the claim's own code computes the truth."""
    exact = as_floats((s.evidence.exact_claimed or {}).get(s.name))
    if exact is None or exact.shape != s.true.shape:
        return None
    if largest(exact - s.true) > 1e-13 * largest(s.true):
        return None
    off = largest(s.claimed - s.true)
    many = f", {off / s.unit:.3g} times what rounding makes here" if s.unit else ""
    return f"without rounding the code is right, with it it is off by {off:.3g}{many}"


def other_dtype(inputs: Any) -> tuple[str, float, dict[str, Any]] | None:
    """The other dtype, how much coarser it is, and the inputs in it; None without float inputs."""
    arrays = {name: np.asarray(x) for name, x in inputs.items()}
    kinds = {x.dtype for x in arrays.values() if x.dtype.kind == "f" and x.ndim}
    if len(kinds) != 1:
        return None
    here = kinds.pop()
    there = np.dtype(np.float32 if here == np.float64 else np.float64)
    coarser = float(np.finfo(str(there)).eps / np.finfo(str(here)).eps)
    moved = {n: x.astype(there) if x.dtype == here else x for n, x in arrays.items()}
    return str(there), coarser, moved
