"""JAX functions that fail in floats or in form, each beside one that does the same and does not."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from wild_frameworks import normal, off_kinks, twins
from wild_frameworks.jax_rules import ruled


def root(x: Any) -> Any:
    """sqrt x, and 0 for negative x: both branches are safe to differentiate."""
    return jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)


def root_once(x: Any) -> Any:
    """The branch not taken is NaN, and its derivative times 0 is too."""
    return jnp.where(x > 0, jnp.sqrt(x), 0.0)


def softplus(x: Any) -> Any:
    """log(1 + exp x), whatever x is."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


def softplus_naive(x: Any) -> Any:
    """Overflows in float32 from 89 on, in float64 from 710 on."""
    return jnp.log(1 + jnp.exp(x))


def matmul(a: Any, b: Any) -> Any:
    """a @ b."""
    return a @ b


def matmul_fwd(a: Any, b: Any) -> Any:
    """Both factors are needed."""
    return a @ b, (a, b)


def matmul_bwd(saved: Any, g: Any) -> Any:
    """g b.T and a.T g."""
    a, b = saved
    return g @ b.T, a.T @ g


def matmul_bwd_in_single(saved: Any, g: Any) -> Any:
    """In float32, whatever the factors are."""
    a, b = (t.astype(jnp.float32) for t in saved)
    return (g @ b.T).astype(g.dtype), (a.T @ g.astype(jnp.float32)).astype(g.dtype)


def matmul_fwd_saving_a(a: Any, b: Any) -> Any:
    """One residual is missing."""
    return a @ b, a


def matmul_bwd_without_b(a: Any, g: Any) -> Any:
    """Without b there is no gradient of a; None, which JAX reads as 0, hides that."""
    return None, a.T @ g


def matmul_bwd_transposed(saved: Any, g: Any) -> Any:
    """The gradient of b.T, which JAX refuses by its shape."""
    a, b = saved
    return g @ b.T, g.T @ a


def matmul_bwd_in_a_list(saved: Any, g: Any) -> Any:
    """A list where JAX wants a tuple of as many gradients as arguments: here, one too few."""
    a, _ = saved
    return [a.T @ g]


def square(x: Any) -> Any:
    """x^2."""
    return x * x


def square_bwd(x: Any, g: Any) -> Any:
    """2 x g."""
    return (2 * x * g,)


def square_bwd_saturated(x: Any, g: Any) -> Any:
    """The cotangent goes through a tanh, to tame it: no derivative is so."""
    return (2 * x * jnp.tanh(g),)


def large_singles(seed: int) -> tuple[Any, ...]:
    """float32 numbers of which some are above 89."""
    x = np.random.default_rng(seed).standard_normal((3, 4)).astype(np.float32)
    x[0] += 100
    return (x,)


MATRICES = normal((3, 4), (4, 2))
RIGHT_MATMUL = ruled(matmul, matmul_fwd, matmul_bwd)

CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        ("jax root", root, root_once, "not-finite", off_kinks((3, 4))),
        ("jax softplus in float32", softplus, softplus_naive, "one-dtype", large_singles),
        (
            "jax matmul in float64",
            RIGHT_MATMUL,
            ruled(matmul, matmul_fwd, matmul_bwd_in_single),
            "imprecise",
            MATRICES,
        ),
        (
            "jax matmul of two residuals",
            RIGHT_MATMUL,
            ruled(matmul, matmul_fwd_saving_a, matmul_bwd_without_b),
            "zero",
            MATRICES,
        ),
        (
            "jax matmul of rectangles",
            RIGHT_MATMUL,
            ruled(matmul, matmul_fwd, matmul_bwd_transposed),
            "wrong-shape",
            MATRICES,
        ),
        (
            "jax matmul of two factors",
            RIGHT_MATMUL,
            ruled(matmul, matmul_fwd, matmul_bwd_in_a_list),
            "wrong-structure",
            MATRICES,
        ),
        (
            "jax square",
            ruled(square, lambda x: (x * x, x), square_bwd),
            ruled(square, lambda x: (x * x, x), square_bwd_saturated),
            "not-linear",
            normal((3, 4)),
        ),
    )
    for claim in twins("check_jax", name, right, wrong, cause, draw)
]
