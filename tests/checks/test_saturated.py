"""Shifts by a maximum: what they take away and give back is no measure of rounding."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backproof
from backproof.verdict import Status


def scores(seed: int, scale: float, dtype: Any = np.float64) -> Any:
    """Some rows, the winners of which take nearly all."""
    return (np.random.default_rng(seed).standard_normal((3, 5)) * scale).astype(dtype)


def forward(z: Any) -> Any:
    """Softmax with its rows shifted."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def backward(dy: Any, p: Any) -> Any:
    """As it is written everywhere."""
    return p * dy - p * np.sum(p * dy, axis=1, keepdims=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [2.0, 7.0, 15.0])
def test_a_sharp_softmax_rounds_as_it_must(scale: float, dtype: Any) -> None:
    """Of an element that is nearly 1 the slope keeps few digits, in everybody's code."""
    for seed in range(4):
        z = scores(seed, scale, dtype)
        verdict = backproof.check_layer(forward, backward, z)
        assert verdict.status is Status.CORRECT, str(verdict)
    wrong = backproof.check_layer(forward, lambda dy, p: backward(dy, p) * (p < 0.5), z)
    assert wrong.status is Status.WRONG


def test_so_does_that_of_jax() -> None:
    """And a mean of attention by it, in which the shift goes through a choice."""
    values = jnp.asarray(scores(9, 1.0).T)
    for seed in range(4):
        z = jnp.asarray(scores(seed, 8.0))
        verdict = backproof.check_jax(lambda z: jax.nn.softmax(z) @ values, z)
        assert verdict.status is Status.CORRECT, str(verdict)
