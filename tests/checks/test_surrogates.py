"""Slopes that are given on purpose to what has none: thresholds, signs, tables, roundings."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from backproof import check, check_jax, check_torch
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


def spike(x: Any) -> Any:
    """A threshold with a surrogate slope, in torch."""
    fires = custom(lambda x: (x > 0).to(x.dtype), lambda dy, x: dy / (1 + 5 * x.abs()) ** 2)
    return fires(x)


MIXED = [
    lambda x, w: torch.tanh(x @ w) + spike(x @ w - 0.25),
    lambda x, w: (x @ w) * spike(x @ w - 0.25),
    lambda x, w: x @ (w * custom(torch.sign, lambda dy, x: dy * (x.abs() < 1))(w)),
]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("function", MIXED)
def test_a_surrogate_beside_a_smooth_path_is_named(function: Any, dtype: torch.dtype) -> None:
    """What it adds to a gradient that is otherwise right is its own, and can be accepted."""
    args = normal(3, 4, dtype=dtype), normal(4, 2, seed=1, dtype=dtype)
    verdict = check_torch(function, *args)
    assert verdict.code == code("straight-through"), str(verdict)
    assert "only decides and has no slope" in " ".join(verdict.diagnosis.split())
    assert check_torch(function, *args, accept={"BP125": 20.0}).status is Status.ACCEPTED


def test_a_surrogate_beside_a_smooth_path_in_jax() -> None:
    """The same in a custom_vjp."""
    fires = jax.custom_vjp(lambda x: (x > 0).astype(x.dtype))
    fires.defvjp(lambda x: (fires(x), x), lambda x, dy: (dy / (1 + 5 * jnp.abs(x)) ** 2,))
    x, w = np.asarray(normal(3, 4)), np.asarray(normal(4, 2, seed=1))
    verdict = check_jax(lambda x, w: jnp.tanh(x @ w) + fires(x @ w - 0.25), x, w)
    assert verdict.code == code("straight-through"), str(verdict)


def test_a_surrogate_beside_a_smooth_path_in_numpy() -> None:
    """The same by hand; a path that is counted twice beside a threshold is no surrogate."""

    def loss(x: Any, w: Any) -> Any:
        h = x @ w
        return (np.tanh(h) + np.where(h > 0.25, 1.0, 0.0)).sum()

    def gradient(x: Any, w: Any) -> Any:
        h = x @ w
        d = 1 - np.tanh(h) ** 2 + 1 / (1 + 5 * abs(h - 0.25)) ** 2
        return d @ w.T, x.T @ d

    def gated(x: Any) -> Any:
        return (np.where(x > 0.25, 1.0, 0.0) * np.sin(x) + x**2).sum()

    def twice(x: Any) -> Any:
        return np.where(x > 0.25, 1.0, 0.0) * np.cos(x) + 2 * x + 2 * x

    x, w = np.asarray(normal(3, 4)), np.asarray(normal(4, 2, seed=1))
    verdict = check(loss, gradient, x, w)
    assert verdict.code == code("straight-through"), str(verdict)
    assert check(gated, twice, x).code != code("straight-through")
