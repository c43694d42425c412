"""The command line: `backproof run`, `check`, `explain`, `replay`, `report` and `power`.

Exit codes: 0 all right, 1 a gradient is not right, 2 usage or bad input, 3 internal error,
130 interrupted (what was finished is kept).
"""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, validators
from rich.console import Console

from backproof import __version__
from backproof.command.answer import answer
from backproof.suite.summary import RIGHT
from backproof.verdict.witnesses import EXACT, require

app = App(
    name="backproof",
    help="Proof-reads backprop: gradients derived by hand against four independent witnesses.",
    version=__version__,
    help_format="markdown",
)
console = Console(highlight=False)

AtLeastOne = Annotated[int, Parameter(validator=validators.Number(gte=1))]
FromZero = Annotated[int, Parameter(validator=validators.Number(gte=0))]
Minutes = Annotated[float | None, Parameter(validator=validators.Number(gt=0))]
Flag = Annotated[bool, Parameter(negative="", show_default=False)]
Text = Annotated[str, Parameter(show_default=False)]


@app.command
def run(
    *,
    cases: AtLeastOne = 200,
    seed: FromZero = 0,
    workers: AtLeastOne = 2,
    time: Minutes = None,
    only: Text = "",
    out: Path = Path("reports"),
    plant: Text = "",
) -> int:
    """Judge random gradients by all witnesses, train on the digits, try the tutorial; one page.

    Args:
        cases: How many random cases to judge.
        seed: Decides which cases: the same seed, the same cases and verdicts.
        workers: Processes that judge side by side.
        time: Minutes after which no new case is begun.
        only: Judge only cases whose line matches this regular expression, and nothing but cases.
        out: The folder for gradients.html and gradients.json.
        plant: The name of a fault to plant in the right rules, to see what a detection looks like.
    """
    require(EXACT)  # nothing of it can be imported without
    from backproof.suite.main_job import Job, carry_out_job

    return carry_out_job(Job(cases, seed, workers, time, only, out, plant), console)


@app.command
def replay(case: str, *, out: Path = Path("reports"), plant: Text = "") -> int:
    """Judge one case again and print its verdict with all its findings.

    Args:
        case: A file with a case's JSON, or the id of a case of the last run.
        out: The folder that the last run wrote to.
        plant: The name of a fault to plant, as in `backproof run`.
    """
    require(EXACT)
    from backproof.suite.replay import find_case, show

    return show(find_case(case, out), plant, console)


@app.command
def check(
    *claims: str,
    seed: FromZero = 0,
    accept: Annotated[list[str] | None, Parameter(negative="")] = None,
    json: Flag = False,
) -> int:
    """Judge gradients in files or modules: PATH.py:NAME or pkg.mod:NAME, several at once.

    Args:
        claims: NAME_loss and NAME_gradient, or NAME_forward and NAME_backward, with
            NAME_inputs(seed) for the arguments, and NAME_reference and NAME_accept if there are
            any; an object NAME with these as attributes; a function NAME of torch tensors or JAX
            arrays.
        seed: Decides at which points.
        accept: A deviation by design, as CODE=SIZE: BP118=1e-6. May be given several times.
        json: Print the verdicts as JSON instead.
    """
    from backproof.command.judging import check_all
    from backproof.command.sizes import sizes

    return check_all(claims, seed, sizes(accept or []), json, console)


@app.command
def explain(code: Text = "", *, primitives: Flag = False) -> int:
    """Explain a diagnosis: what it is, what it looks like, the usual cause, the mend.

    Args:
        code: A code or its name: BP103, or transposed. Without one all are listed.
        primitives: List the elementary operations that are followed, family by family; after the
            code, if one is asked for.
    """
    from backproof.command.listing import all_codes, all_primitives
    from backproof.diagnosis.codes import explain as page_of

    told = [page_of(code)] if code else [] if primitives else [all_codes()]
    told += [all_primitives()] if primitives else []
    console.print("\n\n".join(told), soft_wrap=True, markup=False)
    return RIGHT


@app.command
def report(record: Path, *, out: Path | None = None) -> int:
    """Write the page again from a run's JSON.

    Args:
        record: The gradients.json of a run.
        out: The page to write; beside the JSON if it is not said.
    """
    from backproof.reports import render
    from backproof.verdict.files import write_whole
    from backproof.verdict.run import read_run, run_to_json

    page = out or record.with_suffix(".html")
    write_whole(page, render(run_to_json(read_run(record))))
    console.print(f"The page: {page}", soft_wrap=True)
    return RIGHT


@app.command
def power(
    *,
    cases: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    seed: FromZero = 0,
    out: Path | None = None,
    rounding: Flag = False,
    expressions: Flag = False,
) -> int:
    """Put the checker on trial: planted faults, false alarms, and its costs beside others'.

    Args:
        cases: How many right cases to look for false alarms in, 20,000 if it is not said; or how
            many random expressions to judge, 2,000.
        seed: Decides which.
        out: A JSON file for the figures.
        rounding: Instead, the error ratios of right and of unstable layers in four formats.
        expressions: Instead, random expressions, each right and with a fault, in four formats.
    """
    require(EXACT)  # nothing of it can be imported without
    from backproof.power.trial import CASES, put_checker_on_trial, put_on_trial

    if rounding or expressions:
        return put_on_trial(rounding, expressions, cases, seed, out, console)
    return put_checker_on_trial(cases or CASES, seed, out, console)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(answer(lambda: app(arguments, exit_on_error=False, print_error=False)))
