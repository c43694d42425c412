"""The tutorial on the page: its formulas as printed and as read, its descents and its training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from backproof.reports.format import count, short
from backproof.reports.plots import Series, descent, lines, thinned


@dataclass(frozen=True, slots=True)
class Descent:
    """One step size: what it is called, its picture, and what the picture does not show."""

    label: str
    picture: Markup
    says: str


@dataclass(frozen=True, slots=True)
class TutorialView:
    """formulas: the rows of the table; loss, note: what the descents are of."""

    formulas: Sequence[Mapping[str, str]]
    loss: str
    note: str
    descents: Sequence[Descent]
    training: Markup | None
    says: str


def tutorial(document: Mapping[str, Any] | None) -> TutorialView | None:
    """The view of a run's tutorial; whatever it did not record is left out."""
    if document is None:
        return None
    steps, training = document.get("steps") or {}, document.get("training") or {}
    return TutorialView(
        [_formula(row) for row in document.get("formulas") or ()],
        str(steps.get("loss") or ""),
        steps.get("note") or "",
        _descents(steps.get("runs") or []),
        _training(training),
        training.get("says") or "",
    )


def _formula(row: Mapping[str, Any]) -> dict[str, str]:
    wanted = ("formula", "printed", "reading", "read", "evidence")
    found = {key: str(row.get(key) or "") for key in wanted}
    return {**found, "formula": found["formula"] or str(row.get("key") or "")}


def _descents(runs: Sequence[Mapping[str, Any]]) -> list[Descent]:
    return [_descent(run) for run in runs if run.get("points")]


def _descent(run: Mapping[str, Any]) -> Descent:
    path, curve = (
        [(float(a), float(L)) for a, L in run.get(way) or ()] for way in ("points", "curve")
    )
    label = str(run.get("label") or "")
    step = run.get("step")
    name = ", ".join(filter(None, [f"step {short(step)}" if step is not None else "", label]))
    (_, first), (_, last) = path[0], path[-1]
    says = f"L goes from {short(first)} to {short(last)} in {count(len(path) - 1, 'step')}"
    return Descent(name, descent(f"{name}: {says}", "A", "L(A)", path, curve), says)


def _training(training: Mapping[str, Any]) -> Markup | None:
    labels = {"printed": "as printed", "signed": "with the sign"}
    found = [Series(says, thinned(training[k])) for k, says in labels.items() if training.get(k)]
    return lines("Training loss by step", "step", "loss", found) if found else None
