"""Iterations: a loop's own gradient is right, and so is that of where a loop leads."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from backproof import check_jax
from backproof.verdict import Status

A = np.array([0.8, 0.3, 0.5])


def turn(a: Any, x: Any) -> Any:
    """A contraction."""
    return 0.5 * jnp.cos(a * x)


def to_a_tolerance(a: Any, tolerance: float) -> Any:
    """The fixed point, where a step is small enough."""

    def going(state: Any) -> Any:
        return jnp.max(jnp.abs(state[0] - state[1])) > tolerance

    def step(state: Any) -> Any:
        return turn(a, state[0]), state[0]

    return lax.while_loop(going, step, (jnp.ones_like(a), jnp.zeros_like(a)))[0]


def in_turns(a: Any, turns: int) -> Any:
    """The fixed point after so many turns."""
    return lax.fori_loop(0, turns, lambda _, x: turn(a, x), jnp.ones_like(a))


def each_alone(a: Any, tolerance: float) -> Any:
    """Loops side by side, which end at different turns."""
    return jax.vmap(lambda one: to_a_tolerance(one, tolerance))(a)


def with_rule(solve: Any, how: Any, factor: float = 1.0) -> Any:
    """The implicit function theorem at what a loop gave, times a factor."""

    @jax.custom_vjp
    def solved(a: Any) -> Any:
        return solve(a, how)

    def fwd(a: Any) -> Any:
        x = solved(a)
        return x, (a, x)

    def bwd(kept: Any, dx: Any) -> Any:
        a, x = kept
        slope = -0.5 * jnp.sin(a * x)
        return (jnp.asarray(factor, a.dtype) * dx * x * slope / (1 - a * slope),)

    solved.defvjp(fwd, bwd)
    return solved


WAYS = {
    "float64, to 1e-8": (to_a_tolerance, 1e-8),
    "float64, to 1e-3": (to_a_tolerance, 1e-3),
    "float32, to 1e-3": (to_a_tolerance, 1e-3),
    "float32, side by side": (each_alone, 1e-4),
    "float32, in 5 turns": (in_turns, 5),
    "bfloat16, in 3 turns": (in_turns, 3),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_gradient_of_the_limit_is_right(way: str) -> None:
    """It says how far the loop stopped from where it leads; a part too much is wrong, or, in a
    format too coarse for that, another.
    """
    dtype = way.partition(",")[0]
    factor = 1.2 if dtype == "bfloat16" else 1 + 1e-4
    with jax.enable_x64(dtype == "float64"):
        right, wrong = (
            check_jax(with_rule(*WAYS[way], f), jnp.asarray(A, dtype)) for f in (1.0, factor)
        )
    assert right.status is Status.CORRECT and "of the limit" in right.evidence, right
    assert wrong.status is Status.WRONG, wrong


def test_the_loop_s_own_gradient_is_right_too() -> None:
    """Through all the turns."""
    verdict = check_jax(lambda a: in_turns(a, 6), A)
    assert verdict.status is Status.CORRECT and "limit" not in verdict.evidence


def test_a_loop_that_has_not_settled_has_one_gradient() -> None:
    """After 2 turns the limit is too far away to be meant; one turn is never differentiated as the
    whole.
    """
    assert check_jax(with_rule(in_turns, 2), A).status is Status.WRONG

    def last_turn_alone(a: Any) -> Any:
        return turn(a, lax.stop_gradient(in_turns(a, 60)))

    assert check_jax(last_turn_alone, A).code == "BP123"
