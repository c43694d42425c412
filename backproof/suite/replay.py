"""One case again: found by its id in a run or read from a file, judged, shown with all findings."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from backproof.architectures import Case, case_from_json
from backproof.suite.campaign import judge_one
from backproof.suite.summary import NOT_RIGHT, RIGHT
from backproof.verdict import Verdict
from backproof.verdict.files import CASES, RECORD
from backproof.verdict.run import RecordError, read_json, read_run
from backproof.verdict.witnesses import WITNESSES


def find_case(name: str, out: Path) -> Case:
    """The case in the file `name`, or the one with that id in the run or the cases under `out`.

    Raises `CaseError` where a file holds no case, `RecordError` where no case has that id.
    """
    if Path(name).is_file():
        return case_from_json(read_json(Path(name)))
    kept = out / CASES / f"{name}.json"
    if kept.is_file():
        return case_from_json(read_json(kept))
    record = out / RECORD
    if not record.is_file():
        raise RecordError(
            f"{name} is no file, and {record} is not there: say --out where the run is"
        )
    run = read_run(record)
    digits = (run.digits or {}).get("verdicts", [])
    drawn = [v.case for v in run.verdicts if isinstance(v.case, Case)]
    known = drawn + [case_from_json(v["case"]) for v in digits]
    for case in known:
        if case.id == name:
            return case
    raise RecordError(
        f"{name} is no file, and none of the {len(known)} cases in {record} has that id"
    )


def show(case: Case, plant: str, console: Console) -> int:
    """Judge a case by all witnesses, print the verdict and every finding; the exit code."""
    verdict = judge_one(case, WITNESSES, plant)
    console.print(str(verdict), soft_wrap=True, markup=False)
    console.print(_table(verdict))
    return RIGHT if verdict else NOT_RIGHT


def _table(verdict: Verdict) -> Table:
    table = Table("tensor", "witness", "status", box=None, pad_edge=False)
    for column in ("error_ratio", "claimed", "true"):
        table.add_column(column, justify="right")
    for f in verdict.findings:
        numbers = (_number(f.error_ratio, ".3g"), _number(f.claimed, ".9g"), _number(f.true, ".9g"))
        table.add_row(f.tensor, f.witness, str(f.status), *numbers)
    return table


def _number(value: Any, form: str) -> str:
    return "" if value is None else format(value, form)
