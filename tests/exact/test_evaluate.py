"""A record's values elsewhere, and who decides there: the run, the numbers, or whoever asks."""

import numpy as np
import pytest

from backproof.exact.balls import midpoints, to_balls
from backproof.exact.evaluate import over_balls, over_floats, unmoved
from backproof.exact.precision import FLOAT64
from backproof.exact.primitives import decisions as d
from backproof.exact.record import Record, Step
from backproof.verdict.decisions import BITS

X, Y = np.array([1.0, 4.0]), np.array([2.0, 3.0])
ASIDE = {"x": np.array([5.0, 0.0])}


def larger() -> tuple[Step, Step]:
    """The comparison of two arrays, which the run decided by its rounding, and what it chose."""
    record = Record()
    x, y = record.input("x", X, FLOAT64), record.input("y", Y, FLOAT64)
    decided = d.greater(x, y)
    decided.value = np.array([True, True])
    return decided, d.choose(decided, x, y)


def test_decisions_are_the_run_s() -> None:
    """At the point, where the numbers say otherwise, and elsewhere, where they say so again."""
    _, chosen = larger()
    assert midpoints(over_balls([chosen])[0]).tolist() == [1, 4]
    assert over_floats([chosen])[0].tolist() == [1, 4]
    there = over_balls([chosen], at={"x": to_balls(ASIDE["x"])})
    assert midpoints(there[0]).tolist() == [5, 0]


def test_afresh_the_numbers_decide() -> None:
    """In balls and in floats alike."""
    _, chosen = larger()
    assert midpoints(over_balls([chosen], afresh=True)[0]).tolist() == [2, 4]
    assert over_floats([chosen], ASIDE, afresh=True)[0].tolist() == [5, 3]


def test_what_is_decided_from_outside_is_so() -> None:
    """Half of each, too."""
    decided, chosen = larger()
    half = {decided.number: np.array([0.5, 0.0])}
    assert midpoints(over_balls([chosen], decided=half)[0]).tolist() == [1.5, 3]


@pytest.mark.parametrize("afresh", [False, True])
@pytest.mark.parametrize("moving", ["x", "y"])
def test_what_is_kept_stands_for_what_does_not_move(moving: str, afresh: bool) -> None:
    """Elsewhere, values from what was kept at the point are those that are computed there."""
    decided, chosen = larger()
    x, y = decided.inputs
    result = (chosen * y + np.exp(y)) / (x * x + np.sin(y))
    kept = dict[int, object]()
    over_balls([result], kept=kept)
    assert all(s.number in kept for s in result.inputs)
    there = {moving: to_balls(ASIDE["x"] + 1)}
    number = decided.record.inputs[moving].number
    fixed = unmoved([result], [number], BITS, {}, kept, afresh)
    assert fixed and number not in fixed
    found = over_balls([result], at=there, decided=fixed, afresh=afresh)
    plain = over_balls([result], at=there, afresh=afresh)
    assert midpoints(found[0]).tolist() == midpoints(plain[0]).tolist()
