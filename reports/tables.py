"""The tables: layers and losses against witnesses, quantiles of error ratios, the plot's dots."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backproof.reports.format import short
from backproof.reports.statuses import FAULTY, MEANINGS, severity, tally

EXACT, DIFFERENCES = "exact", "finite differences"
WITNESSES = (EXACT, "torch", "jax", DIFFERENCES)
LIMIT = 8
"""The judge's limit: an error beyond it is not rounding. A test keeps the two numbers equal."""

Verdicts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one witness says of the cases that contain one layer or loss.

    heard: in how many of them it was heard; error_ratio: the worst one that it could decide, kinks
    aside; remarks: statuses of single tensors other than correct, each with its number of cases.
    """

    heard: int
    error_ratio: str
    remarks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A layer or a loss: the number of cases that contain it, what became of them, the cells."""

    name: str
    cases: int
    verdicts: tuple[tuple[str, int], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How the error ratios of one witness are spread."""

    witness: str
    findings: int
    zero: int
    median: str
    most: str
    largest: str
    beyond: int
    unmeasured: int


def coverage(verdicts: Verdicts) -> dict[str, list[Row]]:
    """The rows for "layers" and for "losses", by name."""
    drawn = [v for v in verdicts if v["case"]]
    layers = {v["id"]: {layer["layer"] for layer in v["case"]["layers"]} for v in drawn}
    losses = {v["id"]: {v["case"]["loss"]["loss"]} for v in drawn}
    return {"layers": _rows(drawn, layers), "losses": _rows(drawn, losses)}


def _rows(verdicts: Verdicts, parts: Mapping[str, set[str]]) -> list[Row]:
    rows = []
    for name in sorted(set[str]().union(*parts.values())):
        having = [v for v in verdicts if name in parts[v["id"]]]
        cells = tuple(_cell(having, witness) for witness in WITNESSES)
        rows.append(Row(name, len(having), _remarks(tally(having)), cells))
    return rows


def _cell(verdicts: Verdicts, witness: str) -> Cell:
    said = [[f for f in v["findings"] if f["witness"] == witness] for v in verdicts]
    decided = [
        f["error_ratio"]
        for findings in said
        for f in findings
        if f["error_ratio"] is not None and f["status"] not in ("undecided", "kink")
    ]
    remarks = dict.fromkeys(MEANINGS, 0)
    for findings in said:
        for status in {f["status"] for f in findings}:
            remarks[status] += 1
    worst = short(max(decided, key=_weight)) if decided else "–"
    return Cell(sum(map(bool, said)), worst, _remarks(remarks))


def _remarks(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((status, n) for status, n in counts.items() if n and status != "correct")


def _weight(error_ratio: float) -> float:
    return math.inf if math.isnan(error_ratio) else error_ratio


def quantiles(verdicts: Verdicts) -> list[Quantiles]:
    """One line for each witness that said something, by nearest rank."""
    found = []
    for witness, findings in _by_witness(verdicts).items():
        measured = [f["error_ratio"] for f in findings if f["error_ratio"] is not None]
        error_ratio = sorted(map(_weight, measured))
        median, most, largest = (short(_rank(error_ratio, q)) for q in (0.5, 0.99, 1.0))
        zero, beyond = error_ratio.count(0), sum(e > LIMIT for e in error_ratio)
        missing = len(findings) - len(error_ratio)
        spread = (median, most, largest, beyond, missing)
        found.append(Quantiles(witness, len(findings), zero, *spread))
    return found


def _rank(ordered: Sequence[float], q: float) -> float | None:
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)] if ordered else None


def dots(verdicts: Verdicts, anchors: Sequence[str]) -> dict[str, Any]:
    """The plot's data: for each witness [error ratio, status, case, tensor].

    An error ratio of null is beyond all numbers. anchors: the page's name for each verdict; status
    and case are indices.
    """
    lanes: dict[str, list[list[Any]]] = {}
    for k, verdict in enumerate(verdicts):
        for f in verdict["findings"]:
            lane = lanes.setdefault(f["witness"], [])
            if f["error_ratio"] is not None:
                error_ratio = (
                    float(f"{f['error_ratio']:.3g}") if math.isfinite(f["error_ratio"]) else None
                )
                lane.append([error_ratio, severity(f["status"]), k, f["tensor"]])
    drawn = [{"witness": w, "dots": lanes[w]} for w in _ordered(lanes) if lanes[w]]
    statuses, faulty = list(MEANINGS), len(FAULTY)
    return {
        "limit": LIMIT,
        "statuses": statuses,
        "faulty": faulty,
        "cases": list(anchors),
        "lanes": drawn,
    }


def _by_witness(verdicts: Verdicts) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for verdict in verdicts:
        for finding in verdict["findings"]:
            found.setdefault(finding["witness"], []).append(finding)
    return {witness: found[witness] for witness in _ordered(found)}


def _ordered(witnesses: Iterable[str]) -> list[str]:
    """The witnesses in their order, then what else was found, as by the claim's own behaviour."""
    named = list(witnesses)
    return [w for w in WITNESSES if w in named] + [w for w in named if w not in WITNESSES]
