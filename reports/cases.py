"""One case on the page: what it is, what was found, and every tensor by every witness."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backproof.reports.format import described, digits17, short
from backproof.reports.statuses import FAULTY, RIGHT


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as it is shown; where: the element that is furthest off."""

    witness: str
    where: str
    claimed: str
    true: str
    error_ratio: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Minimal:
    """The smallest case that fails in the same way, and the command that shows it."""

    case: str
    replay: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A verdict as it is shown.

    size: the largest error relative to the largest true element of its tensor, of what is not
    right. tensors: their names with the findings of every witness. again: what judges it again.
    """

    anchor: str
    id: str
    title: str
    case: str
    status: str
    size: str
    error_ratio: str
    diagnosis: str
    culprits: tuple[str, ...]
    evidence: str
    silent: Mapping[str, str]
    seconds: str
    tensors: Mapping[str, Sequence[Row]]
    minimal: tuple[Minimal, ...]
    again: str

    @property
    def right(self) -> bool:
        """Whether the case is correct or lies on a kink; undecided is neither."""
        return self.status in RIGHT


def view(
    verdict: Mapping[str, Any], anchor: str, minimal: Sequence[Mapping[str, Any]] = ()
) -> CaseView:
    """The view of a verdict; minimal: those of the run's minimal cases that belong to it."""
    claim = verdict["claim"] or {}
    tensors: dict[str, list[Row]] = {}
    for finding in verdict["findings"]:
        tensors.setdefault(finding["tensor"], []).append(_row(finding))
    strict = [f["error_ratio"] for f in verdict["findings"] if f["witness"] != "finite differences"]
    return CaseView(
        anchor,
        verdict["id"],
        verdict["title"],
        described(verdict["case"]) if verdict["case"] else f"Judged by {claim['way']}",
        verdict["status"],
        _size(verdict),
        short(max((e for e in strict if e is not None), default=None)),
        " ".join(verdict["diagnosis"].split()),
        tuple(verdict["culprits"]),
        verdict["evidence"].replace("\n", "; "),
        verdict["silent"],
        short(verdict["seconds"]),
        tensors,
        tuple(_minimal(entry) for entry in minimal if entry.get("of") == verdict["id"]),
        claim["again"] if claim else f"backproof replay {verdict['id']}",
    )


def _size(verdict: Mapping[str, Any]) -> str:
    size = verdict.get("size")
    return "" if size is None or verdict["status"] not in (*FAULTY, "accepted") else short(size)


def anchors(verdicts: Sequence[Mapping[str, Any]], prefix: str) -> list[str]:
    """A name for each verdict that no other element of the page has, though ids may repeat."""
    found: list[str] = []
    for k, verdict in enumerate(verdicts):
        name = f"{prefix}-{verdict['id']}"
        found.append(f"{name}-{k}" if name in found else name)
    return found


def _row(finding: Mapping[str, Any]) -> Row:
    order = finding["order"]
    notes = [finding["note"]]
    if order is not None:
        notes.append("no remainder" if math.isinf(order) else f"Taylor order {order:.3f}")
    return Row(
        finding["witness"],
        ", ".join(map(str, finding["worst"])),
        digits17(finding["claimed"]),
        digits17(finding["true"]),
        short(finding["error_ratio"]),
        finding["status"],
        "; ".join(filter(None, notes)),
    )


def _minimal(entry: Mapping[str, Any]) -> Minimal:
    case = entry.get("title") or described(entry.get("case") or {})
    return Minimal(case, entry.get("replay", ""))
