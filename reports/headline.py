"""The verdict on a whole run in one sentence, with all that qualifies it in the same breath."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backproof.reports.format import count, listed, short
from backproof.reports.statuses import RIGHT, tally, worst_first
from backproof.reports.tables import DIFFERENCES, EXACT, LIMIT, WITNESSES


@dataclass(frozen=True, slots=True)
class Headline:
    """claim: the finding; caveats: what qualifies it; tone: "right", "faulty" or "open"."""

    claim: str
    caveats: tuple[str, ...]
    tone: str

    def __str__(self) -> str:
        """The sentence."""
        return "; ".join([self.claim, *self.caveats]) + "."


def headline(document: Mapping[str, Any]) -> Headline:
    """The sentence for a run; only a run that judged everything may say that all is right."""
    counts = tally(document["verdicts"])
    right = sum(counts[status] for status in RIGHT)
    judged = len(document["verdicts"])
    beside = _beside(document)
    cut = _cut_short(document, judged)
    if right == judged > 0:
        tone = "open" if cut else "right"
        claim = _right(document, judged, whole=not cut) + _measure(document, counts["kink"])
    else:
        tone = "faulty" if right + counts["undecided"] < judged else "open"
        claim = _not_right(counts, judged) if judged else "Nothing was judged, so nothing is known"
    return Headline(claim, (*cut, *_unheard(document), *beside), "faulty" if beside else tone)


def _right(document: Mapping[str, Any], judged: int, whole: bool) -> str:
    if not whole:
        return f"Of {document['requested']:,} gradients, the {judged:,} judged are right"
    return f"All {judged:,} gradients are right" if judged > 1 else "The gradient is right"


def _measure(document: Mapping[str, Any], kinks: int) -> str:
    findings = [f for verdict in document["verdicts"] for f in verdict["findings"]]
    exact = [f for f in findings if f["witness"] == EXACT]
    strongest = exact or [f for f in findings if f["witness"] != DIFFERENCES]
    error_ratios = [
        f["error_ratio"]
        for f in strongest
        if f["error_ratio"] is not None and f["status"] == "correct"
    ]
    kink = f", {kinks:,} of them on a kink" if kinks else ""
    if not error_ratios:
        return kink
    worst = short(max(error_ratios))
    return f"{kink}: the largest error ratio is {worst}, and up to {LIMIT} is rounding"


def _not_right(counts: Mapping[str, int], judged: int) -> str:
    bad = {status: n for status, n in counts.items() if n and status not in RIGHT}
    total, kinds = sum(bad.values()), listed(f"{n:,} {status}" for status, n in bad.items())
    are = "is" if total == 1 else "are"
    what = f"{total:,} of {count(judged, 'gradient')} {are}"
    if list(bad) == ["undecided"]:
        return f"{what} undecided, which is no pass"
    return f"{what} {next(iter(bad))}" if len(bad) == 1 else f"{what} not right: {kinds}"


def _cut_short(document: Mapping[str, Any], judged: int) -> list[str]:
    requested, lost = document["requested"], len(document["lost"])
    said = []
    if document["interrupted"]:
        why = document["interrupted"]
        said.append(f"the run ended early, after {judged:,} of {requested:,} cases ({why})")
    elif judged < requested:
        said.append(f"{judged:,} of the {requested:,} cases asked for were judged")
    if lost:
        said.append(f"{count(lost, 'task')} begun and never finished")
    return said


def _unheard(document: Mapping[str, Any]) -> list[str]:
    absent = list(document["absent"])
    drawn = [v for v in document["verdicts"] if v["case"]]
    heard = {f["witness"] for v in drawn for f in v["findings"]}
    silent = [w for w in WITNESSES if w not in heard and w not in absent]
    said = [f"{listed(absent)} {'was' if len(absent) == 1 else 'were'} absent"] if absent else []
    return said + ([f"{listed(silent)} said nothing"] if silent and heard else [])


def _beside(document: Mapping[str, Any]) -> list[str]:
    """What the other parts of the run found that is not right."""
    verdicts = worst_first((document.get("digits") or {}).get("verdicts") or ())
    if not verdicts or verdicts[0]["status"] in RIGHT:
        return []
    return [f"on the digits, the gradient is {verdicts[0]['status']}"]
