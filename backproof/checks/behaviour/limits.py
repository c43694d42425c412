"""How long somebody's code may run."""

import ctypes
import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import _GeneratorContextManager, contextmanager, suppress
from inspect import unwrap
from types import FrameType

from backproof.checks.behaviour.grace import Grace
from backproof.programs.state import is_put_back

AGAIN, PATIENT, RAPID = 0.02, 20, 5e-5
"""Seconds until code that swallowed a `TimeLimit` is given another. Code that swallows so many gets
them in quick succession, until one strikes between its handlers: within a second, most times.
"""


class TimeLimit(BaseException):
    """Code ran longer than it may. No `Exception`, so that `except Exception` does not hold it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End Python code that runs longer than this many seconds with `TimeLimit`.

    By a timer's signal in the main thread, elsewhere by an exception that another thread sets; the
    handler and timer found are put back, a timer late by at most the time spent here. Code that
    swallows the exception is given it again and again, and once more at the end if that did not
    stop it; `Grace` says when it has more time. Nobody reaches a call that stays in C.
    """
    if math.isinf(seconds):
        yield
        return
    main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    grace = Grace(LEAVING)
    limit = _by_signal(seconds, grace) if main else _by_thread(seconds, grace)
    with _swallowed_in_silence(), limit:
        yield


@contextmanager
def _swallowed_in_silence() -> Iterator[None]:
    """Where the exception strikes in a finaliser, or a callback of the garbage collector, Python
    drops it and says so: it comes again, and nobody is to be told.
    """
    before = sys.unraisablehook

    def hook(dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_type is not TimeLimit:
            before(dropped)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def _by_signal(seconds: float, grace: Grace) -> Iterator[None]:
    over, fired, ringing = False, 0, False

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal fired, ringing
        if over or ringing:  # on a busy machine it rings faster than this is done
            return
        ringing = True
        try:
            if not fired and (more := grace.more(frame, seconds)):
                signal.setitimer(signal.ITIMER_REAL, more, AGAIN)
                return
            leaving = frame is not None and frame.f_code in LEAVING
            if not leaving and not is_put_back(frame):  # it rings again
                fired += 1
                if fired == PATIENT:
                    signal.setitimer(signal.ITIMER_REAL, RAPID, RAPID)
                raise TimeLimit(f"no answer within {seconds:g} s")
        finally:
            ringing = False

    before = signal.signal(signal.SIGALRM, ring)
    start, half = time.monotonic(), seconds / 2
    left, interval = signal.setitimer(signal.ITIMER_REAL, half, AGAIN)
    try:
        try:
            yield
        finally:
            over = True
    finally:  # entered also where the signal came between the two lines above
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
        if left:
            rest = left - (time.monotonic() - start)
            signal.setitimer(signal.ITIMER_REAL, max(rest, AGAIN), interval)
    if fired:
        raise TimeLimit(f"no answer within {seconds:g} s")


LEAVING = tuple(
    f.__code__
    for f in (
        unwrap(within),
        unwrap(_by_signal),
        _GeneratorContextManager.__enter__,
        _GeneratorContextManager.__exit__,
    )
)
"""The way out of a limit, which must not be cut short by a signal that comes a little later."""


@contextmanager
def _by_thread(seconds: float, grace: Grace) -> Iterator[None]:
    thread, over, lock = threading.get_ident(), threading.Event(), threading.Lock()
    fired = threading.Event()

    def watch() -> None:
        wait = seconds / 2
        while not over.wait(wait):
            with lock:
                frame = sys._current_frames().get(thread)
                more = 0.0 if fired.is_set() else grace.more(frame, seconds)
                if not over.is_set() and not more:
                    fired.set()
                    _set_exception(thread, TimeLimit)
            wait = more or AGAIN

    threading.Thread(target=watch, daemon=True, name="backproof time limit").start()
    try:
        try:
            yield
        except TimeLimit:
            if not fired.is_set():  # it is that of another limit, inside of this one
                raise
        finally:
            over.set()
    finally:  # what was set and not yet raised must not be raised later, in other code
        over.set()
        with lock:
            late = fired.is_set()
        if late:
            _raised_now(thread)
    if fired.is_set():
        raise TimeLimit(f"no answer within {seconds:g} s")


def _raised_now(thread: int) -> None:
    """Have this thread raise here what is set. To take it back instead would leave Python 3.11
    looking for it for ever, and a profiler or debugger stuck in its first call.
    """
    with suppress(TimeLimit):
        _set_exception(thread, TimeLimit)
        while True:
            pass


def _set_exception(thread: int, kind: type[BaseException]) -> None:
    """Have a thread raise at its next bytecode."""
    what = ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
