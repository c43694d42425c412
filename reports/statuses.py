"""The statuses as the page tells them, worst first, and which of them are right."""

from collections.abc import Iterable, Mapping
from typing import Any

MEANINGS = {
    "broken": "raises, hangs, has the wrong shape, is not finite though the truth is, "
    "changes its inputs, or says something else when asked again",
    "wrong": "the formula is not the derivative of the loss",
    "imprecise": "the formula is right, but far more is lost than rounding explains",
    "undecided": "no witness could tell; never counts as right",
    "accepted": "wrong or imprecise in a way that the caller accepts by code, up to a size",
    "kink": "not differentiable here; the claim lies between the one-sided derivatives",
    "correct": "the formula is right and the rounding is normal",
}
RIGHT = ("accepted", "kink", "correct")
FAULTY = ("broken", "wrong", "imprecise")


def severity(status: str) -> int:
    """0 for the worst; a status that this page does not know is as bad as the worst."""
    return list(MEANINGS).index(status) if status in MEANINGS else 0


def worst_first(verdicts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Verdicts by severity, otherwise in the order of the run."""
    return sorted(verdicts, key=lambda verdict: severity(verdict["status"]))


def tally(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many verdicts of each status there are, every status included."""
    counts = dict.fromkeys(MEANINGS, 0)
    for verdict in verdicts:
        counts[verdict["status"]] = counts.get(verdict["status"], 0) + 1
    return counts
