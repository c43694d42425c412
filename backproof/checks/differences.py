"""Where exact arithmetic cannot go: finite differences of the author's own code, in float64."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.checks.claim import Claim
from backproof.checks.directions import along_directions
from backproof.checks.ladder import Reached
from backproof.checks.unfollowed import imprecise, nearby, signed, stays
from backproof.differences.judgement import judged
from backproof.differences.slope import Slope
from backproof.differences.witness import Slopes, differentiate, element
from backproof.exact.precision import FLOAT64, Array, Precision, precision_of
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import MOST_ELEMENTS, STAYS
from backproof.verdict.numeric import BUDGET, CLEAR, RESOLVED
from backproof.verdict.witnesses import DIFFERENCES


def by_differences(
    claim: Claim, results: Mapping[str, Array], reached: Reached, seed: int, together: bool = False
) -> list[Finding]:
    """A finding for each tensor; the witness is silent where the loss cannot be run.

    together: all elements along one direction, as it is with many of them.
    """
    try:
        if together or claim.size > MOST_ELEMENTS:
            return along_directions(claim, results, reached, seed)
        return _element_by_element(claim, results, reached, seed)
    except Exception as error:  # the code in a format that is not its own
        reached.silent[DIFFERENCES] = f"the code raises {type(error).__name__}: {error}"
        return []


def _element_by_element(
    claim: Claim, results: Mapping[str, Array], reached: Reached, seed: int
) -> list[Finding]:
    at = {name: np.asarray(t, dtype=np.float64) for name, t in claim.at.items()}
    gradients = dict(results)
    found = differentiate(claim.runs.value, at, list(gradients), seed, BUDGET, claimed=gradients)
    known = [s.resolution for s in found.values() if np.isfinite(s.resolution)]
    reached.resolution = max(known, default=None)
    reached.slopes = {n: _values(s) for n, s in found.items() if s.complete}
    said = [judged(n, found[n], g, _format(claim, n)) for n, g in gradients.items()]
    if all(said) and any(f.status is Status.KINK for f in said):
        said = _bent_together(claim.runs.value, at, gradients, found, said, seed)
    return [imprecise(f) if _jumps(claim, f, found[f.tensor], seed) else f for f in said]


def _bent_together(
    loss: Any,
    at: Mapping[str, Any],
    gradients: Mapping[str, Array],
    found: Mapping[str, Slopes],
    said: list[Finding],
    seed: int,
) -> list[Finding]:
    """Findings of kinks, after the elements that bend were moved at once: each may have any of its
    own slopes, but not each of two that tie the whole. Where all bend to one side, a claim outside
    of what they have together is wrong; else nothing can tell.
    """
    bends = {
        n: _values(s, lambda x: x.right - x.left if x.kink else 0.0)
        for n, s in found.items()
        if s.complete
    }
    one_sided = len({np.sign(x) for b in bends.values() for x in b[b != 0]}) == 1
    random = np.random.default_rng(seed)
    for signs in ([1.0], [-1.0, 1.0]):
        along = {n: (b != 0) * random.choice(signs, b.shape) for n, b in bends.items()}

        def moved(t: Mapping[str, Any], along: Any = along) -> Any:
            return loss({**at, **{n: at[n] + float(t["t"][0]) * v for n, v in along.items()}})

        slope = element(moved, {"t": np.zeros(1)}, "t", 0, seed)
        claimed = float(sum((gradients[n] * v).sum() for n, v in along.items()))
        off = max(slope.low - claimed, claimed - slope.high)
        if not slope.why and off > CLEAR * slope.error + RESOLVED * slope.size:
            status = Status.WRONG if one_sided else Status.UNDECIDED
            note = f"along all elements that bend the slope is {slope.low:.6g} to {slope.high:.6g}"
            note += f", the claim's is {claimed:.6g}"
            return [
                replace(f, status=status, note=note) if f.status is Status.KINK else f for f in said
            ]
    return said


def _jumps(claim: Claim, finding: Finding, found: Slopes, seed: int) -> bool:
    """Whether an error is as large at points nearby, but another one: it is rounding."""
    if finding.status is not Status.WRONG or not found.complete:
        return False
    k = int(np.ravel_multi_index(finding.worst, found.tensor.shape)) if finding.worst else 0
    if found.slopes[k].kink or not np.isfinite(finding.claimed or 0.0):
        return False

    def error(at: Mapping[str, Any]) -> tuple[float, float]:
        own = {n: np.asarray(x, dtype=claim.tensors[n].dtype) for n, x in at.items()}
        wide = {**claim.at, **{n: np.asarray(x, dtype=np.float64) for n, x in own.items()}}
        true = element(claim.runs.value, wide, finding.tensor, k, seed).value
        claimed = claim.runs.gradient({**claim.at, **own})[finding.tensor]
        return signed(np.asarray(claimed).ravel()[k], np.asarray(true), 0)

    try:
        errors = nearby(claim.tensors, error, seed)
    except Exception:  # the code, at points that are not its own
        return False
    here = signed(finding.claimed, found.slopes[k].value * np.ones(1), 0)
    as_large = errors.std(axis=1) * STAYS > np.abs(here)
    return bool(as_large.all()) and not stays(errors)


def _format(claim: Claim, name: str) -> Precision:
    return precision_of(claim.dtypes[name]) or FLOAT64


def _values(found: Slopes, of: Callable[[Slope], float] = lambda slope: slope.value) -> Any:
    return np.array([of(s) for s in found.slopes]).reshape(found.tensor.shape)
