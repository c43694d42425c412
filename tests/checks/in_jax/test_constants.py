"""Numbers that JAX computes of others: no float need be them, and its own are some ulps off."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backproof
from backproof.verdict import Status

X = np.array([0.3, 0.5, 0.9])


def scaled(factor: float) -> Any:
    """x^2 / B(2, 3), whose rule has the beta function written out, times a factor."""

    def forward(x: Any) -> Any:
        return x**2 * jax.lax.exp(-_log_beta(2.0, 3.0))

    def backward(x: Any, dy: Any) -> Any:
        beta = jnp.exp(jax.lax.lgamma(2.0)) * jnp.exp(jax.lax.lgamma(3.0) - jax.lax.lgamma(5.0))
        return (factor * 2 * x / beta * dy,)

    rule = jax.custom_vjp(forward)
    rule.defvjp(lambda x: (forward(x), x), backward)
    return rule


def _log_beta(a: float, b: float) -> Any:
    return jax.lax.lgamma(a) + jax.lax.lgamma(b) - jax.lax.lgamma(a + b)


@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32])
def test_functions_of_numbers_are_exact(dtype: Any) -> None:
    """Two ways to one constant are one; a factor that is off by a little beside it is seen."""
    with jax.enable_x64(True):
        x, off = X.astype(dtype), 1 + 64 * float(jnp.finfo(dtype).eps)
        assert backproof.check_jax(scaled(1.0), x).status is Status.CORRECT
        assert backproof.check_jax(scaled(off), x).status is Status.WRONG


@pytest.mark.parametrize("ab", [(2.0, 3.0), (0.5, 7.5)])
def test_the_incomplete_beta_function_is_right(ab: tuple[float, float]) -> None:
    """JAX's own rule for it has lgamma of constants, which is 8 ulps off."""

    def loss(x: Any) -> Any:
        return jax.scipy.special.betainc(*ab, jax.nn.sigmoid(x))

    assert backproof.check_jax(loss, X).status is Status.CORRECT
