"""Code that has no value without rounding: an iteration beyond the turn at which it is exact."""

from typing import Any

import numpy as np
import pytest

from backproof import check
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT

A = np.array([[3.0, 1.0], [1.0, 2.0]])


def conjugate_gradients(b: Any) -> Any:
    """A^-1 b, which takes two turns; the third one divides the rounding that is left by itself."""
    x, r, p = np.zeros_like(b), b, b
    for _ in range(3):
        step = (r @ r) / (p @ A @ p)
        x, after = x + step * p, r - step * (A @ p)
        p = after + (after @ after) / (r @ r) * p
        r = after
    return x


@pytest.mark.parametrize("off", [0.0, 1e-4])
def test_it_is_judged_by_its_own_values(off: float) -> None:
    """Which rounding does no harm to."""
    verdict = check(
        lambda b: (conjugate_gradients(b) ** 2).sum(),
        lambda b: np.linalg.solve(A, 2 * conjugate_gradients(b)) * (1 + off),
        np.array([0.3, -1.7]),
    )
    assert verdict.status is (Status.WRONG if off else Status.CORRECT), verdict
    assert "without rounding" in verdict.silent[EXACT]
