"""A run as data: a versioned, strict JSON document, written whole or not at all."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from architectures import case_from_json, case_to_json
from backproof.files import write_whole
from backproof.verdicts import Finding, Status, Subject, Verdict
from reports.format import decode

SCHEMA = 2


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
    document = {
        "schema": SCHEMA,
        "kind": "backproof run",
        "command": run.command,
        "requested": run.requested,
        "environment": dict(run.environment),
        "absent": run.absent,
        "interrupted": run.interrupted,
        "counts": {str(status): n for status, n in run.counts().items()},
        "verdicts": [verdict_to_json(verdict) for verdict in run.verdicts],
        "minimal": run.minimal,
        "lost": run.lost,
        "digits": run.digits,
        "tutorial": run.tutorial,
    }
    return encode(document)


def run_from_json(document: Any) -> Run:
    """Read a run back; raises `RecordError` where the document is not one."""
    if not isinstance(document, Mapping) or document.get("kind") != "backproof run":
        raise RecordError("this is no run of backproof: run `backproof run` to make one")
    if document.get("schema") != SCHEMA:
        raise RecordError(
            f"this run has schema {document.get('schema')!r}, this backproof reads {SCHEMA}: "
            "read it with the version that wrote it, or run it again"
        )
    try:
        doc = decode(document)
        return Run(
            command=doc["command"],
            requested=doc["requested"],
            environment=doc["environment"],
            verdicts=[verdict_from_json(v) for v in doc["verdicts"]],
            absent=doc["absent"],
            minimal=doc["minimal"],
            lost=doc["lost"],
            interrupted=doc["interrupted"],
            digits=doc["digits"],
            tutorial=doc["tutorial"],
        )
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


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON values, with its case or claim and all findings."""
    case = verdict.case
    return {
        "id": case.id,
        "title": str(case),
        "case": None if isinstance(case, Subject) else case_to_json(case),
        "claim": asdict(case) if isinstance(case, Subject) else None,
        "status": str(verdict.status),
        "diagnosis": verdict.diagnosis,
        "code": verdict.code,
        "culprits": list(verdict.culprits),
        "evidence": verdict.evidence,
        "silent": dict(verdict.silent),
        "seconds": verdict.seconds,
        "findings": [_finding_to_json(f) for f in verdict.findings],
    }


def verdict_from_json(doc: Mapping[str, Any]) -> Verdict:
    """The verdict that `verdict_to_json` wrote."""
    return Verdict(
        case=case_from_json(doc["case"]) if doc["case"] else Subject(**doc["claim"]),
        status=Status(doc["status"]),
        findings=tuple(_finding_from_json(f) for f in doc["findings"]),
        silent=doc["silent"],
        culprits=tuple(doc["culprits"]),
        diagnosis=doc["diagnosis"],
        evidence=doc["evidence"],
        seconds=doc["seconds"],
        code=doc["code"],
    )


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    names = Finding.__dataclass_fields__
    values = {name: getattr(finding, name) for name in names}
    return {**values, "status": str(finding.status), "worst": list(finding.worst)}


def _finding_from_json(doc: Mapping[str, Any]) -> Finding:
    return Finding(**{**doc, "status": Status(doc["status"]), "worst": tuple(doc["worst"])})


def encode(value: Any) -> Any:
    """JSON values in place of floats that JSON has no word for."""
    match value:
        case float() if not math.isfinite(value):
            return {"float": str(float(value))}
        case Mapping():
            return {key: encode(v) for key, v in value.items()}
        case list() | tuple():
            return [encode(v) for v in value]
    return value


def write_pair(document: Mapping[str, Any], page: Path) -> None:
    """Write a run's JSON, and beside it the page that shows it."""
    from reports import render

    write_whole(page.with_suffix(".json"), to_text(document))
    write_whole(page, render(document))


def to_text(document: Mapping[str, Any]) -> str:
    """Strict JSON, one verdict's worth of nesting readable."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1) + "\n"
