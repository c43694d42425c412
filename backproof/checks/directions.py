"""Gradients of millions of elements: every tensor at once along one direction, in float64."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backproof.checks.claim import Claim
from backproof.checks.ladder import Reached
from backproof.differences.frugal import Known, balanced, slope_along
from backproof.exact.precision import Array
from backproof.verdict import Finding, Status
from backproof.verdict.numeric import CLEAR, RESOLVED_ALONG, ROUGHLY
from backproof.verdict.witnesses import DIFFERENCES


def along_directions(
    claim: Claim, gradients: Mapping[str, Array], reached: Reached, seed: int
) -> list[Finding]:
    """A finding for each tensor, by four evaluations of the loss, and two more for each tensor
    where these contradict the claim.

    The resolution told is the smallest part by which one element that pulls like the root mean
    square of its tensor could be off and be seen.
    """
    at = claim.at
    along = balanced(at, gradients, seed)
    every = _pull(gradients, along)
    with claim.runs.opened() as value:
        known = slope_along(value, at, along)
        reached.resolution = _resolution(known, gradients, along)
        found = _told(list(gradients), known, *every)
        if found[0].status is not Status.WRONG:
            return found
        alone = []
        for name, v in along.items():
            pull = _pull({name: gradients[name]}, {name: v})
            alone += _told([name], slope_along(value, at, {name: v}, once=True), *pull)
    return alone if any(f.status is Status.WRONG for f in alone) else found


def _pull(gradients: Mapping[str, Array], along: Mapping[str, Any]) -> tuple[float, float]:
    """<g, v>, and by how much rounding may change it."""
    total, rounding = 0.0, 0.0
    for name, v in along.items():
        g = gradients[name].ravel()
        step = abs(float(v.flat[0]))
        total += float(np.dot(g, v.ravel()))
        rounding += (ROUGHLY * float(np.finfo(g.dtype).eps) * step * float(np.linalg.norm(g))) ** 2
    return total, float(np.sqrt(rounding))


def _resolution(known: Known, gradients: Mapping[str, Array], along: Mapping[str, Any]) -> float:
    _, rounding = _pull(gradients, along)
    pulls = [
        abs(float(v.flat[0])) * float(np.linalg.norm(gradients[n].ravel())) / np.sqrt(v.size)
        for n, v in along.items()
    ]
    least = min((p for p in pulls if p > 0), default=0.0)
    return CLEAR * (known.error + rounding) / least if least else float("inf")


def _told(names: list[str], known: Known, claimed: float, rounding: float) -> list[Finding]:
    bound = CLEAR * (known.error + rounding)
    off = abs(claimed - known.value)
    status, note = Status.CORRECT, "all tensors along one direction"
    note = note if len(names) > 1 else "the slope along one direction"
    if not np.isfinite(bound) or bound > RESOLVED_ALONG * max(abs(known.value), abs(claimed)):
        status, note = Status.UNDECIDED, "the slope is not resolved: the loss is not smooth enough"
    elif off > bound or not np.isfinite(off):
        status = Status.WRONG
    error_ratio = off / bound if bound else 0.0
    return [
        Finding(name, DIFFERENCES, status, (), claimed, known.value, error_ratio, note=note)
        for name in names
    ]
