"""The answer to a check: how the code behaved, what the judge found, why, in one verdict."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.checks.accepted import Accept, accepted
from backproof.checks.behaviour.attempts import sealed
from backproof.checks.claim import Claim
from backproof.checks.differences import by_differences
from backproof.checks.errors import numbers_in
from backproof.checks.ladder import Reached, climb, true_outputs
from backproof.checks.reference import against_reference
from backproof.checks.why import Why, explain_breaches, explained
from backproof.verdict import Finding, Status, Verdict
from backproof.verdict.finding import LOSS
from backproof.verdict.witnesses import DIFFERENCES, EXACT

CLAIM = "claim"
"""The witness named in findings that the claim's own behaviour gives rise to."""
NOT_LINEAR = "BP212"
"""What says nothing yet of the gradient at the cotangent that was asked for."""


Further = Callable[[Reached, list[Finding]], list[Finding]]
"""Other witnesses: what was reached and found, to all findings."""


def nobody(reached: Reached, findings: list[Finding]) -> list[Finding]:
    """No further witness."""
    return findings


@np.errstate(all="ignore")
def judge_claim(
    claim: Claim,
    seed: int,
    accept: Accept | None = None,
    further: Further = nobody,
    explain: bool = True,
) -> Verdict:
    """Judge somebody's claim at a point. Never raises for what the claim does.

    further: hears other witnesses, and may say of a finding that it is outvoted. explain: whether
    to say what is wrong with it.
    """
    with sealed():
        return _judged(claim, seed, accept or {}, further, explain)


def _judged(claim: Claim, seed: int, accept: Accept, further: Further, explain: bool) -> Verdict:
    start = time.perf_counter()
    observed = claim.observed
    findings = [_breached(b.code, b.tensor, b.detail) for b in observed.breaches]
    lost = {b.tensor for b in observed.breaches if b.code != NOT_LINEAR}
    judged = {n: g for n, g in observed.results.items() if n not in lost and n in claim.tensors}
    reached = climb(claim, judged, seed) if judged else Reached(claim)
    findings += reached.judgement.findings
    findings += _not_finite(claim, reached)
    if reached.measured is None and judged:
        findings += by_differences(claim, judged, reached, seed)
    findings += against_reference(claim, reached, seed)
    findings = further(reached, findings)
    status = _worst(findings)
    why = Why()
    open_ = status is Status.UNDECIDED and not reached.judgement.code
    if explain and not status and not open_:
        why = explain_breaches(claim, findings) or explained(claim, reached, findings)
    sizes = _sizes(reached, findings)
    found = Verdict(
        claim.subject,
        status,
        tuple(findings),
        reached.silent,
        why.culprits,
        why.text,
        evidence(reached, findings),
        time.perf_counter() - start + observed.seconds,
        why.code,
        size=_largest(sizes.values()),
    )
    return accepted(found, accept, _by_code(why, findings, sizes)) if accept else found


def _worst(findings: Sequence[Finding]) -> Status:
    """The worst status of what was not outvoted; undecided where nothing was found."""
    decided = (f.status for f in findings if not f.outvoted)
    return min(decided, key=lambda s: s.severity, default=Status.UNDECIDED)


def _sizes(reached: Reached, findings: Sequence[Finding]) -> dict[str, float]:
    """By tensor that is not right, its largest error relative to its largest true element."""
    if reached.measured is None:
        return {}
    off = {f.tensor for f in findings if not f.status}
    return {n: t.size for n, t in reached.measured.tensors.items() if n in off}


def _by_code(
    why: Why, findings: Sequence[Finding], sizes: Mapping[str, float]
) -> dict[str, float | None]:
    """By code of what is wrong, the largest size of its tensors; the first code's are also those
    that have none of their own.
    """
    found: dict[str, list[float]] = {}
    for name in dict.fromkeys(f.tensor for f in findings if not f.status):
        for code in why.codes.get(name, (why.code,)):
            found.setdefault(code, []).append(sizes.get(name, np.inf))
    return {code: _largest(of) for code, of in found.items()}


def _largest(sizes: Iterable[float]) -> float | None:
    """The largest size; None where there is none, or one is no number."""
    known = list(sizes)
    return max(known) if known and np.isfinite(known).all() else None


def _not_finite(claim: Claim, reached: Reached) -> list[Finding]:
    """The outputs that are no finite numbers, though the same forward pass is without rounding."""
    lost = {n: y for n, y in claim.observed.outputs.items() if not np.isfinite(numbers_in(y)).all()}
    if not lost:
        return []
    true = true_outputs(reached.measured) if reached.measured is not None else {}
    found = []
    for name, y in lost.items():
        own = numbers_in(y)
        bad = np.argwhere(~np.isfinite(own) & np.isfinite(true.get(name, 0.0)))
        if len(bad) and not _overflows(true.get(name), y):
            note = f"{len(bad)} of {own.size} elements are not finite though the truth is"
            found.append(Finding(LOSS, CLAIM, Status.BROKEN, note=note))
    return found


def _overflows(true: Any, y: Any) -> bool:
    """Whether the truth itself is too large for the format."""
    kind = np.asarray(y).dtype
    return true is not None and kind.kind == "f" and bool((np.abs(true) > np.finfo(kind).max).any())


def _breached(code: str, tensor: str, detail: str) -> Finding:
    return Finding(tensor, CLAIM, Status.BROKEN, note=detail)


def evidence(reached: Reached, findings: Sequence[Finding]) -> str:
    """What the verdict rests on, and the weakest point of it."""
    observed, judgement = reached.claim.observed, reached.judgement
    parts = [f"evidence: {reached.rung}" if reached.rung else f"evidence: {_witnesses(findings)}"]
    if reached.measured is not None:
        bound = "" if reached.measured.bounded else ", two precisions agree"
        parts.append(f"{reached.measured.bits} bits{bound}")
    if judgement.order is not None and np.isfinite(judgement.order):
        parts.append(f"Taylor order {judgement.order:.3f}")
    parts += [*judgement.remarks, *reached.remarks, *observed.notes]
    return "; ".join(parts) + f"\nweakest: {weakest(reached)}"


def _witnesses(findings: Sequence[Finding]) -> str:
    return ", ".join(dict.fromkeys(f.witness for f in findings)) or "none"


def weakest(reached: Reached) -> str:
    """The weakest point of the evidence, where a reader should not trust it further."""
    if EXACT in reached.silent and reached.measured is None:
        known = reached.resolution
        seen = "" if known is None else f", which show a part of {known:.1e} in one element"
        return f"no exact arithmetic, only {DIFFERENCES}{seen}"
    if "followed, the" in reached.rung:
        return "the backward was not followed: its floats alone speak for it"
    return "one point only: give `inputs=` a sampler to judge more shapes and values"


def told(verdict: Verdict, points: int) -> Verdict:
    """The verdict, with how many points it rests on."""
    one = "one point only: give `inputs=` a sampler to judge more shapes and values"
    return replace(verdict, evidence=verdict.evidence.replace(one, f"{points} points were judged"))
