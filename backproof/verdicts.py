"""What the judge says: a status for each tensor and witness, and for the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from pathlib import Path
from textwrap import fill
from typing import Any

from architectures import Case

COLUMNS = 80


class Status(StrEnum):
    """Worst first; `accepted`, `kink` and `correct` are truthy."""

    BROKEN = "broken"
    WRONG = "wrong"
    IMPRECISE = "imprecise"
    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    KINK = "kink"
    CORRECT = "correct"

    def __bool__(self) -> bool:
        return self in (Status.ACCEPTED, Status.KINK, Status.CORRECT)

    @property
    def severity(self) -> int:
        """0 for the worst status, 6 for the best."""
        return list(Status).index(self)


CLEAN = (Status.CORRECT, Status.KINK, Status.BROKEN, Status.UNDECIDED)
"""Statuses that have no size."""


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
class Finding:
    """One tensor of one case as one witness sees it.

    worst: the index of the element that is furthest off; claimed and true: its two values, true as
    the witness has it; excess: the largest error of the tensor in units of what rounding makes
    here (for finite differences, of their own error estimate); order: the Taylor order (exact
    alone): 2 or more where the formula is right, 1 where it is wrong. outvoted: whether stronger
    witnesses confirm what this one contradicts, so that it decides nothing. off, of: how many
    elements are beyond rounding, of how many that were looked at, where they were counted.
    """

    tensor: str
    witness: str
    status: Status
    worst: tuple[int, ...] = ()
    claimed: float | None = None
    true: float | None = None
    excess: float | None = None
    order: float | None = None
    note: str = ""
    outvoted: bool = False
    off: int | None = None
    of: int | None = None

    def __str__(self) -> str:
        """The finding in lines of at most 80 columns."""
        parts = []
        if not self.status:
            parts += [f"{self.off} of {self.of} elements off"] if self.off else []
            known = self.order is not None and isfinite(self.order)
            parts += [f"Taylor order {self.order:.3f}"] if known else []
        parts = ([] if self.excess is None else [f"excess {self.excess:.3g}"]) + parts
        where = f"{self.tensor}{list(self.worst) if self.worst else ''}"
        lines = [wrapped(f"{self.status} by {self.witness}: {where}  {', '.join(parts)}".rstrip())]
        if self.claimed is not None and self.true is not None:
            lines.append(f"    claimed {self.claimed:.17g}, true {self.true:.17g}")
        return "\n".join([*lines, *([wrapped(f"    {self.note}")] if self.note else [])])


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of a case or of somebody's claim, their status, who was heard, and the cause.

    silent: why a witness said nothing, by its name. culprits: the layers and tensors at fault.
    diagnosis: what is wrong, in a sentence; empty if nothing is; code: what `backproof explain`
    tells more of. evidence: what all this rests on. size: the largest error relative to the largest
    true element of its tensor, of what is not right.
    """

    case: Case | Subject
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
    def excess(self) -> float:
        """The largest excess of any tensor against any witness that was not outvoted, finite
        differences aside.
        """
        heard = (f for f in self.findings if not f.outvoted)
        measured = (f.excess for f in heard if f.witness != "finite differences")
        return max((e for e in measured if e is not None), default=0.0)

    def raise_if_wrong(self) -> None:
        """Raise `GradientError`, with the verdict as its message, unless it is truthy."""
        __tracebackhide__ = True
        if not self:
            raise GradientError(str(self))

    def to_json(self) -> dict[str, Any]:
        """The verdict as strict JSON values, with its case or claim and all findings."""
        from backproof.record import encode, verdict_to_json

        return dict(encode(verdict_to_json(self)))

    def to_html(self, path: str | Path) -> None:
        """Write the page of this verdict alone, whole or not at all."""
        from backproof.environment import environment
        from backproof.files import write_whole
        from backproof.record import Run, run_to_json
        from reports import render

        run = Run(self.again, 1, environment(), [self])
        write_whole(Path(path), render(run_to_json(run)))

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


def wrapped(line: str) -> str:
    """A line broken at 80 columns, what follows set in."""
    return fill(line, COLUMNS, subsequent_indent="    ", break_long_words=False)
