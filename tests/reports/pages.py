"""Runs to make a page of, and a page as a reader meets it."""

import re
from html.parser import HTMLParser
from typing import Any

from backproof.architectures import Case, Dense, Drawn, HalfSquaredError, Network, ReLU
from backproof.verdict import Finding, Status, Verdict
from backproof.verdict.run import Run, run_to_json

NETWORK = Network(3, (Dense(2), ReLU()), HalfSquaredError())
VOID = {"br", "input", "meta"}


def verdict(status: Status, seed: int = 0, **facts: Any) -> Verdict:
    """A verdict of a status with a finding by the exact witness and one by torch."""
    measured: dict[str, Any] = {"worst": (1, 0), "claimed": 0.1, "true": 1 / 3, "error_ratio": 0.5}
    findings = (
        Finding("dx", "exact", status, **measured, order=3.0),
        Finding("0.W", "torch", status, **measured),
    )
    case = Case(NETWORK, 4, "float64", Drawn("tame", seed))
    return Verdict(case, status, **{"findings": findings, **facts})


def run(*statuses: Status, **facts: Any) -> dict[str, Any]:
    """The document of a run that judged cases to these statuses, all that were asked for."""
    verdicts = [verdict(status, seed) for seed, status in enumerate(statuses)]
    known = {"command": "backproof run", "requested": len(statuses), "environment": {"numpy": "2"}}
    return run_to_json(Run(**{**known, "verdicts": verdicts, **facts}))


def text(page: str) -> str:
    """What a reader sees of a page, without its tags, style and script."""
    seen = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", seen).split())


class Outline(HTMLParser):
    """The open tags of a page, its attributes, ids and headings, as a strict reader meets them."""

    def __init__(self, page: str) -> None:
        """Read a page to its end."""
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.headings: list[int] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the tag, and wait for its end."""
        self.attributes += attributes
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag that ends where it starts, as those of drawings do."""
        self.attributes += attributes

    def handle_endtag(self, tag: str) -> None:
        """An end belongs to the tag that was opened last."""
        assert self.open.pop() == tag, tag


DIGITS = {
    "data": {"train": 1437},
    "test_accuracy": {"manual": 0.9833, "jax": None},
    "train_loss": [2.3, 0.5, 0.01],
    "trajectories": {"manual": [0.0, 0.3, 0.5], "torch": [0.0, float("inf"), 0.4], "jax": None},
}
TUTORIAL = {
    "formulas": [{"key": "loss", "formula": "L = y", "printed": "wrong", "read": "correct"}],
    "steps": {"runs": [{"step": 0.1, "label": "steady", "points": [[2, 4], [1, 1], [9, 81]]}]},
    "training": {"printed": [1.0, 2.0], "signed": [1.0, 0.1], "says": "one rises"},
}
