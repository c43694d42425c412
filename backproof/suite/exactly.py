"""A case judged as anybody's claim is, with further witnesses beside exact arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.architectures import Case
from backproof.checks.answer import judge_claim
from backproof.checks.claim import Claim as Foreign
from backproof.checks.differences import by_differences
from backproof.checks.in_numpy import pair
from backproof.checks.ladder import Reached, climb, true_outputs
from backproof.checks.request import Asked
from backproof.exact.precision import FLOAT64
from backproof.exact.rounding import units
from backproof.faults.claims import Claim, seed_of
from backproof.reference.answer import LOSS
from backproof.suite.frameworks import Known, frameworks
from backproof.suite.terms import SECONDS, asked
from backproof.verdict import Finding, Status, Verdict
from backproof.verdict.decisions import LIMIT, MANY
from backproof.verdict.witnesses import DIFFERENCES, EXACT

BELIEF = "finite differences are further off than they believe"
NO_DIGIT = "the forward pass leaves no digit of it"
IN_DOUBLE = "less than float32 shows: the same code is wrong in float64"


def judge_exactly(
    case: Case, claim: Claim, witnesses: Sequence[str], explain: bool = True
) -> Verdict:
    """The verdict on a claim to the gradient of a case. explain: whether to say what is wrong."""
    seed = seed_of(case)
    further = _Further(case, witnesses, seed)
    return replace(
        judge_claim(at_case(claim, case), seed, further=further, explain=explain), case=case
    )


def at_case(claim: Claim, case: Case) -> Foreign:
    """The claim as anybody's is judged, observed at the case."""
    given = asked(claim, case)
    how = Asked("case", str(case), f"backproof replay {case.id}", seed_of(case), SECONDS)
    own = pair(given.loss, given.gradient, given.arguments, how)
    # SciPy's functions, of which manual's layers are made, keep no subnormal numbers
    return replace(own, record=lambda at: replace(own.record(at), flushes=True))


@dataclass(frozen=True, slots=True)
class _Further:
    """The witnesses of a case beside exact arithmetic."""

    case: Case
    witnesses: Sequence[str]
    seed: int

    def __call__(self, reached: Reached, findings: list[Finding]) -> list[Finding]:
        observed = reached.claim.observed
        broken = any(f.status is Status.BROKEN for f in findings) or LOSS not in observed.outputs
        if broken or reached.measured is None:
            return findings
        results = {LOSS: observed.outputs[LOSS], **observed.results}
        run, tensors = reached.measured.run, reached.measured.tensors
        loss, true = run.outputs[LOSS], true_outputs(reached.measured)[LOSS]
        floor = (loss.precision or FLOAT64).floor(run.flushes)
        unit = np.maximum(units([loss], MANY)[0], floor)
        known = Known(
            results,
            {LOSS: unit, **{n: t.unit for n, t in tensors.items()}},
            {LOSS: true, **{n: t.truth for n, t in tensors.items()}},
            reached.silent,
        )
        own = [_forgiven(f) for f in self._finer(reached, findings)]
        found = [_of_the_loss(observed.outputs[LOSS], true, unit), *own]
        found = frameworks(self.case, self.witnesses, known, found)
        return found + self._by_differences(reached, found)

    def _finer(self, reached: Reached, findings: list[Finding]) -> list[Finding]:
        """What is right to the last bit of float32, asked again in float64, where the same code
        shows more of its formula.
        """
        if self.case.dtype == "float64" or not all(f.status for f in findings):
            return findings
        claim = reached.claim
        tensors = {n: t.astype(np.float64) for n, t in claim.tensors.items()}
        dtypes = dict.fromkeys(tensors, np.dtype(np.float64))
        finer = replace(claim, tensors=tensors, dtypes=dtypes, pure=True)
        said = climb(finer, claim.runs.gradient(tensors), self.seed).judgement.findings
        wrong = {f.tensor: replace(f, note=IN_DOUBLE) for f in said if f.status is Status.WRONG}
        return [wrong.get(f.tensor, f) for f in findings]

    def _by_differences(self, reached: Reached, findings: Sequence[Finding]) -> list[Finding]:
        """They decide nothing, where exact arithmetic has spoken."""
        if DIFFERENCES not in self.witnesses:
            return []
        right = {f.tensor for f in findings if f.witness == EXACT and f.status}
        with np.errstate(all="ignore"):
            results = reached.claim.observed.results
            found = by_differences(reached.claim, results, reached, self.seed, together=True)
        return [_beside(f, f.tensor in right) for f in found]


def _of_the_loss(claimed: Any, true: Any, unit: Any) -> Finding:
    """What exact arithmetic says of the loss: how far its floats are from it without rounding."""
    error = float(abs(np.float64(claimed) - true))
    error_ratio = 0.0 if error == 0 else float(error / unit) if unit else np.inf
    status = Status.CORRECT if error_ratio <= LIMIT else Status.IMPRECISE
    note = "" if status else "the rounding of the forward pass is not normal"
    return Finding(LOSS, EXACT, status, (), float(claimed), float(true), error_ratio, note=note)


def _forgiven(finding: Finding) -> Finding:
    """A tensor without a right digit whose errors are normal: a case was drawn where the forward
    pass leaves none, and no backward pass is to blame for that.
    """
    ratio = finding.error_ratio
    if finding.status is not Status.IMPRECISE or ratio is None or ratio > LIMIT or finding.off:
        return finding
    return replace(finding, status=Status.CORRECT, note=NO_DIGIT)


def _beside(finding: Finding, right: bool) -> Finding:
    """What finite differences say beside exact arithmetic."""
    if finding.status is Status.WRONG and right:
        return replace(finding, status=Status.UNDECIDED, note=BELIEF, outvoted=True)
    return replace(finding, outvoted=finding.status is not Status.CORRECT)
