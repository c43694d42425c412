"""One of our random networks judged: by exact arithmetic as any claim is, and by every witness."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from backproof.architectures import Case
from backproof.faults.claims import Claim
from backproof.reference.answer import LOSS
from backproof.suite.exactly import judge_exactly
from backproof.suite.layers import FaultyLayer, faulty_layers
from backproof.verdict import FAULTY, Finding, Status, Verdict
from backproof.verdict.witnesses import WITNESSES

LISTENERS: list[Callable[[Verdict], None]] = []
"""Called with every verdict on `manual`'s own gradients: the detection of a fault is no news."""
POINT = "weakest: one point only"
"""What a claim is told that somebody else may be asked about at more points."""
TITLES = {Status.WRONG: "wrong formula in ", Status.BROKEN: "broken: "}


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


def _judged(case: Case, claim: Claim, witnesses: Sequence[str], explain: bool) -> Verdict:
    verdict = judge_exactly(case, claim, witnesses, explain=False)
    if not verdict and verdict.status not in FAULTY and explain:
        verdict = judge_exactly(case, claim, witnesses)
    verdict = replace(verdict, evidence=_heard(verdict))
    if verdict.status not in FAULTY or not explain:
        return verdict
    if _another_function(verdict.findings):
        said = "the forward pass is another function than the one the witnesses compute"
        return replace(verdict, diagnosis=said, code="BP401")
    faulty = _faulty_layers(case, claim)
    if not faulty:  # no single layer: the whole is explained
        whole = judge_exactly(case, claim, witnesses)
        verdict = replace(verdict, diagnosis=whole.diagnosis, code=whole.code)
    return _told(verdict, faulty)


def _faulty_layers(case: Case, claim: Claim) -> list[FaultyLayer]:
    """The layers at fault; what float32 is too coarse for is asked in float64."""
    return faulty_layers(case, claim) or faulty_layers(replace(case, dtype="float64"), claim)


def _told(verdict: Verdict, faulty: Sequence[FaultyLayer]) -> Verdict:
    """The verdict with its culprits and its diagnosis."""
    culprits = tuple(line for g in faulty for line in (g.culprits or [f"{g.where}: {g.note}"]))
    return replace(
        verdict,
        culprits=culprits,
        diagnosis=_diagnosis(verdict, faulty, culprits),
        code=next((g.verdict.code for g in faulty if g.verdict is not None), verdict.code),
    )


def _diagnosis(verdict: Verdict, faulty: Sequence[FaultyLayer], culprits: Sequence[str]) -> str:
    """What is wrong, in a sentence that names the layer and the tensor, and what each says."""
    if not culprits:
        where = "no single layer: the chain through them"
        return f"{TITLES.get(verdict.status, '')}{where}\n{verdict.diagnosis}".rstrip()
    lines = [f"{TITLES.get(verdict.status, f'{verdict.status}: ')}{'; '.join(culprits)}"]
    lines += [f"{g.where}: {g.verdict.diagnosis}" for g in faulty if g.verdict is not None]
    return "\n".join(lines)


def _another_function(findings: Sequence[Finding]) -> bool:
    """Whether a framework contradicts the loss, and nothing else speaks against the claim."""
    against = [f for f in findings if not f.status and not f.outvoted]
    own = [f for f in against if f.witness not in ("torch", "jax")]
    return not own and any(f.tensor == LOSS for f in against)


def _heard(verdict: Verdict) -> str:
    """The evidence, with who was heard, and without advice that a case has no use for."""
    names = ", ".join(dict.fromkeys(f.witness for f in verdict.findings)) or "nobody"
    lines = [line for line in verdict.evidence.splitlines() if not line.startswith(POINT)]
    return "\n".join([f"heard: {names}", *lines])
