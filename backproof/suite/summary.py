"""The closing lines of a run: what was judged, the verdict, where the page lies."""

from pathlib import Path
from typing import Any

from rich.console import Console

from backproof.suite.campaign import STOPPED
from backproof.verdict import Verdict
from backproof.verdict.run import Run

RIGHT, NOT_RIGHT, BAD_INPUT, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 130
"""The exit codes."""
SHOWN = 2
"""So many verdicts that are not right are printed, shrunk if they are; all are on the page."""


def say(run: Run, page: Path, console: Console) -> int:
    """Print the closing lines; the exit code."""
    bad = [v for v in run.verdicts if not v] + _bad_digits(run)
    lines = [m["says"] + "\n" for m in run.minimal[:SHOWN]] or [f"{v}\n" for v in bad[:SHOWN]]
    lines += [f"Not heard: {name}, {reason}" for name, reason in run.absent.items()]
    lines += [f"Lost: {lost}" for lost in run.lost]
    found = ", ".join(f"{n} {status}" for status, n in reversed(run.counts().items()))
    lines.append(f"Judged {len(run.verdicts)} of {run.requested} random gradients: {found}.")
    lines += [_digits(run.digits)] if run.digits else []
    lines += [_tutorial(run.tutorial)] if run.tutorial else []
    early = f"Ended early: {run.interrupted}; what was finished is kept."
    lines += [early] if run.interrupted else []
    right = bool(run.verdicts) and not bad and not run.lost
    lines.append("Verdict: " + ("every gradient is right." if right else _worst(bad, run)))
    for line in [*lines, f"The page: {page}"]:
        console.print(line, soft_wrap=True, markup=False)
    if run.interrupted == STOPPED:
        return INTERRUPTED
    return RIGHT if right else NOT_RIGHT


def _worst(bad: list[Verdict], run: Run) -> str:
    if bad:
        worst = min((v.status for v in bad), key=lambda status: status.severity)
        return f"{len(bad)} are not right, the worst is {worst}."
    return "nothing is wrong in what was judged." if run.verdicts else "nothing was judged."


def _bad_digits(run: Run) -> list[Verdict]:
    verdicts = (run.digits or {}).get("verdicts", [])
    return [v for document in verdicts if not (v := Verdict.from_json(document))]


def _digits(digits: dict[str, Any]) -> str:
    steps, accuracy = digits["steps"], digits["test_accuracy"]["manual"]
    return f"The digits: {steps} steps by hand-derived gradients, {accuracy:.1%} of the test set."


def _tutorial(tutorial: dict[str, Any]) -> str:
    formulas = tutorial["formulas"]
    printed, read = ([f for f in formulas if f[how] == "correct"] for how in ("printed", "read"))
    n = len(formulas)
    return f"The tutorial: {len(printed)} of {n} formulas right as printed, {len(read)} as read."
