"""The tutorial on the page: its formulas as printed and as read, its descents and its training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.format import count, short
from reports.plots import Point, Series, descent, lines, thinned

ROOM = 1.5
"""A descent is drawn up to this many times the loss that it starts from."""


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
    paths = [[(float(a), float(L)) for a, L in run.get("points") or ()] for run in runs]
    frame = [p for path in paths for p in path[:1]]
    highest = max((L for _, L in frame), default=0.0)
    frame += [p for path in paths for p in path if p[1] <= highest * ROOM and math.isfinite(p[0])]
    return [_descent(run, path, frame) for run, path in zip(runs, paths, strict=True) if path]


def _descent(run: Mapping[str, Any], path: list[Point], frame: list[Point]) -> Descent:
    label = str(run.get("label") or "")
    step = run.get("step")
    name = ", ".join(filter(None, [f"step {short(step)}" if step is not None else "", label]))
    (_, first), (_, last) = path[0], path[-1]
    says = f"L goes from {short(first)} to {short(last)} in {count(len(path) - 1, 'step')}"
    hidden = sum(p not in frame for p in path)
    says += f"; {count(hidden, 'point')} outside the picture" if hidden else ""
    return Descent(name, descent(f"{name}: {says}", "A", "L(A)", path, frame), says)


def _training(training: Mapping[str, Any]) -> Markup | None:
    labels = {"printed": "as printed", "signed": "with the sign"}
    found = [Series(says, thinned(training[k])) for k, says in labels.items() if training.get(k)]
    return lines("Training loss by step", "step", "loss", found) if found else None
