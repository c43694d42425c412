"""Every number that can turn a verdict: it has room to either side, and it does turn something."""

from collections.abc import Sequence
from functools import cache
from types import CodeType

import pytest

from verdict.claim import Tried, undiagnosed
from verdict.claims import CLAIMS
from verdict.moving import HOMES, called, move, names, reading, value_of
from verdict.numbers import DECISIONS, DIFFERENCES, Number
from verdict.witness import WITNESS, Shown

NUMBERS = (*DECISIONS, *DIFFERENCES)
BY_NAME = pytest.mark.parametrize("number", NUMBERS, ids=[n.name for n in NUMBERS])
TRIALS = (*CLAIMS, *WITNESS)

Trials = Sequence[Tried | Shown]


@cache
def calls() -> dict[str, set[CodeType]]:
    """By the name of a trial, the functions that are called in it."""
    return called(TRIALS)


def reaching(number: Number) -> Trials:
    """The trials in which a number is read."""
    return [t for t in TRIALS if reading(number.name, calls()[t.name])]


def turned(trials: Trials) -> list[str]:
    """The names of those that are told something else than is right, or raise."""
    return [t.name for t in trials if not _holds(t)]


def _holds(trial: Tried | Shown) -> bool:
    try:
        return trial.holds()
    except Exception:  # a number beyond what a library can take
        return False


def test_every_number_is_in_the_table() -> None:
    """And its name means one number only."""
    assert sorted(n.name for n in NUMBERS) == sorted(names())
    assert len({t.name for t in TRIALS}) == len(TRIALS)
    assert sum(len([n for n in vars(home) if n.isupper()]) for home in HOMES) == len(NUMBERS)


def test_a_number_without_an_effect_says_why() -> None:
    """So does one that is not moved by 100 to any side."""
    for number in NUMBERS:
        value = value_of(number.name)
        factors = [g / value for g in number.gross if not isinstance(g, tuple)]
        by_100 = any(abs(max(f, 1 / f) / 100 - 1) < 0.2 for f in factors if f)
        assert number.why or by_100 or isinstance(value, tuple), number.name


@BY_NAME
def test_a_factor_of_two_turns_nothing(number: Number, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all claims, right and wrong, each is still told what is right of it."""
    undiagnosed(monkeypatch)
    trials = reaching(number)
    for moved in number.near(value_of(number.name)):
        with monkeypatch.context() as patched:
            move(patched, number.name, moved)
            assert turned(trials) == [], moved


@pytest.mark.parametrize(
    ("number", "moved"), [pytest.param(n, g, id=f"{n.name} {g}") for n in NUMBERS for g in n.gross]
)
def test_a_factor_of_a_hundred_turns_something(
    number: Number, moved: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whatever the table says: a judge with such a number is found out."""
    undiagnosed(monkeypatch)
    trials = reaching(number)
    with monkeypatch.context() as patched:
        move(patched, number.name, moved)
        assert any(not _holds(trial) for trial in trials)
