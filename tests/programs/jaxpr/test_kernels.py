"""Pallas kernels: followed where JAX interprets them, named where they are compiled."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental import pallas as pl

import backproof
from backproof.programs.jaxpr.function import run_function
from backproof.programs.run import CannotFollow

DRAW = np.random.default_rng(0).standard_normal
X, W = DRAW((4, 6)), DRAW((6, 8))


def _product(x: Any, w: Any, *, interpret: bool = True) -> Any:
    """x w, a quarter of it in each of four programs."""

    def kernel(x_ref: Any, w_ref: Any, y_ref: Any) -> None:
        y_ref[...] = x_ref[...] @ w_ref[...]

    (n, k), m = x.shape, w.shape[1]
    return pl.pallas_call(
        kernel,
        out_shape=jax.ShapeDtypeStruct((n, m), x.dtype),
        grid=(2, 2),
        in_specs=[
            pl.BlockSpec((n // 2, k), lambda i, j: (i, 0)),
            pl.BlockSpec((k, m // 2), lambda i, j: (0, j)),
        ],
        out_specs=pl.BlockSpec((n // 2, m // 2), lambda i, j: (i, j)),
        interpret=interpret,
    )(x, w)


def _ruled(product: Any, sign: int = 1) -> Any:
    ruled = jax.custom_vjp(product)
    ruled.defvjp(
        lambda x, w: (product(x, w), (x, w)),
        lambda kept, dy: (sign * product(dy, kept[1].T), product(kept[0].T, dy)),
    )
    return ruled


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_an_interpreted_kernel_is_followed(dtype: str) -> None:
    """Forward and backward, block by block, without a reference."""
    given = [jnp.asarray(a, dtype) if dtype != "float64" else a for a in (X, W)]
    right = backproof.check_jax(_ruled(_product), *given)
    assert right.status.name == "CORRECT", right
    assert "forward and backward followed" in str(right)
    wrong = backproof.check_jax(_ruled(_product, -1), *given)
    assert (wrong.status.name, wrong.code) == ("WRONG", "BP101"), wrong


def test_a_compiled_kernel_is_named() -> None:
    """With what keeps it from being followed, and the line."""
    compiled = partial(_product, interpret=False)
    with pytest.raises(CannotFollow, match=r"pallas_call.*not interpreted, at .*test_kernels"):
        run_function(compiled, (X, W), reverse=False)


def test_a_reference_has_names_of_its_own() -> None:
    """It is the same function, whatever its parameters are called."""

    def plain(a: Any, b: Any) -> Any:
        return a @ b

    assert backproof.check_jax(_ruled(_product), X, W, reference=plain)
    assert not backproof.check_jax(_ruled(_product, -1), X, W, reference=plain)
