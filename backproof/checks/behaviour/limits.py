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

from backproof.programs.state import is_put_back

AGAIN, PATIENT, RAPID = 0.02, 20, 5e-5
"""Seconds until code that swallowed a `TimeLimit` is given another. Code that swallows so many gets
them in quick succession, until one strikes between its handlers: within a second, most times.
"""
IMPORTS, IMPORTING = 6, 10.0
"""So many times an import is given so many seconds more: what is cut off there stays half made."""


class TimeLimit(BaseException):
    """Code ran longer than it may. No `Exception`, so that `except Exception` does not hold it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End Python code that runs longer than this many seconds with `TimeLimit`.

    By a timer's signal in the main thread, elsewhere by an exception that another thread sets; the
    handler and timer found are put back, a timer late by at most the time spent here. Code that
    swallows the exception is given it again and again, and once more at the end if that did not
    stop it. A call that never comes back from C is beyond reach.
    """
    if math.isinf(seconds):
        yield
        return
    main = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    imports = _Imports()
    limit = _by_signal(seconds, imports) if main else _by_thread(seconds, imports)
    with _swallowed_in_silence(), limit:
        yield


class _Imports:
    """Those that are under way within a limit: code may load what it needs when it first runs."""

    def __init__(self) -> None:
        outer: FrameType | None = sys._getframe(1)
        while outer is not None and outer.f_code in LEAVING:
            outer = outer.f_back
        self.outer, self.left = outer, IMPORTS

    def wait(self, frame: FrameType | None) -> bool:
        """Whether a frame is in one, and is not to be interrupted."""
        while frame is not None and frame is not self.outer:
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                self.left -= 1
                return self.left >= 0
            frame = frame.f_back
        return False


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
def _by_signal(seconds: float, imports: _Imports) -> Iterator[None]:
    over, fired, ringing = False, 0, False

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal fired, ringing
        if over or ringing:  # on a busy machine it rings faster than this is done
            return
        ringing = True
        try:
            if not fired and imports.wait(frame):
                signal.setitimer(signal.ITIMER_REAL, max(seconds, IMPORTING), AGAIN)
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
    start, (left, interval) = time.monotonic(), signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
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
def _by_thread(seconds: float, imports: _Imports) -> Iterator[None]:
    thread, over, lock = threading.get_ident(), threading.Event(), threading.Lock()
    fired = threading.Event()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                waits = not fired.is_set() and imports.wait(sys._current_frames().get(thread))
                if not over.is_set() and not waits:
                    fired.set()
                    _set_exception(thread, TimeLimit)
            wait = max(seconds, IMPORTING) if waits else AGAIN

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
