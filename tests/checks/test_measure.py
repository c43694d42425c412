"""One measured gradient: which of its elements are off, and by how much."""

from typing import Any

import flint
import numpy as np
import pytest

from backproof.checks.errors import distances
from backproof.checks.measured import Tensor
from backproof.exact.balls import filled, to_balls
from backproof.exact.precision import FLOAT32
from backproof.exact.record import Record

HALF = 2.0**-24
"""Half an ulp of 1 in float32."""


def tensor(true: Any, claimed: Any, unit: float = HALF) -> Tensor:
    """One element, of these balls or numbers."""
    balls = [
        filled([x if isinstance(x, flint.arb) else flint.arb(x)], (1,)) for x in (true, claimed)
    ]
    step = Record().constant(np.ones(1), FLOAT32)
    returned = np.array([float(flint.arb(claimed).mid())])
    return Tensor("x", *balls, returned, np.array([unit]), step, step, FLOAT32)


@pytest.mark.parametrize(("halves", "off"), [(0.0, False), (0.9, False), (1.1, True), (7.0, True)])
def test_a_formula_is_off_by_what_a_float_would_show(halves: float, off: bool) -> None:
    """By half an ulp of the element, however much rounding is normal there."""
    for unit in (HALF, 100 * HALF):
        assert bool(tensor(1.0, 1 + halves * HALF, unit).off[0]) is off


def test_a_true_zero_may_be_off_by_its_unit() -> None:
    """Of 0 no ulp tells anything."""
    assert not tensor(0.0, 0.5, unit=1.0).off[0]
    assert tensor(0.0, 1.5, unit=1.0).off[0]


def test_what_is_not_known_of_an_element_speaks_against_nobody() -> None:
    """A claim within the radii is not off, one beyond them is."""
    wide = flint.arb(1.0, 0.25)
    assert not tensor(wide, 1.2).off[0]
    assert tensor(wide, 1.75).off[0]
    assert not tensor(1.0, flint.arb(1.2, 0.25)).off[0]


def test_distances_of_what_is_no_number() -> None:
    """The same infinity is no distance; the other one, NaN, and a number are infinitely far."""
    values = np.array([np.inf, np.inf, -np.inf, np.nan, np.inf])
    others = np.array([np.inf, -np.inf, -np.inf, np.nan, 1.0])
    found = distances(to_balls(values), to_balls(others))
    assert found.tolist() == [0, np.inf, 0, np.inf, np.inf]
