"""A campaign: many cases judged in worker processes; what is finished is never lost."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from backproof.architectures import Case
from backproof.suite.check_case import check_case
from backproof.verdict import Verdict
from backproof.verdict.witnesses import WITNESSES

STOPPED = "interrupted by the user"
DIGITS = "the digits"
"""The name that the training on real data goes by among the tasks of a campaign."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to judge and how: cases, witnesses, worker processes, seconds (None: without an end).

    fault: the name of a planted fault that takes the right rule's place; "" plants none.
    """

    cases: Sequence[Case]
    workers: int
    witnesses: Sequence[str] = WITNESSES
    seconds: float | None = None
    fault: str = ""
    digits: bool = False


@dataclass(slots=True)
class Outcome:
    """What a campaign brought home: verdicts by the place of their case, and how it ended."""

    verdicts: dict[int, Verdict]
    digits: dict[str, Any] | None = None
    interrupted: str = ""
    lost: list[str] = field(default_factory=list)


Progress = Callable[[str, int, int], None]
"""What was just finished, how many are, how many there are."""


def carry_out(plan: Plan, progress: Progress = lambda *_: None) -> Outcome:
    """Judge every case of the plan. Ctrl-C, a worker that dies and the end of time end it early.

    The verdicts are the same for any number of workers. `Outcome.interrupted` says what ended it
    before its time; `Outcome.lost` names what was begun and not finished.
    """
    outcome, done, total = Outcome({}), 0, len(plan.cases) + plan.digits
    end = None if plan.seconds is None else time.monotonic() + plan.seconds
    context = get_context("spawn")
    with ProcessPoolExecutor(plan.workers, context, initializer=_ignore_interrupts) as pool:
        running: dict[Future[Any], int] = {}
        waiting = iter(_tasks(plan))
        try:
            while True:
                if end is None or time.monotonic() < end:
                    _fill(pool, running, waiting, plan)
                elif next(waiting, None) is not None:
                    outcome.interrupted = "the time that was given is over"
                    waiting = iter(())
                if not running:
                    return outcome
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    _take(outcome, future, running[future], plan)
                    done += 1
                    progress(_name(plan, running.pop(future)), done, total)
        except KeyboardInterrupt:
            outcome.interrupted = STOPPED
        except BrokenProcessPool:
            outcome.interrupted = "a worker process died"
        outcome.lost += [f"{_name(plan, which)}: not finished" for which in running.values()]
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
    return outcome


def _take(outcome: Outcome, future: Future[Any], which: int, plan: Plan) -> None:
    """Keep a finished task's result; a task that failed is lost, and says why."""
    try:
        result = future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:
        outcome.lost.append(f"{_name(plan, which)}: {type(error).__name__}: {error}")
        return
    if which < 0:
        outcome.digits = result
    else:
        outcome.verdicts[which] = result


def _tasks(plan: Plan) -> Iterator[int]:
    """The places of the cases; -1, the longest task, stands for the digits and goes first."""
    if plan.digits:
        yield -1
    yield from range(len(plan.cases))


def _fill(
    pool: ProcessPoolExecutor, running: dict[Future[Any], int], waiting: Iterator[int], plan: Plan
) -> None:
    """Keep two tasks a worker under way, so that none waits and few are lost at an end."""
    while len(running) < 2 * plan.workers and (which := next(waiting, None)) is not None:
        if which < 0:
            running[pool.submit(_train)] = which
        else:
            task = (plan.cases[which], tuple(plan.witnesses), plan.fault)
            running[pool.submit(judge_one, *task)] = which


def judge_one(case: Case, witnesses: Sequence[str], fault: str, *, explain: bool = True) -> Verdict:
    """Judge a case, with a fault planted if one is named. explain: whether to say why."""
    if not fault:
        return check_case(case, witnesses=witnesses, explain=explain)
    from backproof.faults import claim_with, named

    claim = claim_with(named(fault), case.network)
    return check_case(case, claim, witnesses, explain=explain)


def _train() -> dict[str, Any]:
    from backproof.suite.digits import train_digits

    return train_digits().to_json()


def _name(plan: Plan, which: int) -> str:
    return DIGITS if which < 0 else str(plan.cases[which])


def _ignore_interrupts() -> None:
    """Ctrl-C is for the parent, which ends the workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
