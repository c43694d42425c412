"""Library functions that err: their error is found as large as it is, and carried on as noise."""

from typing import Any

import numpy as np

from backproof.exact.faithful import carried_on, library_errors
from backproof.exact.precision import FLOAT64
from backproof.exact.primitives import elementwise as e
from backproof.exact.record import Record, Step
from backproof.programs.settle import settled

X = np.array([0.3, -1.2, 2.5])


def exponential(record: Record, x: Step, part: Any) -> Step:
    """As a library gives it whose values are off by a part of themselves."""
    return settled(record, lambda: e.exp(x), np.exp(X) * (1 + part), FLOAT64)


def test_an_inaccurate_function_is_found_with_its_error() -> None:
    """Where it errs, by how much, and nowhere else."""
    record = Record()
    y = exponential(record, record.input("x", X, FLOAT64), np.array([0, 1e-12, 0]))
    found = library_errors([y * 3.0])
    assert set(found) == {y.number}
    error = found[y.number]
    assert error[0] == error[2] == 0
    assert abs(error[1] / (1e-12 * np.exp(X[1])) - 1) < 1e-3


def test_an_accurate_one_is_not() -> None:
    """NumPy's own; nor is arithmetic, however its values came about."""
    record = Record()
    x = record.input("x", X, FLOAT64)
    assert library_errors([exponential(record, x, 0.0)]) == {}
    two = record.constant(2.0)
    off = settled(record, lambda: x * two, X * 2 * (1 + 1e-12), FLOAT64)
    assert library_errors([off]) == {}


def test_an_error_is_carried_by_the_slopes_of_what_follows() -> None:
    """Three times it, three times the error; its difference from itself, none."""
    record = Record()
    y = exponential(record, record.input("x", X, FLOAT64), 1e-12)
    errors = library_errors([y])
    thrice, none = carried_on([y * 3.0, y - y], errors)
    np.testing.assert_allclose(thrice, 3 * errors[y.number])
    assert not none.any()
