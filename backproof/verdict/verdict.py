"""The verdict on a claim: all findings, the status of the whole, the cause."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backproof.verdict.document import document, encode
from backproof.verdict.environment import environment
from backproof.verdict.files import write_whole
from backproof.verdict.finding import Finding, wrapped
from backproof.verdict.status import CLEAN, Status

if TYPE_CHECKING:
    from backproof.architectures import Case


class GradientError(AssertionError):
    """A gradient that is not right; the message is the verdict."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody's own claim at one point, where no `Case` says what it is.

    id: the hash of its name and its numbers. name: what its author calls it. way: how it came in,
    "check" or another entry point. shapes: what its tensors are, "x (3, 4) · float64"; size: how
    many elements they have. again: how to judge it again.
    """

    id: str
    name: str
    way: str
    shapes: str
    size: int
    again: str

    def __str__(self) -> str:
        """The claim in a line."""
        return f"{self.name} · {self.shapes}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of a case or of somebody's claim, their status, who was heard, and the cause.

    silent: why a witness said nothing, by its name. culprits: the layers and tensors at fault.
    diagnosis: what is wrong, in a sentence; empty if nothing is; code: what `backproof explain`
    tells more of. evidence: what all this rests on. size: the largest error relative to the largest
    true element of its tensor, of what is not right.
    """

    case: "Case | Subject"
    status: Status
    findings: tuple[Finding, ...]
    silent: Mapping[str, str] = field(default_factory=dict)
    culprits: tuple[str, ...] = ()
    diagnosis: str = ""
    evidence: str = ""
    seconds: float = 0.0
    code: str = ""
    size: float | None = None

    def __bool__(self) -> bool:
        return bool(self.status)

    @property
    def error_ratio(self) -> float:
        """The largest one of any tensor by any witness that was not outvoted, finite differences
        aside.
        """
        heard = (f for f in self.findings if not f.outvoted)
        measured = (f.error_ratio for f in heard if f.witness != "finite differences")
        return max((e for e in measured if e is not None), default=0.0)

    @property
    def excess(self) -> float:
        """The error ratio, by its former name."""
        return self.error_ratio

    def raise_if_wrong(self) -> None:
        """Raise `GradientError`, with the verdict as its message, unless it is truthy."""
        __tracebackhide__ = True
        if not self:
            raise GradientError(str(self))

    def to_json(self) -> dict[str, Any]:
        """The verdict as strict JSON values, with its case or claim and all findings."""
        from backproof.architectures import case_to_json

        case = self.case
        values = {
            "id": case.id,
            "title": str(case),
            "case": None if isinstance(case, Subject) else case_to_json(case),
            "claim": asdict(case) if isinstance(case, Subject) else None,
            "status": str(self.status),
            "size": self.size,
            "diagnosis": self.diagnosis,
            "code": self.code,
            "culprits": list(self.culprits),
            "evidence": self.evidence,
            "silent": dict(self.silent),
            "seconds": self.seconds,
            "findings": [f.to_json() for f in self.findings],
        }
        return dict(encode(values))

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_json` wrote."""
        from backproof.architectures import case_from_json
        from backproof.reports.format import decode

        doc = decode(doc)
        return cls(
            case=case_from_json(doc["case"]) if doc["case"] else Subject(**doc["claim"]),
            status=Status(doc["status"]),
            findings=tuple(Finding.from_json(f) for f in doc["findings"]),
            silent=doc["silent"],
            culprits=tuple(doc["culprits"]),
            diagnosis=doc["diagnosis"],
            evidence=doc["evidence"],
            seconds=doc["seconds"],
            code=doc["code"],
            size=doc.get("size"),
        )

    def to_html(self, path: str | Path) -> None:
        """Write the page of this verdict alone, whole or not at all."""
        from backproof.reports import render

        run = document(self.again, 1, environment(), [self.to_json()])
        write_whole(Path(path), render(run))

    @property
    def again(self) -> str:
        """How to judge it again."""
        case = self.case
        return case.again if isinstance(case, Subject) else f"backproof replay {case.id}"

    def __str__(self) -> str:
        """The verdict for a terminal of 80 columns: the status, what is wrong and where, what that
        rests on, how to see it again.
        """
        by = "" if self.size is None or self.status in CLEAN else f" by {self.size:.2g}"
        lines = [wrapped(f"{self.status.upper()}{by}  {self.case}")]
        shown = sorted((f for f in self.findings if not f.status), key=lambda f: f.status.severity)
        lines += [str(f) for f in shown[:3]]
        lines += [f"and {len(shown) - 3} more findings"] if len(shown) > 3 else []
        lines += [wrapped(line) for line in self.diagnosis.splitlines()]
        lines += [wrapped(f"{name} was silent: {why}") for name, why in self.silent.items()]
        lines += [wrapped(line) for line in self.evidence.splitlines()]
        return "\n".join([*lines, f"again: {self.again}"])
