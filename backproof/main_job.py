"""The main job: random cases, the digits and the tutorial, judged and written to one page."""

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from architectures import case_to_json
from backproof.campaign import Outcome, Plan, carry_out, judge_one
from backproof.draw import draw_cases
from backproof.environment import environment
from backproof.record import (
    Run,
    check_writable,
    run_to_json,
    to_text,
    verdict_from_json,
    write_pair,
    write_whole,
)
from backproof.verdicts import Verdict
from backproof.witnesses import EXACT, WITNESSES, absent

PAGE, CASES = "gradients.html", "cases"
SHRUNK = 5
"""So many of the cases that are not right are shrunk; the rest are reported as they are."""


@dataclass(frozen=True, slots=True)
class Job:
    """What `backproof run` was asked for; its options by their names."""

    cases: int
    seed: int
    workers: int
    minutes: float | None
    only: str
    out: Path
    plant: str

    @property
    def command(self) -> str:
        """The command line that asks for this job again."""
        words = ["backproof", "run", "--cases", str(self.cases), "--seed", str(self.seed)]
        words += ["--only", self.only] if self.only else []
        words += ["--plant", self.plant] if self.plant else []
        words += ["--out", str(self.out)] if self.out != Path("reports") else []
        return shlex.join(words)


def carry_out_job(job: Job, console: Console) -> int:
    """Do the main job, write the page and its JSON twin, say what was found; the exit code."""
    check_writable(job.out)
    known_fault(job.plant)
    cases = draw_cases(job.cases, job.seed, job.only)
    seconds = None if job.minutes is None else 60 * job.minutes
    whole = not (job.only or job.plant)
    plan = Plan(cases, job.workers, WITNESSES, seconds, job.plant, digits=whole)
    run = Run(job.command, job.cases, environment())
    run.absent = {w: reason for w in WITNESSES if (reason := absent(w))}
    run.tutorial = _tutorial() if whole else None
    outcome = _with_progress(plan, console)
    run.verdicts = [outcome.verdicts[k] for k in sorted(outcome.verdicts)]
    run.digits, run.interrupted, run.lost = outcome.digits, outcome.interrupted, outcome.lost
    if not run.interrupted:
        run.minimal = _shrink_all(run.verdicts, job)
    page = job.out / PAGE
    write_pair(run_to_json(run), page)
    return _say(run, page, console)


def known_fault(plant: str) -> None:
    """Raise `BadInput` unless a fault of that name can be planted ("" plants none)."""
    if plant:
        from backproof.cli import BadInput
        from backproof.faults import FAULTS

        if plant not in FAULTS:
            raise BadInput(f"no fault is called {plant!r}; there are {', '.join(sorted(FAULTS))}")


def _tutorial() -> dict[str, Any] | None:
    if absent(EXACT):
        return None
    from backproof.tutorial import put_on_trial

    return put_on_trial().to_json()


def _with_progress(plan: Plan, console: Console) -> Outcome:
    """Carry out the plan behind a progress bar, or, where nobody watches, a line every tenth."""
    columns = (
        BarColumn(24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    total, began = len(plan.cases) + plan.digits, time.monotonic()
    if console.is_terminal:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("starting the witnesses", total=total)
            return carry_out(
                plan, lambda what, done, _: bar.update(task, completed=done, description=what)
            )

    def line(what: str, done: int, total: int) -> None:
        if done % max(1, total // 10) == 0:
            left = (time.monotonic() - began) / done * (total - done)
            console.print(
                f"{done} of {total} judged, about {left:.0f} s left; last: {what}", soft_wrap=True
            )

    return carry_out(plan, line)


def _shrink_all(verdicts: list[Verdict], job: Job) -> list[dict[str, Any]]:
    """The minimal case like each of the first that are not right, stored beside the page."""
    from backproof.shrink import minimal

    shrunk = []
    for verdict in [v for v in verdicts if not v][:SHRUNK]:
        status = verdict.status
        least = minimal(
            verdict.case,
            lambda case, status=status: judge_one(case, (EXACT,), job.plant).status is status,
            seed=job.seed,
        )
        path = job.out / CASES / f"{least.id}.json"
        write_whole(path, to_text(case_to_json(least)))
        plant = f" --plant {job.plant}" if job.plant else ""
        command = f"backproof replay {shlex.quote(str(path))}{plant}"
        shrunk.append(
            {
                "of": verdict.case.id,
                "case": case_to_json(least),
                "title": str(least),
                "replay": command,
            }
        )
    return shrunk


def _say(run: Run, page: Path, console: Console) -> int:
    """The closing lines: what was judged, the verdict, where the page lies; the exit code."""
    from backproof.cli import INTERRUPTED, NOT_RIGHT, RIGHT

    counts = run.counts()
    found = ", ".join(f"{n} {status}" for status, n in reversed(counts.items()))
    bad = [v for v in run.verdicts if not v] + _bad_digits(run)
    for verdict in bad[:3]:
        console.print(str(verdict), soft_wrap=True, markup=False)
    for name, reason in run.absent.items():
        console.print(f"Not heard: {name}, {reason}", soft_wrap=True, markup=False)
    for lost in run.lost:
        console.print(f"Lost: {lost}", soft_wrap=True, markup=False)
    console.print(
        f"Judged {len(run.verdicts)} of {run.requested} random gradients: {found}.", soft_wrap=True
    )
    if run.digits:
        console.print(_digits_line(run.digits), soft_wrap=True)
    if run.interrupted:
        console.print(f"Ended early: {run.interrupted}; what was finished is kept.", soft_wrap=True)
    right = not bad and not run.lost and run.verdicts
    console.print("Verdict: " + ("every gradient is right." if right else _worst(bad, run)))
    console.print(f"The page: {page}", soft_wrap=True)
    if run.interrupted == "interrupted by the user":
        return INTERRUPTED
    return RIGHT if right else NOT_RIGHT


def _worst(bad: list[Verdict], run: Run) -> str:
    if bad:
        worst = min((v.status for v in bad), key=lambda status: status.severity)
        return f"{len(bad)} are not right, the worst is {worst}."
    return "nothing is wrong in what was judged." if run.verdicts else "nothing was judged."


def _bad_digits(run: Run) -> list[Verdict]:
    verdicts = (run.digits or {}).get("verdicts", [])
    return [v for document in verdicts if not (v := verdict_from_json(document))]


def _digits_line(digits: dict[str, Any]) -> str:
    steps, accuracy = digits["steps"], digits["test_accuracy"]["manual"]
    return f"The digits: {steps} steps by hand-derived gradients, {accuracy:.1%} of the test set."
