"""The other witnesses of a case, heard beside exact arithmetic or in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.architectures import Array, Case
from backproof.reference.answer import LOSS
from backproof.suite.frameworks import Known, compared, hear, outvoted
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import LIMIT
from backproof.verdict.witnesses import DIFFERENCES, EXACT, JAX, TORCH

FRAMEWORKS = (TORCH, JAX)


def frameworks(
    case: Case, witnesses: Sequence[str], known: Known, findings: list[Finding]
) -> list[Finding]:
    """All findings, with those of the frameworks; each knows whom it outvotes."""
    heard = hear(witnesses, case, list(known.results), known.silent)
    exactly = {f.tensor: f for f in findings if f.witness == EXACT}
    said = [f for answer in heard for f in compared(answer, known, exactly)]
    return weighed([*findings, *said])


def weighed(findings: Sequence[Finding]) -> list[Finding]:
    """A framework that contradicts a gradient which another one confirms is outvoted, unless exact
    arithmetic detects it too; where a framework was heard, differences decide nothing.
    """
    by_tensor: dict[str, dict[str, Finding]] = {}
    for f in findings:
        by_tensor.setdefault(f.tensor, {})[f.witness] = f
    return [_weighed(f, by_tensor[f.tensor]) for f in findings]


def _weighed(finding: Finding, here: Mapping[str, Finding]) -> Finding:
    spoke = [w for w in FRAMEWORKS if w in here]
    if finding.witness == DIFFERENCES and spoke:
        return replace(finding, outvoted=True)
    detected = EXACT in here and not here[EXACT].status
    if finding.witness not in FRAMEWORKS or finding.status is not Status.WRONG or detected:
        return finding
    if confirm := [w for w in spoke if here[w].status]:
        return outvoted(finding, *confirm)
    known = here[DIFFERENCES].status if DIFFERENCES in here else None
    if known is Status.KINK:
        note = f"{finding.witness} has another convention here"
        return replace(finding, status=Status.KINK, note=note)
    if known is Status.UNDECIDED:
        note = f"{finding.note}, but finite differences find no slope here: a kink, perhaps"
        return replace(finding, status=Status.UNDECIDED, note=note)
    return finding


def coarse_units(results: Mapping[str, Array], dtype: Any) -> dict[str, Any]:
    """What is left without exact arithmetic: the square root of the dtype's epsilon is the limit.

    Half the digits of each tensor's largest element must agree; what is smaller goes unseen.
    """
    share = float(np.sqrt(np.finfo(dtype).eps)) / LIMIT
    return {n: np.full(g.shape, share * np.max(np.abs(g), initial=0)) for n, g in results.items()}


def of_the_loss(claimed: Array, true: Any, unit: Any) -> Finding:
    """What exact arithmetic says of the loss: how far its floats are from it without rounding."""
    error = float(abs(np.float64(claimed) - true))
    error_ratio = 0.0 if error == 0 else float(error / unit) if unit else np.inf
    status = Status.CORRECT if error_ratio <= LIMIT else Status.IMPRECISE
    note = "" if status else "the rounding of the forward pass is not normal"
    return Finding(LOSS, EXACT, status, (), float(claimed), float(true), error_ratio, note=note)
