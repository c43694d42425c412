"""Taking stand-ins back is not interrupted, by no signal and by no exception set from afar."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from backproof.checks.behaviour.limits import TimeLimit, within
from backproof.programs.reach import reach
from backproof.programs.run import CannotFollow
from backproof.programs.state import State, undisturbed
from programs.numpy.trial import recorded

X = np.random.default_rng(0).normal(size=5)


def press() -> None:
    """As Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


class Eager(dict[Any, Any]):
    """A table, which is put back by clearing it: something happens just then."""

    what: Callable[[], None] = press

    def clear(self):
        type(self).what()
        super().clear()


class Failing(Eager):
    happened = 0

    def what():
        Failing.happened += 1
        if Failing.happened == 1:
            raise TimeoutError


class Layer:
    xp = np

    def __init__(self, table):
        self.table, self.W, self.calls = table, np.ones(5), []

    def __call__(self, x):
        self.calls.append(x)
        self.table["y"] = self.xp.exp(x) * self.W
        return self.table["y"].sum()


def is_as_before(layer: Layer) -> bool:
    """Whether a layer holds what it held when it was made."""
    same = Layer.xp is np and type(layer.W) is np.ndarray and not layer.calls
    return same and dict(layer.table) == {"kept": 1}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal waits here")
def test_a_signal_waits_until_all_is_back() -> None:
    """It comes through afterwards, and whoever runs the code is told."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    layer = Layer(Eager(kept=1))
    try:
        with pytest.raises(KeyboardInterrupt):
            recorded(layer, X)
    finally:
        signal.signal(signal.SIGINT, before)
    assert is_as_before(layer) and globals()["np"] is np


def test_an_exception_in_the_middle_begins_it_again() -> None:
    """As another thread may set one: all is put back before it goes on."""
    layer = Layer(Failing(kept=1))
    with pytest.raises(TimeoutError):
        recorded(layer, X)
    assert Failing.happened == 2 and is_as_before(layer)


def test_signals_that_were_held_before_are_held_after() -> None:
    """The mask found is the mask left."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        with undisturbed():
            pass
        assert signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, set())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def test_what_two_roots_share_is_put_back_once() -> None:
    """A state of several walks holds the same things as one of each."""
    shared = {"a": 1}
    state = State(reach({"first": shared}), reach({"second": [shared]}))
    shared["a"], shared["b"] = 2, 3
    state.put_back()
    assert shared == {"a": 1}


def again_and_again(layer: Layer) -> None:
    """Recorded runs without an end."""
    while True:
        with suppress(CannotFollow):
            recorded(layer, X)


def test_a_time_limit_waits_for_the_way_back() -> None:
    """Wherever it rings: a run that is ended over and over leaves what it has found."""
    layer = Layer(Slow({"kept": 1}))
    for k in range(40):
        with pytest.raises(TimeLimit), within(1e-3 + k * 2e-4):
            again_and_again(layer)
        assert is_as_before(layer)


class Slow(dict[Any, Any]):
    """A table that takes its time to be cleared."""

    def clear(self):
        time.sleep(0.002)
        super().clear()


def test_so_much_data_is_left_alone() -> None:
    """What a module holds beyond many arrays is not looked at, and its time not taken."""
    rows = [{k: np.ones(2) for k in range(8)} for _ in range(9_000)]
    found = reach({"loss": lambda x: x * rows[0][0][0], "rows": [rows, rows[:10]]})
    assert 0 < len(found.arrays) < len(rows) * 8
