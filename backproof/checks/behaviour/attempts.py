"""One call of somebody's code: sealed off, limited in time, and whatever it does only reported."""

import io
import os
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backproof.checks.behaviour.keyboard import listening
from backproof.checks.behaviour.limits import TimeLimit, within
from backproof.verdict.decisions import SLOWER

if TYPE_CHECKING:
    from backproof.programs.run import Run

NOT_THEIRS = tuple(
    os.path.join(folder, "")
    for folder in (
        os.path.dirname(os.path.dirname(__file__)),
        *(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")),
    )
)
LONGEST = 300
TURN = threading.RLock()
"""Prints, warnings, random states and whatever else a run sets and puts back are those of the whole
process: one thread at a time has them.
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a call: its value, or the problem in a line with the code's file and line."""

    value: Any
    problem: str
    hung: bool
    seconds: float


class Nowhere(io.TextIOBase):
    """Where the prints of somebody's code go; it keeps nothing."""

    def write(self, text: str) -> int:
        """As if all of the text had been written."""
        return len(text)


def attempt(thunk: Callable[[], Any], seconds: float, *passing: type[Exception]) -> Attempt:
    """Call, and report instead of raising: exceptions, sys.exit, endless recursion, hanging.

    Raises only a KeyboardInterrupt of somebody's Ctrl-C, be it swallowed by the code or not, and
    the exceptions of the kinds `passing`.
    """
    value, problem, hung, start = None, "", False, time.perf_counter()
    with listening() as keyboard, sealed():
        try:
            with within(seconds):
                value = thunk()
        except passing:
            raise
        except BaseException as error:  # sys.exit and pytest.skip are no Exceptions
            hung = isinstance(error, TimeLimit) or time.perf_counter() - start >= seconds
            problem = f"{_said(error)}{_place(error)}"
    if keyboard.pressed:
        raise KeyboardInterrupt
    return Attempt(value, problem, hung, time.perf_counter() - start)


def traced(run: Callable[[], "Run"], seconds: float, spent: float = 0.0) -> "Run":
    """What a recorded run of somebody's code is.

    seconds: that a call may take. spent: seconds that the plain calls took. Raises `CannotFollow`
    where the code raises or leaves when it meets the arrays of a record, or has no end.
    """
    from backproof.programs.run import CannotFollow  # it needs exact arithmetic

    made = attempt(run, max(seconds, SLOWER * spent), CannotFollow)
    if made.problem:
        raise CannotFollow(f"under a tracer it {made.problem}")
    found: Run = made.value
    return found


class Failed(Exception):
    """A call that raised, or had no answer in time; the message says which."""


def limited(thunk: Callable[[], Any], seconds: float) -> Any:
    """What a call returns. Raises `Failed` where it raises or has no answer within the seconds."""
    made = attempt(thunk, seconds)
    if made.problem:
        raise Failed(made.problem)
    return made.value


@contextmanager
def sealed() -> Iterator[None]:
    """Prints go nowhere, nothing can be read in, no warning is shown, and what code may set for the
    whole process is put back: NumPy's error state and print options, environment, folder, recursion
    limit.

    The numbers that it draws are `random_state`'s affair.
    """
    with (
        TURN,
        _put_back(),
        redirect_stdout(Nowhere()),
        redirect_stderr(Nowhere()),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        sys.stdin = io.StringIO()
        yield


@contextmanager
def _put_back() -> Iterator[None]:
    """What code may set for the whole process, and what has no context of its own."""
    environment, depth, stdin = _environment(), sys.getrecursionlimit(), sys.stdin
    folder = _folder()
    printing = np.get_printoptions()
    try:
        yield
    finally:
        sys.stdin = stdin
        sys.setrecursionlimit(depth)
        if _folder() != folder is not None:
            os.chdir(folder)
        if np.get_printoptions() != printing:
            np.set_printoptions(**printing)
        if _environment() != environment:
            os.environ.clear()
            os.environ.update({os.fsdecode(k): os.fsdecode(v) for k, v in environment.items()})


def _folder() -> str | None:
    """The working directory; None where somebody has removed it."""
    with suppress(OSError):
        return os.getcwd()
    return None


def _environment() -> dict[Any, Any]:
    """The environment as Python keeps it: to decode it takes longer than most calls do."""
    return dict(getattr(os.environ, "_data", os.environ))


def _said(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        return f"calls sys.exit({error.code!r})"
    try:
        message = " ".join(str(error).split())
    except Exception:  # an exception may not even be able to say what it is
        message = ""
    message = message if len(message) <= LONGEST else f"{message[: LONGEST - 4]} ..."
    return f"raises {kind}: {message}" if message else f"raises {kind}"


def _place(error: BaseException) -> str:
    """Where in somebody's own code it was raised: " (file:line)", or nothing."""
    frames = traceback.StackSummary.extract(
        traceback.walk_tb(error.__traceback__), lookup_lines=False
    )
    theirs = [f for f in frames if not f.filename.startswith((*NOT_THEIRS, "<frozen"))]
    return f" ({theirs[-1].filename}:{theirs[-1].lineno})" if theirs else ""
