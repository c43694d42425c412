"""Random numbers under `check_jax`, and samples with a parameter."""

import random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from wild_frameworks.jax_rules import ruled, with_itself

from backproof.checks.check_jax import check_jax
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT

X = np.random.default_rng(0).standard_normal((3, 4))
SINGLE = X.astype(np.float32)
SHAPES = np.array([0.3, 1.5, 4.0])


def test_chance_is_the_users() -> None:
    """Dropout by a key drops in the exact run what it drops in float32; other dice fall alike."""
    drop = lambda x, key: x * jax.random.uniform(key, x.shape)  # noqa: E731
    assert check_jax(drop, SINGLE, jax.random.key(3)).status is Status.CORRECT
    own, dice = np.random.default_rng(3), np.random.default_rng(4)
    noisy = lambda x, dy: (jnp.cos(x) * dy * (1 + dice.random() * 1e-3),)  # noqa: E731
    verdict = check_jax(ruled(jnp.sin, with_itself(jnp.sin), noisy), X)
    assert verdict.status is Status.WRONG and "draws from dice" in verdict.evidence
    assert dice.random() == np.random.default_rng(4).random()
    assert check_jax(lambda x: x * own.random() * random.random(), X).status is Status.CORRECT


@pytest.mark.parametrize("draw", [jax.random.gamma, jax.random.loggamma, jax.random.t])
def test_samples_by_rejection_have_the_derivative_of_their_distribution(draw: Any) -> None:
    """Right up to the series that JAX sums; a term left out is wrong, be it a part in 10^3."""
    key = jax.random.key(0)
    verdict = check_jax(lambda a: draw(key, a), SHAPES)
    assert verdict.status is Status.CORRECT, str(verdict)
    assert EXACT not in verdict.silent
    kept = jax.lax.stop_gradient
    off = check_jax(lambda a: draw(key, a) * (1 + 1e-2 * (a - kept(a))), SHAPES)
    assert off.status is Status.WRONG


class Noisy:
    """Noise by a key that the object keeps and splits at every call."""

    def __init__(self) -> None:
        self.key = jax.random.key(5)

    def __call__(self, x: Any) -> Any:
        """x with noise."""
        self.key, own = jax.random.split(self.key)
        return x * jax.random.normal(own, x.shape)


KEYS = {"noise": jax.random.PRNGKey(7)}


def split_from_a_table(x: Any) -> Any:
    """Noise by a key of the old kind, in a table of the module's."""
    KEYS["noise"], own = jax.random.split(KEYS["noise"])
    return jnp.tanh(x) * jax.random.uniform(own, x.shape)


def split_from_a_closure() -> Any:
    """Noise by a key that a closure rebinds."""
    key = jax.random.key(8)

    def function(x: Any) -> Any:
        nonlocal key
        key, own = jax.random.split(key)
        return x * jax.random.normal(own, x.shape)

    return function


@pytest.mark.parametrize("make", [Noisy, lambda: split_from_a_table, split_from_a_closure])
def test_a_key_that_is_kept_is_put_back(make: Any) -> None:
    """The same numbers in every run; afterwards it is the key that it was, and no tracer."""
    function, kept = make(), KEYS["noise"]
    verdict = check_jax(function, X)
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent, str(verdict)
    assert "judged for one state" in verdict.evidence and KEYS["noise"] is kept
    assert np.isfinite(function(X)).all()
