"""A case judged without exact arithmetic: half the digits, by whoever else can be heard."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backproof.architectures import Array, Case
from backproof.checks.behaviour.pairs import observe_pair
from backproof.differences.findings import judged
from backproof.differences.witness import differentiate
from backproof.exact.precision import FLOAT32, FLOAT64
from backproof.faults.claims import Claim, seed_of
from backproof.suite.frameworks import Known
from backproof.suite.terms import SECONDS, Asked, asked
from backproof.suite.witnesses import coarse_units, frameworks
from backproof.verdict import Finding, Status, Verdict
from backproof.verdict.numeric import BUDGET
from backproof.verdict.witnesses import DIFFERENCES

CLAIM = "claim"
"""The witness named in findings that the claim's own behaviour gives rise to."""


def judge_by_others(
    case: Case, claim: Claim, witnesses: Sequence[str], silent: dict[str, str]
) -> Verdict:
    """The verdict on a claim to the gradient of a case; silent: why exact arithmetic is."""
    given = asked(claim, case)
    behaviour = observe_pair(given.loss, given.gradient, given.arguments, SECONDS)
    breaches = (*behaviour.breaches, *behaviour.doubts)
    findings = [Finding(a.tensor, CLAIM, Status.BROKEN, note=a.detail) for a in breaches]
    if not findings and behaviour.outputs:
        results = {**behaviour.outputs, **behaviour.results}
        if DIFFERENCES in witnesses:
            findings = _differences(given, behaviour.results, case)
        known = Known(results, coarse_units(results, case.dtype), {}, silent)
        findings = frameworks(case, witnesses, known, findings)
    deciding = [f.status for f in findings if not f.outvoted]
    status = min(deciding, key=lambda s: s.severity, default=Status.UNDECIDED)
    heard = ", ".join(dict.fromkeys(f.witness for f in findings)) or "nobody"
    evidence = f"evidence: {heard}; no exact arithmetic, so only half the digits are judged"
    return Verdict(case, status, tuple(findings), silent, evidence=evidence)


def _differences(given: Asked, gradients: Mapping[str, Array], case: Case) -> list[Finding]:
    def loss(at: Mapping[str, Any]) -> float:
        return float(given.loss(*given.arguments.cast(np.float64).rebuild(at)))

    precision = FLOAT32 if case.dtype == "float32" else FLOAT64
    at = {name: t.astype(np.float64) for name, t in given.arguments.tensors.items()}
    names = list(gradients)
    found = differentiate(loss, at, names, seed_of(case), BUDGET, claimed=gradients)
    return [judged(n, found[n], g, precision) for n, g in gradients.items()]
