"""The main job: random cases, the digits and the tutorial, judged and written to one page."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from backproof.architectures import Case, case_to_json
from backproof.faults import named
from backproof.suite.campaign import STOPPED, Plan, judge_one
from backproof.suite.draw import draw_cases
from backproof.suite.progress import watched
from backproof.suite.shrinking import minimal
from backproof.suite.summary import say
from backproof.suite.tutorial import put_on_trial
from backproof.verdict import Verdict
from backproof.verdict.document import to_text
from backproof.verdict.environment import environment
from backproof.verdict.files import CASES, PAGE, check_writable, write_whole
from backproof.verdict.run import Run, run_to_json, write_pair
from backproof.verdict.witnesses import EXACT, JAX, TORCH, WITNESSES, absences

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
    if job.plant:
        named(job.plant)
    cases = draw_cases(job.cases, job.seed, job.only)
    seconds = None if job.minutes is None else 60 * job.minutes
    whole = not (job.only or job.plant)
    plan = Plan(cases, job.workers, WITNESSES, seconds, job.plant, digits=whole)
    run = Run(job.command, job.cases, environment())
    run.absent = absences()
    run.tutorial = put_on_trial().to_json() if whole else None
    outcome = watched(plan, console)
    run.verdicts = [outcome.verdicts[k] for k in sorted(outcome.verdicts)]
    run.digits, run.interrupted, run.lost = outcome.digits, outcome.interrupted, outcome.lost
    page = job.out / PAGE
    write_pair(run_to_json(run), page)
    if not run.interrupted and not all(run.verdicts):
        console.print("Looking for the smallest cases that show what is wrong.")
        _shrink_all(run, job)
        write_pair(run_to_json(run), page)
    return say(run, page, console)


def _shrink_all(run: Run, job: Job) -> None:
    """Add the minimal case like each of the first that are not right; Ctrl-C ends the search."""
    try:
        for verdict in [v for v in run.verdicts if not v][:SHRUNK]:
            if isinstance(verdict.case, Case):
                run.minimal.append(_shrink(verdict, verdict.case, job))
    except KeyboardInterrupt:
        run.interrupted = STOPPED


def _shrink(verdict: Verdict, case: Case, job: Job) -> dict[str, Any]:
    seen_by = {f.witness for f in verdict.findings if not f.status}
    witnesses = (EXACT,) if seen_by - {TORCH, JAX} else (EXACT, TORCH)

    def detects(smaller: Case) -> bool:
        judged = judge_one(smaller, witnesses, job.plant, explain=False)
        return judged.status is verdict.status

    least = minimal(case, detects, seed=job.seed)
    path = job.out / CASES / f"{least.id}.json"
    document = case_to_json(least)
    write_whole(path, to_text(document))
    plant = ["--plant", job.plant] if job.plant else []
    replay = shlex.join(["backproof", "replay", str(path), *plant])
    says = str(judge_one(least, witnesses, job.plant))
    says = says.replace(f"again: backproof replay {least.id}", f"again: {replay}")
    told = {"of": case.id, "title": str(least), "replay": replay, "says": says}
    return {**told, "case": document}
