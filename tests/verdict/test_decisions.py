"""Every number that can turn a verdict: it has room to either side, and it does turn something."""

from collections.abc import Sequence

import pytest

from verdict.claim import Tried, undiagnosed
from verdict.claims import CLAIMS
from verdict.moving import HOMES, move, names, value_of
from verdict.numbers import DECISIONS, DIFFERENCES, Number
from verdict.witness import WITNESS, Shown

NUMBERS = (*DECISIONS, *DIFFERENCES)
TRIALS: Sequence[Tried | Shown] = (*CLAIMS, *WITNESS)
BY_TRIAL = {t.name: t for t in TRIALS}


def near(number: Number, k: int) -> list[Tried | Shown]:
    """The trials that find a number out, and every tenth of the others."""
    deciding = [BY_TRIAL[name] for name in number.gross.values()]
    return [*deciding, *(t for t in TRIALS[k % 10 :: 10] if t not in deciding)]


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


@pytest.mark.parametrize("k", range(len(NUMBERS)), ids=[n.name for n in NUMBERS])
def test_a_factor_of_two_turns_nothing(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims where the number decides, and others, have the status that is right of them."""
    undiagnosed(monkeypatch)
    number = NUMBERS[k]
    for moved in number.near(value_of(number.name)):
        with monkeypatch.context() as patched:
            move(patched, number.name, moved)
            assert [t.name for t in near(number, k) if not t.stands()] == [], moved


@pytest.mark.parametrize(
    ("number", "moved"), [pytest.param(n, g, id=f"{n.name} {g}") for n in NUMBERS for g in n.gross]
)
def test_a_factor_of_a_hundred_is_found_out(
    number: Number, moved: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whatever the table says: a trial is told something else than what is right of it."""
    undiagnosed(monkeypatch)
    with monkeypatch.context() as patched:
        move(patched, number.name, moved)
        assert not BY_TRIAL[number.gross[moved]].holds()
