"""Time limits and interruptions: what is ended, what is put back, who pressed Ctrl-C."""

import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from backproof.checks.behaviour.attempts import attempt
from backproof.checks.behaviour.limits import TimeLimit, within

SHORT = 0.1


def spin(until: float = 30.0) -> None:
    """Work in Python, with an end in case that nothing ends it."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        pass


def elsewhere(task: Any) -> Any:
    """What a task does in another thread than the main one."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(task()))
    thread.start()
    thread.join()
    return found[0]


def ended() -> tuple[str, float]:
    """How long work without an end went on, and how it was ended."""
    start = time.monotonic()
    try:
        with within(SHORT):
            spin()
    except TimeLimit as error:
        return str(error), time.monotonic() - start
    return "", time.monotonic() - start


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_work_without_an_end_is_ended(place: Any) -> None:
    """By a signal in the main thread, by an asynchronous exception in any other."""
    said, seconds = place(ended)
    assert said == "no answer within 0.1 s"
    assert SHORT <= seconds < 5


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_what_is_quick_is_left_alone(place: Any) -> None:
    """Nothing is raised inside, nor later, when the limit would have been reached."""

    def quick() -> str:
        with within(SHORT):
            answer = "quick"
        spin(2 * SHORT)
        return answer

    assert place(quick) == "quick"


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_a_swallowed_limit_is_raised_again(place: Any) -> None:
    """Code that swallows the exception and then returns has been too slow all the same."""

    def late() -> None:
        with suppress(BaseException):
            spin()

    def task() -> bool:
        return attempt(late, SHORT).hung

    assert place(task)


class Finalised:
    """Something whose finaliser takes longer than the limit."""

    def __del__(self) -> None:
        spin(2 * SHORT)


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_a_limit_that_a_finaliser_drops_comes_again_and_is_not_told(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python says what it drops there to a hook, which hears of everything else as before."""
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    def finalising() -> None:
        Finalised()
        spin()

    assert place(lambda: attempt(finalising, SHORT).hung)
    assert told == []
    assert sys.unraisablehook == told.append


def deaf(until: float = 30.0) -> None:
    """Work that swallows whatever is raised in it, over and over."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        try:
            time.sleep(0.005)
        except BaseException:
            continue


def test_work_that_swallows_every_limit_is_ended() -> None:
    """Between its handlers, in the main thread: elsewhere nothing is quick enough."""
    start = time.monotonic()
    with pytest.raises(TimeLimit), within(SHORT):
        deaf()
    assert time.monotonic() - start < 15


def test_the_handler_and_the_timer_found_are_put_back() -> None:
    """A limit around this one still holds, by its own handler, and no later than it must."""
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 2 * SHORT)
    try:
        with within(30):
            spin(SHORT)
        spin(3 * SHORT)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        mine = signal.signal(signal.SIGALRM, before)
    assert callable(mine)
    assert len(rung) == 1
    assert 2 * SHORT <= rung[0] - start < 4 * SHORT


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_limits_nest(place: Any) -> None:
    """The inner limit ends the inner block, the outer one then the outer."""

    def nested() -> None:
        with within(2 * SHORT):
            with pytest.raises(TimeLimit, match=r"0\.1 s"), within(SHORT):
                spin()
            spin()

    def caught() -> str:
        try:
            nested()
        except TimeLimit as error:
            return str(error)
        return ""

    assert place(caught) == "no answer within 0.2 s"


def test_a_real_interrupt_interrupts() -> None:
    """A Ctrl-C during somebody's code is raised here, also when that code swallows it."""

    def pressed() -> None:
        signal.raise_signal(signal.SIGINT)

    def swallowed() -> None:
        with suppress(BaseException):
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    for task in (pressed, swallowed):
        with pytest.raises(KeyboardInterrupt):
            attempt(task, 5)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("place", [lambda task: task(), elsewhere])
def test_a_pretended_interrupt_is_a_finding(place: Any) -> None:
    """A KeyboardInterrupt that code raises itself is reported like any other exception."""

    def pretend() -> None:
        raise KeyboardInterrupt

    assert place(lambda: attempt(pretend, 5).problem).startswith("raises KeyboardInterrupt (")


def test_an_exception_that_cannot_speak_is_reported() -> None:
    """An exception whose message raises is named by its class."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fail() -> None:
        raise Mute

    assert attempt(fail, 5).problem.startswith("raises Mute (")
