"""Constants: a claim that is right but for one rounding of the numbers written in its code."""

import numpy as np

from backproof.checks.judgement import Judgement, Nearby, finding
from backproof.checks.measured import Measured, Tensor
from backproof.exact.constants import System, explained
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT


def by_constants(measured: Measured, nearby: Nearby | None = None) -> Judgement | None:
    """What is to be said where such a rounding explains every difference; None where it does not.

    nearby: the claim at further points, asked for where one has too few elements to tell.
    """
    here = system(measured)
    if here is None:
        return None
    others = (system(m) for m in nearby()) if nearby is not None else iter(())
    found = explained(here, (s for s in others if s is not None))
    if found is None:
        return None
    tensors = list(measured.tensors.values())
    right = {t.name: bool((t.rounding <= LIMIT).all()) and not found.typed for t in tensors}
    status = {True: Status.CORRECT, False: Status.IMPRECISE}
    findings = [finding(t, status[right[t.name]]) for t in tensors]
    said = f"right up to the rounding of a constant (a part of {_largest(tensors):.1e} is missing)"
    if all(right.values()):
        return Judgement(findings, [f"BP117, {said}"])
    return Judgement(findings, code="BP117", detail=said)


def system(measured: Measured) -> System | None:
    """The differences of a point; None where a backward was not followed."""
    tensors = list(measured.tensors.values())
    claimed = [t.claim for t in tensors if t.claim is not None]
    if len(claimed) < len(tensors):
        return None
    return System(
        claimed,
        [t.step for t in tensors],
        [t.truth for t in tensors],
        [t.allowed for t in tensors],
        measured.bits,
        measured.decided,
    )


def _largest(tensors: list[Tensor]) -> float:
    """The largest part of an element that is missing."""
    parts = (t.residue / np.maximum(np.abs(t.truth), 1e-300) for t in tensors)
    return max(float(np.max(part, initial=0)) for part in parts)
