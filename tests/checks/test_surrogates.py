"""Slopes that are given on purpose to what has none: thresholds, signs, tables, roundings."""

from typing import Any

import numpy as np
import pytest
import torch

from backproof import check, check_torch
from backproof.verdict import Status
from checks.in_torch.functions import code, custom, normal

DTYPES = [torch.float64, torch.float32, torch.bfloat16]
LEVELS = torch.tensor([-1.0, -0.25, 0.25, 1.0])


def nearest(x: Any) -> Any:
    """The nearest of four levels."""
    return LEVELS.to(x)[(x.unsqueeze(-1) - LEVELS.to(x)).abs().argmin(-1)]


def toward_zero(x: Any) -> Any:
    """Rounded by its size."""
    return x.abs().floor() * x.sign()


SURROGATES = [
    (lambda x: (x > 0.1).to(x.dtype), lambda dy, x: dy / (1 + 5 * x.abs()) ** 2),
    (lambda x: torch.where(x >= 0, 1.0, -1.0).to(x.dtype), lambda dy, x: dy),
    (nearest, lambda dy, x: dy),
    (toward_zero, lambda dy, x: dy),
    (torch.sign, lambda dy, x: dy * (x.abs() < 1)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("forward", "backward"), SURROGATES)
def test_a_slope_for_a_step_is_named_and_can_be_accepted(
    forward: Any, backward: Any, dtype: torch.dtype
) -> None:
    """Wrong, for the true slope is 0, and by a code of its own, whatever the slope looks like."""
    function, x = custom(forward, backward), normal(3, 4, dtype=dtype)
    verdict = check_torch(function, x)
    assert verdict.status is Status.WRONG and verdict.code == code("straight-through"), str(verdict)
    assert check_torch(function, x, accept={"BP125": 20.0}).status is Status.ACCEPTED


def test_faults_beside_a_surrogate_keep_their_names() -> None:
    """What has another way to the value is no surrogate: a gate's own slope is."""
    gate = custom(lambda x: (x > 0).to(x.dtype) * x, lambda dy, x: -dy * (x > 0))
    verdict = check_torch(gate, normal(3, 4))
    assert verdict.code == code("sign"), str(verdict)
    spike = custom(lambda x: (x > 0).to(x.dtype), lambda dy, x: dy * torch.sigmoid(x))

    def layer(x: Any, w: Any) -> Any:
        return spike(x) @ w

    verdict = check_torch(layer, normal(3, 4), normal(4, 2, seed=1))
    assert verdict.code == code("straight-through") and "only greater" in verdict.diagnosis


def test_a_threshold_in_numpy_is_named_with_its_line() -> None:
    """The same of a claim that is written by hand."""

    def loss(x: Any) -> Any:
        return np.sum(np.where(x > 0.5, 1.0, 0.0) * np.arange(1.0, 4.0))

    def slope(x: Any) -> Any:
        return np.arange(1.0, 4.0) / (1 + abs(x)) ** 2

    verdict = check(loss, slope, np.array([0.3, -0.2, 0.9]))
    assert verdict.code == code("straight-through") and "test_surrogates.py" in verdict.diagnosis
