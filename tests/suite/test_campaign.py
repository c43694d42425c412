"""Campaigns: the same for any number of workers, and nothing finished is lost however they end."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backproof.suite.campaign import Plan, carry_out
from backproof.suite.draw import NoSuchCase, draw_cases
from backproof.verdict.run import read_run
from backproof.verdict.witnesses import EXACT


def told(plan: Plan) -> dict[int, object]:
    """What a campaign found, without the time it took."""
    outcome = carry_out(plan)
    assert not outcome.lost
    return {k: {**v.to_json(), "seconds": 0} for k, v in outcome.verdicts.items()}


def test_a_seed_decides_the_cases() -> None:
    """The same seed draws the same different cases, another seed others, a match what matches."""
    first = draw_cases(60, 4)
    assert first == draw_cases(60, 4)
    assert len({case.id for case in first}) == 60
    assert first != draw_cases(60, 5)
    assert all("GELU" in str(case) for case in draw_cases(10, 4, "GELU"))
    with pytest.raises(NoSuchCase, match="0 different cases match 'RNN', not 3"):
        draw_cases(3, 0, "RNN")


def test_the_number_of_workers_changes_no_verdict() -> None:
    """One worker and three find the same, finding by finding."""
    cases = draw_cases(12, 1)
    assert told(Plan(cases, 1, (EXACT,))) == told(Plan(cases, 3, (EXACT,)))


def test_time_ends_a_campaign_and_what_was_finished_is_kept() -> None:
    """With no time left nothing is begun; the outcome says why it is not whole."""
    outcome = carry_out(Plan(draw_cases(40, 2), 1, (EXACT,), seconds=1e-9))
    assert len(outcome.verdicts) < 40
    assert outcome.interrupted == "the time that was given is over"
    assert not outcome.lost


def test_a_task_that_fails_is_lost_with_its_reason_and_no_other() -> None:
    """An exception in a worker ends nothing: every case is listed with what it raised."""
    cases = draw_cases(8, 3)
    outcome = carry_out(Plan(cases, 1, (EXACT,), fault="no such fault"))
    assert len(outcome.lost) == 8
    assert "NoSuchFault: no fault is called" in outcome.lost[0]


def test_a_worker_that_dies_takes_only_what_it_was_at_with_it() -> None:
    """What was judged is kept, what was under way is listed by name."""

    def kill(what: str, done: int, total: int) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()

    outcome = carry_out(Plan(draw_cases(40, 3), 1, (EXACT,)), kill)
    assert outcome.interrupted == "a worker process died"
    assert 0 < len(outcome.verdicts) < 40
    assert outcome.lost
    assert all("not finished" in lost for lost in outcome.lost)


def test_ctrl_c_keeps_what_is_finished(tmp_path: Path) -> None:
    """Exit 130, and a page and a record of the cases that were judged before."""
    command = [sys.executable, "-m", "backproof", "run", "--cases", "400", "--only", "tame"]
    running = subprocess.Popen(
        [*command, "--workers", "1", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout
    time.sleep(0.5)
    while "judged" not in (line := running.stdout.readline()):
        assert line or running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 130
    run = read_run(tmp_path / "gradients.json")
    assert 0 < len(run.verdicts) < 400
    assert run.interrupted == "interrupted by the user"
    assert "what was finished is kept" in said
    assert (tmp_path / "gradients.html").is_file()
