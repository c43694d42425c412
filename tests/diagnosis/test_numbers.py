"""The numbers by which a hypothesis fits: each has room to either side, and each decides."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from planted import Planted, evidence, gives
from planted_gradients import PLANTED
from planted_paths import PATHS
from right_functions import DENSE, RIDGE
from verdict.moving import move, value_of

from backproof.diagnosis import Evidence, diagnose

NUMBERS = ("TELLING", "UNIT_UNKNOWN", "HIDDEN")
ALL = (*PLANTED, *PATHS)


def of_known_units(planted: Planted) -> Evidence:
    """As the record has it, in float32."""
    return evidence(planted.function, planted.claim, "float32")


def of_unknown_units(planted: Planted) -> Evidence:
    """As finite differences have it."""
    return replace(evidence(planted.function, planted.claim), unit={})


def named_otherwise(trials: Iterable[Planted]) -> list[str]:
    """The planted mistakes that have another name than their own."""
    found = []
    for planted in trials:
        for seen in (of_known_units(planted), of_unknown_units(planted)):
            told = diagnose(seen)
            found += [] if told is not None and told.slug == planted.slug else [planted.name]
    return found


@pytest.mark.parametrize("factor", [2.0, 0.5])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_factor_of_two_renames_nothing(
    name: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every planted mistake keeps its name."""
    move(monkeypatch, name, factor * value_of(name))
    assert named_otherwise(ALL) == []


def slightly(p: Any, dy: Any, g: Any) -> Any:
    """A part in a hundred too much."""
    return g * g.dtype.type(1.01)


def hidden() -> Evidence:
    """What float16 hides, and the record without rounding shows."""
    found = evidence(DENSE, gives(DENSE, "W", slightly), "float16")
    exact = {n: np.asarray(t) * (1.01 if n == "W" else 1.0) for n, t in found.true.items()}
    return replace(found, exact_claimed=exact)


def penalised() -> Evidence:
    """A small penalty in float32."""
    wrong = gives(RIDGE, "W", lambda p, dy, g: g + p["W"].dtype.type(0.013) * np.sign(p["W"]))
    return evidence(RIDGE, wrong, "float32")


def unknown() -> Evidence:
    """A part in a hundred, and nobody knows how much rounds."""
    return replace(evidence(DENSE, gives(DENSE, "W", slightly)), unit={})


@pytest.mark.parametrize(
    ("name", "moved", "seen", "slug"),
    [
        ("TELLING", 400.0, penalised(), "regulariser"),
        ("UNIT_UNKNOWN", 0.1, unknown(), "factor"),
        ("HIDDEN", 10.0, hidden(), "factor"),
    ],
)
def test_another_number_is_found_out(
    name: str, moved: float, seen: Evidence, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake that has its name loses it."""
    told = diagnose(seen)
    assert told is not None and told.slug == slug
    move(monkeypatch, name, moved)
    told = diagnose(seen)
    assert told is None or told.slug == "unexplained"
