"""Where exact arithmetic cannot go: finite differences of the author's own code, in float64."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from architectures import Array
from backproof.checks.claim import Claim
from backproof.checks.directions import along_directions
from backproof.checks.ladder import Heard
from backproof.exact.precision import FLOAT64, Precision, precision_of
from backproof.verdict.decisions import MOST_ELEMENTS
from backproof.verdicts import Finding, Status
from backproof.witnesses import DIFFERENCES
from reference.differences.judgement import Judgement, Outcome, judge
from reference.differences.witness import BUDGET, Slopes, differentiate

ROUNDING = 64.0
"""So many units in the last place of a tensor's largest element its rounding is taken for."""
SMALL = 1e-6
"""An element that is known to be below this part of the tensor's largest slope is told enough."""


def by_differences(
    claim: Claim, results: Mapping[str, Array], heard: Heard, seed: int
) -> list[Finding]:
    """A finding for each tensor; the witness is silent where the loss cannot be run."""
    try:
        if claim.size > MOST_ELEMENTS:
            return along_directions(claim, results, heard, seed)
        return _element_by_element(claim, results, heard, seed)
    except Exception as error:  # the code in a format that is not its own
        heard.silent[DIFFERENCES] = f"the code raises {type(error).__name__}: {error}"
        return []


def _element_by_element(
    claim: Claim, results: Mapping[str, Array], heard: Heard, seed: int
) -> list[Finding]:
    at = {name: np.asarray(t, dtype=np.float64) for name, t in claim.at.items()}
    gradients = dict(results)
    found = differentiate(claim.runs.value, at, list(gradients), seed, BUDGET, claimed=gradients)
    known = [s.resolution for s in found.values() if np.isfinite(s.resolution)]
    heard.resolution = max(known, default=None)
    heard.slopes = {n: _values(s) for n, s in found.items() if s.complete}
    return [_judged(n, found[n], g, _format(claim, n)) for n, g in gradients.items()]


def _format(claim: Claim, name: str) -> Precision:
    return precision_of(claim.dtypes[name]) or FLOAT64


def _values(found: Slopes) -> Any:
    return np.array([s.value for s in found.slopes]).reshape(found.tensor.shape)


def _judged(name: str, found: Slopes, g: Array, precision: Precision) -> Finding:
    floats = np.asarray(g, dtype=np.float64)
    rounding = 2 * precision.u * ROUNDING * float(np.abs(floats).max(initial=0))
    said = list(judge(found, floats, rounding))
    against = [j for j in said if j.outcome is Outcome.CONTRADICTS]
    if against:
        worst = max(against, key=lambda j: j.off / j.bound if j.bound else np.inf)
        off = len(against) if found.complete else None
        return _finding(name, found, Status.WRONG, worst, "", off)
    largest = max((abs(j.slope.value) for j in said if np.isfinite(j.slope.value)), default=0.0)
    enough = max(SMALL * largest, 2 * rounding)  # what rounds off cannot be known to more digits
    open_ = [j for j in said if j.outcome is Outcome.CANNOT_TELL and not j.bound <= enough]
    if open_ or not said:
        why = open_[0].why if open_ else found.why
        return Finding(name, DIFFERENCES, Status.UNDECIDED, note=why or "no slope was found")
    kinks = [j for j in said if j.slope.kink]
    if kinks:
        return _finding(name, found, Status.KINK, kinks[0], kinks[0].why)
    return _finding(name, found, Status.CORRECT, _furthest(said), "")


def _furthest(said: Sequence[Judgement]) -> Judgement:
    return max(said, key=lambda j: j.off / j.bound if j.bound else 0.0)


def _finding(
    name: str, found: Slopes, status: Status, j: Judgement, note: str, off: int | None = None
) -> Finding:
    where = () if not j.probe.single else np.unravel_index(j.probe.start, found.tensor.shape)
    nearest = min(max(j.claimed, j.slope.low), j.slope.high)
    ratio = j.off / j.bound if j.bound else 0.0
    along = "" if j.probe.single else "the slope along a direction"
    return Finding(
        name,
        DIFFERENCES,
        status,
        tuple(int(i) for i in where),
        j.claimed,
        nearest,
        ratio,
        note=note or along,
        off=off,
        of=found.tensor.size if off is not None else None,
    )
