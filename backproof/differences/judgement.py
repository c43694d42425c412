"""A gradient against finite differences: it agrees, it contradicts, or the slopes cannot tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from backproof.differences.probes import Probe
from backproof.differences.slope import Slope
from backproof.differences.witness import Slopes
from backproof.exact.precision import Array, Precision
from backproof.verdict import Finding, Status
from backproof.verdict.numeric import CLEAR, RARELY, RESOLVED, ROUNDING, SMALL
from backproof.verdict.witnesses import DIFFERENCES


class Outcome(StrEnum):
    """What a slope says of a claim."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One probe: the slope that was found and the claimed one, and what that means.

    off: how far the claim lies outside of the one-sided slopes. bound: how far it may. why: what
    was not known, or what a reader must know of an agreement.
    """

    outcome: Outcome
    probe: Probe
    slope: Slope
    claimed: float
    off: float
    bound: float
    why: str = ""


def judge(found: Slopes, claimed: Array, rounding: float = 0.0) -> Iterator[Judgement]:
    """Judge a claimed gradient of a tensor, of its shape, by every slope found of it.

    rounding: by how much its own rounding may change an element of the claim; half a unit in the
    last place of its dtype is always allowed. At a kink every value between the one-sided slopes
    agrees. Raises ValueError for another shape.
    """
    if claimed.shape != found.tensor.shape:
        raise ValueError(f"a gradient of shape {claimed.shape} for {found.tensor.shape}")
    own = float(np.finfo(claimed.dtype).eps) / 2 if claimed.dtype.kind == "f" else 0.0
    for probe, slope in zip(found.probes, found.slopes, strict=True):
        g = claimed.reshape(-1)[probe.start : probe.stop].astype(np.float64)
        along = probe.along(found.tensor)
        with np.errstate(all="ignore"):
            total = float((g * along).sum())
            slack = own * _together(g * along) + rounding * _together(along)
        yield _judged(probe, slope, total, slack)


def _together(sizes: Array) -> float:
    """What errors of these sizes come to, whose signs a direction drew: rarely ever their sum."""
    return float(min(np.abs(sizes).sum(), RARELY * np.linalg.norm(sizes)))


def _judged(probe: Probe, slope: Slope, claimed: float, slack: float) -> Judgement:
    if slope.why:
        nan = float("nan")
        return Judgement(Outcome.CANNOT_TELL, probe, slope, claimed, nan, np.inf, slope.why)
    bound = CLEAR * slope.error + (slack if np.isfinite(slack) else 0.0)
    off = max(slope.low - claimed, claimed - slope.high, 0.0)
    off = off if np.isfinite(claimed) else np.inf
    outcome, why = Outcome.AGREES, ""
    if off > bound:
        outcome = Outcome.CONTRADICTS
    elif slope.flat and claimed == 0:
        why = f"flat: no value of the loss differs, the slope is below {slope.error:.1e}"
    elif bound > RESOLVED * slope.size:
        outcome = Outcome.CANNOT_TELL
        why = f"the slope is {slope.value:.1e}, known to {slope.error:.1e} only"
    elif slope.border:
        why = "the loss is finite on one side only"
    elif slope.kink:
        why = f"a kink: any value from {slope.low:.6g} to {slope.high:.6g} is right"
    return Judgement(outcome, probe, slope, claimed, off, bound, why)


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
