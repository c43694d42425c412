"""A time limit in a thread leaves nothing behind that stops profilers and debuggers."""

import sys
import threading

import pytest

from backproof.checks.behaviour.attempts import attempt


def endless() -> None:
    """Has no end."""
    while True:
        pass


@pytest.mark.parametrize("thunk", [endless, int])
def test_a_profiler_runs_after_a_time_limit_in_a_thread(thunk: object) -> None:
    """Whether the limit struck or not, functions are called afterwards as before."""
    heard: list[str] = []

    def run() -> None:
        attempt(thunk, 0.05)  # type: ignore[arg-type] # any callable
        sys.setprofile(lambda _, event, __: heard.append(event))
        try:
            threading.current_thread().is_alive()
        finally:
            sys.setprofile(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert "call" in heard
    assert not thread.is_alive()
