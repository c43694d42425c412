"""What a verdict says in words: the diagnosis, and what it rests on."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backproof.verdicts import Finding, Status
from reference.testimony import LOSS

if TYPE_CHECKING:  # it needs exact arithmetic, without which the court must sit as well
    from backproof.formula import Formula


def diagnosis(
    findings: Sequence[Finding], formula: "Formula | None", culprits: Sequence[str] = ()
) -> str:
    """What is wrong, in a sentence that names the layer and the tensor; empty if nothing is."""
    broken = next((f for f in findings if f.status is Status.BROKEN), None)
    if broken:
        where = "; ".join(culprits) or f"{broken.tensor}, {broken.note}"
        return f"broken: {where}"
    if formula and formula.status is Status.WRONG:
        where = "; ".join(culprits) or "no single layer: the chain through them"
        return f"wrong formula in {where}"
    wrong = [f for f in findings if f.status is Status.WRONG]
    if any(f.tensor == LOSS for f in wrong):
        return "the forward pass is another function than the one the witnesses compute"
    worst = min(
        (f for f in findings if not f.status), key=lambda f: f.status.severity, default=None
    )
    if worst is None or worst.status is Status.UNDECIDED:
        return ""
    return f"{worst.status}: {worst.tensor}" + (f", {worst.note}" if worst.note else "")


def evidence(formula: "Formula | None", findings: Sequence[Finding]) -> str:
    """Who was heard, and how strong the strongest of them is."""
    heard = ", ".join(dict.fromkeys(f.witness for f in findings))
    if formula is None:
        return (
            f"heard: {heard or 'nobody'}; no exact arithmetic, so only half the digits are judged"
        )
    order = min(formula.orders.values(), default=math.inf)
    shown = "no remainder at all" if math.isinf(order) else f"Taylor order {order:.3f}"
    presumed = "; numbers less than 2^-256 apart taken for equal" if formula.presumed else ""
    return f"heard: {heard}; {shown} in 400 bits{presumed}"
