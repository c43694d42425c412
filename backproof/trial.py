"""`backproof power`: the checker on trial, its figures printed and kept."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from backproof.draw import draw_cases
from backproof.environment import environment
from backproof.files import check_writable, write_whole
from backproof.power import measure_costs, measure_false_alarms, measure_power, power_table
from backproof.record import encode, to_text
from backproof.whole import measure_whole
from backproof.witnesses import EXACT, JAX, TORCH, require

COSTED, WHOLE = 100, 24
"""Right cases for the costs beside gradcheck, and for those of all witnesses beside a bare jit."""


def put_checker_on_trial(cases: int, seed: int, out: Path | None, console: Console) -> int:
    """Measure power, costs and false alarms; 1 if a fault goes free or a right one does not."""
    require(EXACT, TORCH, JAX)
    if out:
        check_writable(out.parent)
    with Progress(console=console, transient=True) as bar:
        convictions = measure_power(seed=seed, progress=_counter(bar, "planted faults"))
        console.print(power_table(convictions), soft_wrap=True, markup=False)
        costs = measure_costs(draw_cases(COSTED, seed))
        console.print(str(costs), soft_wrap=True)
        whole = measure_whole(draw_cases(WHOLE, seed + 1))
        console.print(str(whole), soft_wrap=True)
        alarms = measure_false_alarms(cases, seed, _counter(bar, "right gradients"))
        console.print(str(alarms), soft_wrap=True, markup=False)
    figures: dict[str, Any] = {
        "environment": environment(),
        "faults": [c.to_json() for c in convictions],
        "costs": costs.to_json(),
        "whole": whole.to_json(),
        "false_alarms": alarms.to_json(),
    }
    if out:
        write_whole(out, to_text(encode(figures)))
    return int(bool(alarms.alarms) or not all(c.convicted and c.named for c in convictions))


def _counter(bar: Progress, what: str) -> Any:
    task = bar.add_task(what, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
