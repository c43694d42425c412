"""What a verdict on a case says in words, beyond what its judge says."""

from collections.abc import Sequence
from dataclasses import replace

from backproof.reference.answer import LOSS
from backproof.suite.layers import FaultyLayer
from backproof.verdict import Finding, Status, Verdict

POINT = "weakest: one point only"
"""What a claim is told that somebody else may be asked about at more points."""
TITLES = {Status.WRONG: "wrong formula in ", Status.BROKEN: "broken: "}


def told(verdict: Verdict, faulty: Sequence[FaultyLayer], code: str, like: str) -> Verdict:
    """The verdict with its culprits and its diagnosis. like: the planted fault that does the same;
    code: that of its cause.
    """
    culprits = tuple(line for g in faulty for line in (g.culprits or [f"{g.where}: {g.note}"]))
    return replace(
        verdict,
        culprits=culprits,
        diagnosis=_diagnosis(verdict, faulty, culprits) + like,
        code=code or next((g.verdict.code for g in faulty if g.verdict is not None), verdict.code),
    )


def _diagnosis(verdict: Verdict, faulty: Sequence[FaultyLayer], culprits: Sequence[str]) -> str:
    """What is wrong, in a sentence that names the layer and the tensor, and what each says."""
    if another_function(verdict.findings):
        return "the forward pass is another function than the one the witnesses compute"
    if not culprits:
        where = "no single layer: the chain through them"
        return f"{TITLES.get(verdict.status, '')}{where}\n{verdict.diagnosis}".rstrip()
    lines = [f"{TITLES.get(verdict.status, f'{verdict.status}: ')}{'; '.join(culprits)}"]
    lines += [f"{g.where}: {g.verdict.diagnosis}" for g in faulty if g.verdict is not None]
    return "\n".join(lines)


def another_function(findings: Sequence[Finding]) -> bool:
    """Whether a framework contradicts the loss, and nothing else speaks against the claim."""
    against = [f for f in findings if not f.status and not f.outvoted]
    own = [f for f in against if f.witness not in ("torch", "jax")]
    return not own and any(f.tensor == LOSS for f in against)


def heard(verdict: Verdict) -> str:
    """The evidence, with who was heard, and without advice that a case has no use for."""
    names = ", ".join(dict.fromkeys(f.witness for f in verdict.findings)) or "nobody"
    lines = [line for line in verdict.evidence.splitlines() if not line.startswith(POINT)]
    return "\n".join([f"heard: {names}", *lines])
