"""The command line: `backproof run`, `check`, `explain`, `replay`, `report` and `power`.

Exit codes: 0 all right, 1 a gradient is not right, 2 usage or bad input, 3 internal error,
130 interrupted (what was finished is kept).
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter, validators
from rich.console import Console

from backproof import __version__
from backproof.suite.closing import BAD_INPUT, INTERNAL, INTERRUPTED, RIGHT

app = App(
    name="backproof",
    help="Proof-reads backprop: gradients derived by hand against four independent witnesses.",
    version=__version__,
    help_format="plaintext",
)
console, complaints = Console(highlight=False), Console(stderr=True, highlight=False)

AtLeastOne = Annotated[int, Parameter(validator=validators.Number(gte=1))]
FromZero = Annotated[int, Parameter(validator=validators.Number(gte=0))]
Minutes = Annotated[float | None, Parameter(validator=validators.Number(gt=0))]


@app.command
def run(
    *,
    cases: AtLeastOne = 200,
    seed: FromZero = 0,
    workers: AtLeastOne = 2,
    time: Minutes = None,
    only: str = "",
    out: Path = Path("reports"),
    plant: str = "",
) -> int:
    """Judge random gradients by all witnesses, train on the digits, try the tutorial; one page.

    Args:
        cases: How many random cases to judge.
        seed: Decides which cases: the same seed, the same cases and verdicts.
        workers: Processes that judge side by side.
        time: Minutes after which no new case is begun.
        only: Judge only cases whose line matches this regular expression, and nothing but cases.
        out: The folder for gradients.html and gradients.json.
        plant: The name of a fault to plant in the right rules, to see what a conviction looks like.
    """
    from backproof.suite.main_job import Job, carry_out_job

    return carry_out_job(Job(cases, seed, workers, time, only, out, plant), console)


@app.command
def replay(case: str, *, out: Path = Path("reports"), plant: str = "") -> int:
    """Judge one case again and print its verdict with all its findings.

    Args:
        case: A file with a case's JSON, or the id of a case of the last run.
        out: The folder that the last run wrote to.
        plant: The name of a fault to plant, as in `backproof run`.
    """
    from backproof.suite.replay import find_case, show

    return show(find_case(case, out), plant, console)


@app.command
def check(*claims: str, seed: FromZero = 0, json: bool = False) -> int:
    """Judge gradients in files or modules: PATH.py:NAME or pkg.mod:NAME, several at once.

    Args:
        claims: NAME_loss and NAME_gradient, or NAME_forward and NAME_backward, with
            NAME_inputs(seed) for the arguments; an object NAME with these as attributes; a function
            NAME of torch tensors or JAX arrays.
        seed: Decides at which points.
        json: Print the verdicts as JSON instead.
    """
    from backproof.checking import check_all

    return check_all(claims, seed, json, console)


@app.command
def explain(code: str) -> int:
    """Explain a diagnosis: what it is, what it looks like, the usual cause, the mend.

    Args:
        code: A code or its name: BP104, or transposed.
    """
    from backproof.diagnosis import explain as page_of

    console.print(page_of(code), soft_wrap=True, markup=False)
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
def power(*, cases: AtLeastOne = 20_000, seed: FromZero = 0, out: Path | None = None) -> int:
    """Put the checker on trial: planted faults, false alarms, and its costs beside others'.

    Args:
        cases: How many right cases to look for false alarms in.
        seed: Decides which cases.
        out: A JSON file for the figures.
    """
    from backproof.power.trial import put_checker_on_trial

    return put_checker_on_trial(cases, seed, out, console)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(answer(lambda: app(arguments, exit_on_error=False, print_error=False)))


def answer(command: Callable[[], Any]) -> int:
    """The exit code of a command; what the user gave wrong is said on stderr in a line."""
    from backproof.architectures import CaseError
    from backproof.diagnosis.codes import NoSuchCode
    from backproof.faults import NoSuchFault
    from backproof.finding import NoSuchClaim
    from backproof.suite.draw import NoSuchCase
    from backproof.verdict.run import RecordError
    from backproof.verdict.witnesses import WitnessAbsent

    try:
        return int(command() or RIGHT)
    except (
        CycloptsError,
        CaseError,
        NoSuchCase,
        NoSuchClaim,
        NoSuchCode,
        NoSuchFault,
        RecordError,
        WitnessAbsent,
    ) as error:
        return _complain(str(error), BAD_INPUT)
    except re.error as error:
        return _complain(f"--only is no regular expression: {error}", BAD_INPUT)
    except OSError as error:
        return _complain(f"{error.filename or 'a file'}: {error.strerror or error}", BAD_INPUT)
    except KeyboardInterrupt:
        return _complain("interrupted before anything was finished", INTERRUPTED)
    except Exception as error:
        complaints.print_exception()
        return _complain(f"internal error: {type(error).__name__}: {error}", INTERNAL)


def _complain(message: str, code: int) -> int:
    complaints.print(f"backproof: {message}", soft_wrap=True, markup=False)
    return code
