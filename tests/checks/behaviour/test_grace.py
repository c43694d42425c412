"""When a limit in time is put off: in an import, which would stay half made, and under load."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks.behaviour import grace
from backproof.checks.behaviour.limits import TimeLimit, within

SLOW = """
import time
start = time.monotonic()
while time.monotonic() - start < {seconds}:
    pass
whole = True
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Writes a module, loaded by `import slow_to_load`, that takes so many seconds."""
    monkeypatch.syspath_prepend(tmp_path)

    def written(seconds: float) -> None:
        (tmp_path / "slow_to_load.py").write_text(SLOW.format(seconds=seconds))

    yield written
    sys.modules.pop("slow_to_load", None)


def load() -> Any:
    """The module."""
    import slow_to_load  # type: ignore[import-not-found]

    return slow_to_load


def in_a_thread(run: Callable[[], Any]) -> Any:
    """What a call gives in another thread."""
    came: list[Any] = []
    thread = threading.Thread(target=lambda: came.append(run()))
    thread.start()
    thread.join()
    return came[0]


@pytest.mark.parametrize("called", [lambda run: run(), in_a_thread])
def test_an_import_comes_to_its_end(slow: Any, called: Any) -> None:
    """The claim that needs it is judged, and the module is whole for its owner."""
    slow(0.5)

    def loss(x: Any) -> Any:
        return (x * x).sum() * load().whole

    verdict = called(lambda: backproof.check(loss, lambda x: 2 * x, np.ones(3), seconds=0.2))
    assert verdict.status == "correct", verdict
    assert load().whole


def test_what_runs_on_after_an_import_is_ended(slow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was given more time for that alone."""
    monkeypatch.setattr(grace, "IMPORTING", 0.1)
    slow(0.3)

    def endless() -> None:
        while load():
            pass

    with pytest.raises(TimeLimit), within(0.2):
        endless()
    assert load().whole


def test_an_import_without_an_end_is_ended(slow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After all the time that it may be given."""
    monkeypatch.setattr(grace, "IMPORTING", 0.1)
    slow(1000)
    with pytest.raises(TimeLimit), within(0.1):
        load()


def test_a_busy_machine_is_not_held_against_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waited for a processor has more time, a number of times; what sleeps has not."""
    waited = count()
    monkeypatch.setattr(grace, "_waited", lambda: float(next(waited)))
    with within(0.1):
        time.sleep(0.3)
    with pytest.raises(TimeLimit), within(0.1):
        time.sleep(1000)
    monkeypatch.setattr(grace, "_waited", lambda: 0.0)
    with pytest.raises(TimeLimit), within(0.1):
        time.sleep(0.3)
