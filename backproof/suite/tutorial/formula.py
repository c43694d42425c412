"""A formula of the tutorial, and what is judged of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backproof.verdict import Status


@dataclass(frozen=True, slots=True)
class Judgement:
    """A status, what it rests on in words, and the Taylor order where one was taken."""

    status: Status
    evidence: str
    order: float = math.inf

    def and_also(self, evidence: str) -> "Judgement":
        """The same judgement, resting on more."""
        return Judgement(self.status, f"{self.evidence}; {evidence}", self.order)


@dataclass(frozen=True, slots=True)
class FormulaTrial:
    """A formula as printed, in plain text that is safe in HTML, and its two judgements.

    reading: what must be read into it, or "" where the text is exact.
    """

    key: str
    formula: str
    printed: Judgement
    read: Judgement
    reading: str = ""

    @property
    def evidence(self) -> str:
        """What the two statuses rest on."""
        if self.printed == self.read:
            return self.printed.evidence
        return f"as printed: {self.printed.evidence}. As read: {self.read.evidence}"

    def to_json(self) -> dict[str, str]:
        """The trial as JSON values."""
        return {
            "key": self.key,
            "formula": self.formula,
            "printed": str(self.printed.status),
            "read": str(self.read.status),
            "reading": self.reading,
            "evidence": self.evidence,
        }


def worst(judged: Sequence[Judgement], of: str) -> Judgement:
    """The worst of several judgements, and how many are like it."""
    chosen = min(judged, key=lambda j: (j.status.severity, j.order))
    alike = sum(j.status is chosen.status for j in judged)
    evidence = f"{chosen.evidence}, {chosen.status} in {alike} of {len(judged)} {of}"
    return Judgement(chosen.status, evidence, chosen.order)
