"""What was heard about somebody's claim, and how strong it is, in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backproof.formula import Formula
from backproof.oracle.accused import Observed
from backproof.units import Units
from backproof.verdicts import Finding, Status
from backproof.witnesses import DIFFERENCES, EXACT
from reference.exact.arithmetic import CannotFollow
from reference.exact.arrays import Floats


@dataclass(slots=True)
class Heard:
    """What comes to light while a claim is judged: silent witnesses, notes, units of error.

    resolution: the smallest relative fault in one element that finite differences would show.
    slopes: its slopes, of tensors that it knows in every element.
    """

    observed: Observed
    silent: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    units: Units | None = None
    resolution: float | None = None
    slopes: Mapping[str, Floats] = field(default_factory=dict)

    def silence(self, witness: str, error: Exception) -> None:
        """Write down why a witness cannot be heard."""
        raised = f"the code raises on exact numbers: {type(error).__name__}: {error}"
        self.silent[witness] = str(error) if isinstance(error, CannotFollow) else raised


def evidence(heard: Heard, formula: Formula | None, findings: Sequence[Finding]) -> str:
    """What the verdict rests on, and the weakest point of it."""
    witnesses = ", ".join(dict.fromkeys(f.witness for f in findings)) or "nobody"
    parts = [f"heard: {witnesses}"]
    if formula:
        order = min(formula.orders.values(), default=math.inf)
        parts.append("no remainder at all" if math.isinf(order) else f"Taylor order {order:.3f}")
        parts += ["numbers less than 2^-256 apart taken for equal"] if formula.presumed else []
        parts += [f"BP501, {formula.note}"] if formula.status is Status.KINK else []
        parts += [f"BP117, {formula.note}"] if formula.note.startswith("right up to") else []
    return "; ".join([*parts, *heard.notes, *heard.observed.notes]) + f"\nweakest: {weakest(heard)}"


def weakest(heard: Heard) -> str:
    """The weakest point of the evidence, where a reader should not trust it further."""
    if EXACT in heard.silent:
        known = heard.resolution
        seen = "" if known is None else f", which show a part of {known:.1e} in one element"
        return f"no exact arithmetic, only {DIFFERENCES}{seen}"
    if heard.observed.left_out:
        return f"no time for {', '.join(heard.observed.left_out)}"
    return "one point only: give `inputs=` a sampler to judge more shapes and values"
