"""`backproof power`: the checker on trial, its figures printed and kept."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from backproof.power.detections import measure_power, power_table
from backproof.power.right_code import measure_costs, measure_false_alarms
from backproof.power.scale import measure_scale
from backproof.power.whole import measure_whole
from backproof.suite.draw import draw_cases
from backproof.verdict.document import encode, to_text
from backproof.verdict.environment import environment
from backproof.verdict.files import check_writable, write_whole
from backproof.verdict.witnesses import EXACT, JAX, TORCH, require

CASES = 20_000
COSTED, WHOLE, BESIDE = 100, 24, 20
"""Right cases for the costs beside gradcheck, and for those of all witnesses beside a bare jit; of
each table of functions for the other checkers, so many."""


def put_checker_on_trial(cases: int, seed: int, out: Path | None, console: Console) -> int:
    """Measure power, costs and false alarms; 1 if a fault goes free or a right one does not."""
    require(EXACT, TORCH, JAX)
    if out:
        check_writable(out.parent)
    with Progress(console=console, transient=True) as bar:
        detections = measure_power(seed=seed, progress=_counter(bar, "planted faults"))
        console.print(power_table(detections), soft_wrap=True, markup=False)
        costs = measure_costs(draw_cases(COSTED, seed))
        console.print(str(costs), soft_wrap=True)
        whole = measure_whole(draw_cases(WHOLE, seed + 1))
        console.print(str(whole), soft_wrap=True)
        beside_torch, beside_jax = _beside_the_frameworks(console)
        scale = measure_scale()
        console.print(str(scale), soft_wrap=True)
        alarms = measure_false_alarms(cases, seed, _counter(bar, "right gradients"))
        console.print(str(alarms), soft_wrap=True, markup=False)
    figures: dict[str, Any] = {
        "environment": environment(),
        "faults": [c.to_json() for c in detections],
        "costs": costs.to_json(),
        "whole": whole.to_json(),
        "beside_gradcheck": [row.to_json() for row in beside_torch],
        "beside_check_grads": [row.to_json() for row in beside_jax],
        "scale": scale.to_json(),
        "false_alarms": alarms.to_json(),
    }
    if out:
        write_whole(out, to_text(encode(figures)))
    known = all(c.detected and c.named for c in detections) and not alarms.alarms
    beside = all(row.ours is row.right for row in beside_torch)
    beside = beside and all(row.passed and row.ours_finds for row in beside_jax)
    return int(not (known and beside and scale.passed and scale.detected))


def put_on_trial(
    rounding: bool,
    expressions: bool,
    cases: int | None,
    seed: int,
    out: Path | None,
    console: Console,
) -> int:
    """Try what is asked for: the figures of rounding, random expressions; 1 if either fails.

    cases: so many expressions. seed: of half of them, in the place of one that is drawn.
    """
    from backproof.power.expressions import trial as of_expressions
    from backproof.power.rounding import trial as of_rounding

    if out:
        check_writable(out.parent)
    figures: dict[str, Any] = {"environment": environment()}
    passed = True
    with Progress(console=console, transient=True) as bar:
        if rounding:
            found = of_rounding.run(progress=_counter(bar, "layers"))
            console.print(str(found), soft_wrap=True, markup=False)
            figures["rounding"], passed = found.to_json(), found.passed
        if expressions:
            count, seeds = cases or of_expressions.COUNT, (of_expressions.FIXED, seed)
            progress = _counter(bar, "expressions")
            tried = of_expressions.run(count, seeds if seed else None, progress=progress)
            console.print(str(tried), soft_wrap=True, markup=False)
            figures["expressions"], passed = tried.to_json(), passed and tried.passed
    if out:
        write_whole(out, to_text(encode(figures)))
    return int(not passed)


def _beside_the_frameworks(console: Console) -> tuple[list[Any], list[Any]]:
    """The oracle beside torch's gradcheck and JAX's check_grads, function by function."""
    from backproof.power.beside_check_grads import race_check_grads
    from backproof.power.beside_gradcheck import measure_beside_gradcheck
    from backproof.power.gradcheck_defaults import MISFITS
    from backproof.power.twenty import TWENTY

    beside_torch = measure_beside_gradcheck(MISFITS[:BESIDE])
    beside_jax = race_check_grads(TWENTY[:BESIDE])
    for rows in (beside_torch, beside_jax):
        for row in rows:
            console.print(str(row), soft_wrap=True, markup=False)
    return beside_torch, beside_jax


def _counter(bar: Progress, what: str) -> Any:
    task = bar.add_task(what, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
