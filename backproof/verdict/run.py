"""A run as data: a versioned, strict JSON document, written whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from backproof.reports.format import decode
from backproof.verdict.document import READABLE, document, to_text
from backproof.verdict.files import write_whole
from backproof.verdict.status import Status
from backproof.verdict.verdict import Verdict


class RecordError(ValueError):
    """A file that is no run of backproof's; the message says what it is and what to do."""


@dataclass(slots=True)
class Run:
    """Everything a run found: what the page shows and what `backproof report` rebuilds it from.

    command: how to run it again. requested: how many cases were asked for. absent: witnesses that
    could not be heard at all, with the reason. minimal: for each case that is not right, the
    smallest one like it: {"of": id, "case": case, "replay": command}. lost: what was begun and
    never finished. digits, tutorial: their own documents, or None where they were not run.
    """

    command: str
    requested: int
    environment: Mapping[str, str | None]
    verdicts: list[Verdict] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    minimal: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    interrupted: str = ""
    digits: dict[str, Any] | None = None
    tutorial: dict[str, Any] | None = None

    def counts(self) -> dict[Status, int]:
        """How many verdicts of each status there are, every status included."""
        counts = dict.fromkeys(Status, 0)
        for verdict in self.verdicts:
            counts[verdict.status] += 1
        return counts


def run_to_json(run: Run) -> dict[str, Any]:
    """The run as JSON values; {"float": "nan"} stands for a number that is none."""
    parts = {f.name: getattr(run, f.name) for f in fields(run)}
    parts["verdicts"] = [verdict.to_json() for verdict in run.verdicts]
    return document(**parts, counts={str(status): n for status, n in run.counts().items()})


def run_from_json(given: Any) -> Run:
    """Read a run back; raises `RecordError` where the document is not one."""
    if not isinstance(given, Mapping) or given.get("kind") != "backproof run":
        raise RecordError("this is no run of backproof: run `backproof run` to make one")
    if given.get("schema") not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise RecordError(
            f"this run has schema {given.get('schema')!r}, this backproof reads {known}: "
            "read it with the version that wrote it, or run it again"
        )
    try:
        doc = decode(given)
        parts = {f.name: doc[f.name] for f in fields(Run)}
        return Run(**{**parts, "verdicts": [Verdict.from_json(v) for v in doc["verdicts"]]})
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"this run is damaged ({type(error).__name__}: {error})") from error


def read_run(path: Path) -> Run:
    """The run in a file; raises `RecordError` where it holds none."""
    return run_from_json(read_json(path))


def read_json(path: Path) -> Any:
    """A file's JSON; raises `RecordError` where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RecordError(f"{path} is not JSON ({error})") from None


def write_pair(run: Mapping[str, Any], page: Path) -> None:
    """Write a run's JSON document, and beside it the page that shows it."""
    from backproof.reports import render

    write_whole(page.with_suffix(".json"), to_text(run))
    write_whole(page, render(run))
