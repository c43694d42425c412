"""The logistic function in three steps: what is taken for it, and the unit that it has."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.exact.logistic import exponent
from backproof.exact.precision import FLOAT64
from backproof.exact.primitives.elementwise import reciprocal
from backproof.exact.record import Record, Step
from backproof.exact.reverse import gradients
from backproof.exact.rounding import units

WRITTEN: dict[str, Callable[[Step], Any]] = {
    "1 / (1 + exp(-x))": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "1 / (exp(-x) + 1)": lambda x: 1.0 / (np.exp(-x) + 1.0),
    "reciprocal": lambda x: reciprocal(1.0 + np.exp(-x)),
}
OTHERS: dict[str, Callable[[Step], Any]] = {
    "2 / (1 + exp(-x))": lambda x: 2.0 / (1.0 + np.exp(-x)),
    "1 / (2 + exp(-x))": lambda x: 1.0 / (2.0 + np.exp(-x)),
    "1 / (1 + cosh(x))": lambda x: 1.0 / (1.0 + np.cosh(x)),
    "1 / exp(-x)": lambda x: 1.0 / np.exp(-x),
}


def _input() -> Step:
    return Record().input("x", np.array([-2.0, 0.5, 9.0]), FLOAT64)


@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_known_and_its_unit_is_that_of_its_output(name: str) -> None:
    """At 9, y (1 - y) loses 13 bits: so much is normal, and the truth keeps them."""
    x = _input()
    y = WRITTEN[name](x)
    assert exponent(y) is not None
    (usual,) = gradients({y: 1.0}, [x])
    (stable,) = gradients({y: 1.0}, [x], stable=True)
    assert usual is not None and stable is not None
    np.testing.assert_allclose(usual.value, stable.value, rtol=1e-11)
    (unit,), (least,) = units([usual]), units([stable])
    assert unit[2] > 100 * least[2]
    assert unit[0] < 8 * least[0]


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_else_is_taken_for_it(name: str) -> None:
    """Another numerator, another sum, another function."""
    assert exponent(OTHERS[name](_input())) is None
