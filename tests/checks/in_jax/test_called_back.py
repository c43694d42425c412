"""Rules that call Python back: each check runs its own."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import backproof
from backproof.verdict import Status

X = jnp.array([0.4, -1.1, 2.0])


def ruled(part: float) -> Callable[[Any], Any]:
    """exp, with a rule in NumPy that is so large a part of the right one."""

    @jax.custom_vjp
    def grown(x: Any) -> Any:
        return jnp.exp(x)

    def backward(y: Any, dy: Any) -> Any:
        given = jax.ShapeDtypeStruct(y.shape, y.dtype)
        return (jax.pure_callback(lambda y, dy: np.asarray(part * y * dy), given, y, dy),)

    grown.defvjp(lambda x: (jnp.exp(x), jnp.exp(x)), backward)
    return grown


@pytest.mark.parametrize("first", [1.0, 0.875])
def test_a_rule_is_not_taken_for_the_one_before(first: float) -> None:
    """Though the two are the same program but for the Python that they call."""
    for part in (first, 1.125, 1.0, 0.75):
        verdict = backproof.check_jax(ruled(part), X)
        right = Status.CORRECT if part == 1 else Status.WRONG
        assert verdict.status is right, (part, str(verdict))
