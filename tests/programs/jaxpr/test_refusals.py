"""What cannot be followed in JAX: refused with its line, or a backward pass of floats alone."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backproof.programs.jaxpr.function import run_function
from backproof.programs.run import CannotFollow

X = np.random.default_rng(0).normal(size=(3, 4))


def ruled(function: Any) -> Any:
    """A function that JAX has no rule for, with the rule of the sine."""
    made = jax.custom_vjp(function)
    made.defvjp(lambda x: (function(x), x), lambda x, g: (g * jnp.cos(x),))
    return made


def foreign(x: Any) -> Any:
    """The sine by NumPy."""
    return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)


def test_what_cannot_be_followed_is_named_with_its_line() -> None:
    """Python that is called back, draws that depend on an argument, Python that branches."""
    with pytest.raises(CannotFollow, match=r"'pure_callback': .* at .*test_refusals.py:\d+"):
        run_function(ruled(foreign), (X,))
    with pytest.raises(CannotFollow, match=r"cannot trace .*test_refusals.py:\d+"):
        run_function(lambda x: x if x.sum() > 0 else -x, (X,))
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        run_function(lambda x: x * 1.0, (np.arange(3),))


def test_a_backward_that_cannot_be_followed_leaves_its_floats() -> None:
    """The forward pass stands, the claim is what it returned, and the record says why."""
    made = jax.custom_vjp(jnp.sin)
    made.defvjp(lambda x: (jnp.sin(x), x), lambda x, g: (g * foreign(x + np.pi / 2),))
    run = run_function(made, (X,), {"output": np.ones(X.shape)})
    assert run.claimed == {"x": None}
    np.testing.assert_allclose(run.returned["x"], np.cos(X), rtol=1e-14)
    assert "pure_callback" in str(run.record.escapes[0])
