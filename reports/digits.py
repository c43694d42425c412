"""The digits on the page: a real training run, step by step beside its exact trajectory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from backproof.reports.cases import CaseView, anchors, view
from backproof.reports.format import percent, short
from backproof.reports.plots import Series, lines, thinned
from backproof.reports.tables import LIMIT

FACTS = ("network", "dtype", "batch", "rate", "epochs", "steps")


@dataclass(frozen=True, slots=True)
class DigitsView:
    """facts: what was trained on what; results: a line for each trainer; the plots and verdicts."""

    title: str
    facts: Mapping[str, str]
    results: Sequence[tuple[str, str, str, str]]
    trajectories: Markup | None
    losses: Markup | None
    cases: Sequence[CaseView]
    note: str


def digits(document: Mapping[str, Any] | None) -> DigitsView | None:
    """The view of a run's digits; whatever it did not record is left out."""
    if document is None:
        return None
    verdicts = document.get("verdicts") or []
    names = anchors(verdicts, "digits")
    return DigitsView(
        document.get("title") or "Handwritten digits",
        _facts(document),
        _results(document),
        _trajectories(document.get("trajectories") or {}),
        _losses(document.get("train_loss") or []),
        [view(v, name) for v, name in zip(verdicts, names, strict=True)],
        document.get("note") or "",
    )


def _facts(document: Mapping[str, Any]) -> dict[str, str]:
    data = document.get("data") or {}
    facts = {key: str(value) for key, value in data.items() if value is not None}
    return facts | {key: str(document[key]) for key in FACTS if document.get(key) is not None}


def _results(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    accuracy = document.get("test_accuracy") or {}
    runs = document.get("trajectories") or {}
    found = []
    for name in dict.fromkeys([*accuracy, *runs]):
        error_ratio = runs.get(name) or []
        last, most = (error_ratio[-1], max(error_ratio)) if error_ratio else (None, None)
        found.append((name, percent(accuracy.get(name)), short(last), short(most)))
    return found


def _trajectories(runs: Mapping[str, Sequence[float] | None]) -> Markup | None:
    """A framework that is not installed has no run, and no line."""
    series = [
        Series(name, thinned(error_ratio)) for name, error_ratio in runs.items() if error_ratio
    ]
    if not series:
        return None
    title = f"Error ratio of the parameters by step: {', '.join(s.label for s in series)}"
    limit = (LIMIT, f"{LIMIT}: not rounding beyond here")
    return lines(title, "step", "error ratio of the parameters", series, log=True, limit=limit)


def _losses(losses: Sequence[float]) -> Markup | None:
    if not losses:
        return None
    series = [Series("manual", thinned(losses))]
    return lines("Training loss by step", "step", "training loss", series)
