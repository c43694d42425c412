"""numpy.r_ and numpy.c_ join numbers, lists and arrays, all of which are followed."""

from typing import Any

import numpy as np
import pytest

from checks.in_numpy.asking import passed


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_lists_and_arrays_are_joined(dtype: str) -> None:
    """A right gradient is right by forward and backward, a hundredth too large is wrong."""

    def loss(x: Any) -> Any:
        row = np.r_[x[0], x[1:] ** 2, [x[1] * x[0], 2.0]]
        return np.sum(np.c_[row, row] ** 2)

    def gradient(x: Any) -> Any:
        a, b = x[0], x[1]
        return np.r_[4 * a + 4 * a * b**2, 8 * b**3 + 4 * b * a**2, 8 * x[2:] ** 3]

    verdict = passed(loss, gradient, np.array([0.5, -1.25, 2.0, 0.75], dtype=dtype))
    assert "forward and backward followed" in verdict.evidence, str(verdict)
