"""A gradient against finite differences, tensor by tensor: what they say, and what they cannot."""

from collections.abc import Sequence

import numpy as np

from backproof.differences.judgement import Judgement, Outcome, judge
from backproof.differences.witness import Slopes
from backproof.exact.precision import Array, Precision
from backproof.verdict import Finding, Status
from backproof.verdict.numeric import ROUNDING, SMALL
from backproof.verdict.witnesses import DIFFERENCES


def judged(name: str, found: Slopes, g: Array, precision: Precision) -> Finding:
    """What the slopes found of a tensor say of its gradient g, claimed in a format."""
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
    known = j.slope.value if np.isnan(j.claimed) else j.claimed
    nearest = min(max(known, j.slope.low), j.slope.high)
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
