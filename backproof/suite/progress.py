"""How a campaign shows what it is at: a bar for who watches, lines for a log."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backproof.suite.campaign import Outcome, Plan, carry_out

WIDE = 100
"""A line of a log is no longer."""


def watched(plan: Plan, console: Console) -> Outcome:
    """Carry out the plan behind a progress bar, or, where nobody watches, a line every tenth."""
    if not console.is_terminal:
        return carry_out(plan, _Lines(console))
    columns = (BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=console) as bar:
        task = bar.add_task("starting the witnesses", total=len(plan.cases) + plan.digits)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, completed=done, description=what[: max(20, console.width - 55)])

        return carry_out(plan, show)


class _Lines:
    """Progress for a log: a line every tenth, with an estimate of the rest."""

    def __init__(self, console: Console) -> None:
        self.console, self.began = console, time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if done % max(1, total // 10) == 0:
            left = (time.monotonic() - self.began) / done * (total - done)
            line = f"{done} of {total} judged, about {left:.0f} s left; last: {what}"
            self.console.print(line[:WIDE], soft_wrap=True, markup=False)
