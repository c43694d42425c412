"""One of our random networks judged: by exact arithmetic as any claim is, and by every witness."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from backproof.architectures import Case
from backproof.faults.claims import Claim, tensors_of
from backproof.suite.listeners import LISTENERS
from backproof.verdict import FAULTY, Status, Verdict
from backproof.verdict.witnesses import EXACT, WITNESSES, absent

if TYPE_CHECKING:  # it needs exact arithmetic, without which a case is judged as well
    from backproof.suite.layers import FaultyLayer


def check_case(
    case: Case,
    claim: Claim | None = None,
    witnesses: Sequence[str] = WITNESSES,
    *,
    explain: bool = True,
) -> Verdict:
    """Judge `manual`'s gradient of a case, or another claim to it, by the witnesses named.

    explain: whether to say which layer is at fault and why, which takes far longer than to judge.

    Never raises for what a claim or a witness does: a claim that misbehaves is `broken`, a witness
    that cannot be heard is silent with the reason, and where none can tell it is `undecided`.
    """
    verdict = _judged(case, claim or Claim(case.network), witnesses, explain)
    if claim is None:
        for listen in LISTENERS:
            listen(verdict)
    return verdict


judge = check_case
"""Its former name."""


def _judged(case: Case, claim: Claim, witnesses: Sequence[str], explain: bool) -> Verdict:
    start = time.perf_counter()
    reason = absent(EXACT)
    if EXACT in witnesses and not reason:
        verdict = _exactly(case, claim, witnesses, explain)
    else:
        from backproof.suite.without_exact import judge_by_others

        silent = {EXACT: reason} if reason and EXACT in witnesses else {}
        verdict = judge_by_others(case, claim, witnesses, silent)
    return replace(verdict, seconds=time.perf_counter() - start)


def _exactly(case: Case, claim: Claim, witnesses: Sequence[str], explain: bool) -> Verdict:
    from backproof.suite.exactly import judge_exactly
    from backproof.suite.messages import another_function, heard, told

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


def _faulty_layers(case: Case, claim: Claim) -> list["FaultyLayer"]:
    """The layers at fault; what float32 is too coarse for is asked in float64."""
    from backproof.suite.layers import faulty_layers

    return faulty_layers(case, claim) or faulty_layers(replace(case, dtype="float64"), claim)


def _known_fault(case: Case, claim: Claim) -> tuple[str, str]:
    """The planted fault that gives the same gradients, in words, and the code of its cause."""
    from backproof.faults import FAULTS
    from backproof.suite.planted import CODES, match_planted

    with np.errstate(all="ignore"):
        results = claim.gradient(tensors_of(case))
    finite = all(g is None or np.isfinite(g).all() for g in results.values())
    key = match_planted(case, results) if finite else None
    if key is None:
        return "", ""
    code = CODES.get(FAULTS[key].cause, "")
    return f"\nas if {FAULTS[key]}" + (f" ({code})" if code else ""), code
