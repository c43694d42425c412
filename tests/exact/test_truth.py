"""The true value where a slope is 0 times infinity: what it is to either side of the point."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.exact.balls import numbers
from backproof.exact.beside import settled_beside
from backproof.exact.precision import FLOAT64
from backproof.exact.primitives import elementwise as e
from backproof.exact.record import Record, Step
from backproof.exact.reverse import gradients
from backproof.exact.truth import known

Function = Callable[[Step], Step]


def slope(function: Function, x: float) -> Any:
    """The true slope of a function at a point, as a ball."""
    record = Record()
    at = record.input("x", np.array([x]), FLOAT64)
    y = function(at)
    (g,) = gradients({y: np.ones(y.shape)}, [at], stable=True)
    assert g is not None
    found = settled_beside([g], known([g], [np.zeros(g.shape)]), [at])
    return numbers(found.values[0])[0]


@pytest.mark.parametrize(
    ("function", "true"),
    [
        (lambda x: e.sqrt(x * x) * e.sqrt(x * x), 0.0),
        (lambda x: e.sqrt(x * x * x * x), 0.0),
        (lambda x: x + e.sqrt(x * x) * e.sqrt(x * x), 1.0),
    ],
)
def test_zero_times_infinity_is_what_both_sides_tend_to(function: Function, true: float) -> None:
    """Of squares of roots at 0."""
    assert abs(float(slope(function, 0.0).mid()) - true) < 1e-12


def test_of_two_slopes_a_ball_holds_both() -> None:
    """And nothing far from them: of a root of a square at 0, and of it beside it."""
    both = slope(lambda x: e.sqrt(x * x), 0.0)
    assert both.contains(1) and both.contains(-1) and not both.contains(1.1)
    one = slope(lambda x: e.sqrt(x * x), 0.5)
    assert one.contains(1) and float(one.rad()) < 1e-30


@pytest.mark.parametrize(
    ("function", "sign"), [(lambda x: e.log(x * x), 0), (lambda x: e.sqrt(e.sqrt(x * x)), 0)]
)
def test_slopes_of_other_signs_without_bound_are_no_number(function: Function, sign: int) -> None:
    """Neither is a side on which nothing is known."""
    assert not slope(function, float(sign)).is_finite()


def test_a_slope_that_grows_without_bound_has_its_sign() -> None:
    """Of a cube root at 0, upwards and downwards."""
    up, down = slope(e.cbrt, 0.0), slope(lambda x: -e.cbrt(x), 0.0)
    assert not up.is_finite() and up > 0
    assert not down.is_finite() and down < 0


def test_what_no_side_knows_stays_unknown() -> None:
    """A root of what is negative on both sides has no slope, and not the slope 0."""
    found = slope(lambda x: e.sqrt(-1.0 - x * x), 0.0)
    assert not found.is_finite() and np.isnan(complex(found).real)
