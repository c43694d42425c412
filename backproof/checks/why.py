"""Why a gradient is wrong: misbehaviour that explains itself, or a diagnosis from the record."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from textwrap import fill

import numpy as np

from backproof.checks.changes import CLAMP, LEFT_OUT, Change
from backproof.checks.claim import Claim
from backproof.checks.declared import of_others, told
from backproof.checks.ladder import Reached
from backproof.diagnosis import Evidence, code_of, diagnose
from backproof.diagnosis import explained as explained_by_record
from backproof.diagnosis.codes import COLUMNS
from backproof.diagnosis.explaining import followed
from backproof.verdict import Finding, Status
from backproof.verdict.finding import LOSS

SHAPED = ("BP203", "BP205", "BP212")
"""What may have a cause of its own behind it: a shape, a None, an answer that is not linear."""


UNEXPLAINED = "BP199"


@dataclass(frozen=True, slots=True)
class Why:
    """A diagnosis as a verdict has it: its code, its text, the tensors at fault.

    codes: of each tensor that has causes of its own, the codes of those.
    """

    code: str = ""
    text: str = ""
    culprits: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def explain_breaches(claim: Claim, findings: Sequence[Finding]) -> Why | None:
    """Misbehaviour that needs no further explanation; None where there is none."""
    for b in claim.observed.breaches:
        if b.code not in SHAPED or b.tensor == LOSS:
            return why(b.code, f"{b.tensor}: {b.detail}" if b.tensor else b.detail)
    if any(f.status is Status.BROKEN and f.tensor == LOSS for f in findings):
        return _infinite_loss(claim)
    return None


def _infinite_loss(claim: Claim) -> Why:
    """A loss that is not finite: in this format alone, or in a finer one as well."""
    try:
        at = {n: np.asarray(t, dtype=np.float64) for n, t in claim.at.items()}
        double = float((claim.runs.double or claim.runs.value)(at))
    except Exception:  # code that does not run in another format
        double = np.nan
    if np.isfinite(double) and all(t.dtype != np.float64 for t in claim.tensors.values()):
        return why("BP119", "the loss is not finite here, and it is where the inputs are float64")
    return why("BP207", "the loss is not finite, though the truth is")


def explained(claim: Claim, reached: Reached, findings: Sequence[Finding]) -> Why:
    """The diagnosis of what the findings say is wrong."""
    forward = next((f for f in findings if f.witness == "reference" and not f.status), None)
    accused = [f for f in findings if not f.status and f.tensor != LOSS]
    if forward and not accused:
        return why("BP401", forward.note)
    judged = reached.judgement
    if judged.code:
        return replace(_placed(why(judged.code, judged.detail), reached), codes=judged.codes)
    found = _diagnosed(claim, reached)
    rounds = bool(accused) and all(f.status is Status.IMPRECISE for f in accused)
    if found is not None and not (rounds and found.code == UNEXPLAINED):
        return found
    for b in claim.observed.breaches:
        return why(b.code, f"{b.tensor}: {b.detail}")
    return undiagnosed(accused or findings)


def _diagnosed(claim: Claim, reached: Reached) -> Why | None:
    """What the record, or without one the slopes that differences know, say is wrong."""
    found, others = None, dict[str, Change]()
    if reached.measured is not None:
        others = of_others(reached.measured)
        with suppress(np.linalg.LinAlgError):  # at a singular matrix no slope can be searched for
            misshapen = {b.tensor: b.returned for b in claim.observed.breaches}
            misshapen = {n: g for n, g in misshapen.items() if g is not None}
            unexplained = {n: t for n, t in reached.measured.tensors.items() if n not in others}
            measured, record = replace(reached.measured, tensors=unexplained), reached.record
            found = explained_by_record(measured, claim.context, record, misshapen)
    elif reached.slopes:
        found = diagnose(_without_a_record(claim, reached))
    if found is None or (found.slug == "unexplained" and claim.observed.breaches):
        return None
    codes: dict[str, tuple[str, ...]] = {n: change.codes for n, change in others.items()}
    codes |= {name: (d.code,) for d in (found, *found.others) for name in d.tensors}
    rest = f"\n{fill(f'Besides, {told(others)}', COLUMNS, subsequent_indent='    ')}"
    return Why(found.code, f"{found}{rest if others else ''}", found.tensors, codes)


def _placed(said: Why, reached: Reached) -> Why:
    """With the line of the claim where it is known, of what may be an oversight."""
    if said.code not in (CLAMP, LEFT_OUT) or reached.measured is None:
        return said
    known = [m for m in followed(reached.measured.run) if m.slug != "unexplained"]
    return replace(said, text=f"{said.text} in {known[0]}") if known else said


def _without_a_record(claim: Claim, reached: Reached) -> Evidence:
    """What is known where nothing could be followed: floats."""
    results = claim.observed.results
    known = {n: true for n, true in reached.slopes.items() if n in results}
    return Evidence(
        {n: results[n] for n in known},
        known,
        inputs=claim.context.inputs,
        output=claim.context.output,
        cotangent=claim.context.cotangent,
        rerun=claim.context.rerun,
        at=claim.context.at,
    )


def undiagnosed(findings: Sequence[Finding]) -> Why:
    """What can be said of the worst finding without a diagnosis."""
    worst = min(findings, key=lambda f: f.status.severity)
    if worst.status is Status.IMPRECISE:
        return why("BP301", f"{worst.tensor}: {worst.note}")
    if worst.claimed is not None and not np.isfinite(worst.claimed):
        return why("BP206", f"{worst.tensor}: {worst.note}")
    return why(UNEXPLAINED, f"{worst.tensor}: its true values are not known in every element")


def why(code: str, detail: str) -> Why:
    """A code with its title and what is to be said here."""
    return Why(code, f"{code} [{code_of(code).slug}] {code_of(code).title}: {detail}")
