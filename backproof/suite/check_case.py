"""One of our random networks judged: by exact arithmetic as any claim is, and by every witness."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from backproof.architectures import Case
from backproof.faults import FAULTS
from backproof.faults.claims import Claim, tensors_of
from backproof.suite.exactly import judge_exactly
from backproof.suite.layers import FaultyLayer, faulty_layers
from backproof.suite.messages import another_function, heard, told
from backproof.suite.planted import CODES, match_planted
from backproof.verdict import FAULTY, Status, Verdict
from backproof.verdict.witnesses import WITNESSES

LISTENERS: list[Callable[[Verdict], None]] = []
"""Called with every verdict on `manual`'s own gradients: the detection of a fault is no news."""


def check_case(
    case: Case,
    claim: Claim | None = None,
    witnesses: Sequence[str] = WITNESSES,
    *,
    explain: bool = True,
) -> Verdict:
    """Judge `manual`'s gradient of a case, or another claim to it, by exact arithmetic.

    witnesses: who else is heard. explain: whether to say which layer is at fault and why, which
    takes far longer than to judge.

    Never raises for what a claim or a witness does: a claim that misbehaves is `broken`, a witness
    that cannot be heard is silent with the reason, and where none can tell it is `undecided`.
    """
    start = time.perf_counter()
    verdict = _judged(case, claim or Claim(case.network), witnesses, explain)
    verdict = replace(verdict, seconds=time.perf_counter() - start)
    if claim is None:
        for listen in LISTENERS:
            listen(verdict)
    return verdict


judge = check_case
"""Its former name."""


def _judged(case: Case, claim: Claim, witnesses: Sequence[str], explain: bool) -> Verdict:
    verdict = judge_exactly(case, claim, witnesses, explain=False)
    if not verdict and verdict.status not in FAULTY and explain:
        verdict = judge_exactly(case, claim, witnesses)
    verdict = replace(verdict, evidence=heard(verdict))
    if verdict.status not in FAULTY or not explain:
        return verdict
    other = another_function(verdict.findings)
    faulty = [] if other else _faulty_layers(case, claim)
    if not faulty and not other:  # no single layer: the whole is explained
        whole = judge_exactly(case, claim, witnesses)
        verdict = replace(verdict, diagnosis=whole.diagnosis, code=whole.code)
    like, code = _known_fault(case, claim) if verdict.status is Status.WRONG else ("", "")
    return told(verdict, faulty, code, like)


def _faulty_layers(case: Case, claim: Claim) -> list[FaultyLayer]:
    """The layers at fault; what float32 is too coarse for is asked in float64."""
    return faulty_layers(case, claim) or faulty_layers(replace(case, dtype="float64"), claim)


def _known_fault(case: Case, claim: Claim) -> tuple[str, str]:
    """The planted fault that gives the same gradients, in words, and the code of its cause."""
    with np.errstate(all="ignore"):
        results = claim.gradient(tensors_of(case))
    finite = all(g is None or np.isfinite(g).all() for g in results.values())
    key = match_planted(case, results) if finite else None
    if key is None:
        return "", ""
    code = CODES.get(FAULTS[key].cause, "")
    return f"\nas if {FAULTS[key]}" + (f" ({code})" if code else ""), code
