"""A record's values elsewhere, and who decides there: the run, the numbers, or whoever asks."""

import numpy as np

from backproof.exact.balls import midpoints, to_balls
from backproof.exact.evaluate import over_balls, over_floats
from backproof.exact.precision import FLOAT64
from backproof.exact.primitives import decisions as d
from backproof.exact.record import Record, Step

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
