"""Functions of rows with a `custom_vjp`: softmax, logsumexp, length, masked mean."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from wild_frameworks import normal, twins
from wild_frameworks.jax_rules import ruled, with_itself


def softmax(x: Any) -> Any:
    """Over the last axis."""
    e = jnp.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softmax_fwd(x: Any) -> Any:
    """The output is the residual."""
    y = softmax(x)
    return y, y


def softmax_bwd(y: Any, g: Any) -> Any:
    """g y - y <g, y>."""
    return (y * (g - (g * y).sum(-1, keepdims=True)),)


def softmax_diagonal(y: Any, g: Any) -> Any:
    """The diagonal of the Jacobian alone."""
    return (y * (1 - y) * g,)


def logsumexp(x: Any) -> Any:
    """Over the last axis."""
    m = x.max(-1)
    return m + jnp.log(jnp.exp(x - m[..., None]).sum(-1))


def logsumexp_fwd(x: Any) -> Any:
    """The softmax is the residual."""
    return logsumexp(x), softmax(x)


def logsumexp_bwd(p: Any, g: Any) -> Any:
    """p g, row by row."""
    return (p * g[..., None],)


def logsumexp_for_a_loss(p: Any, g: Any) -> Any:
    """As if nothing came after it."""
    return (p,)


def norm(x: Any) -> Any:
    """Lengths of rows, smoothed at 0."""
    return jnp.sqrt((x * x).sum(-1) + 1e-2)


def norm_bwd(x: Any, g: Any) -> Any:
    """x over the smoothed length."""
    return (g[..., None] * x / norm(x)[..., None],)


def norm_bwd_unsmoothed(x: Any, g: Any) -> Any:
    """x over the length itself."""
    return (g[..., None] * x / jnp.linalg.norm(x, axis=-1, keepdims=True),)


def masked_mean(x: Any, mask: Any) -> Any:
    """The mean of each row over its unmasked elements."""
    return (x * mask).sum(1) / mask.sum(1)


def masked_mean_fwd(x: Any, mask: Any) -> Any:
    """The mask is all that is needed."""
    return masked_mean(x, mask), mask


def masked_mean_bwd(mask: Any, g: Any) -> Any:
    """Masked elements have no part in it; the mask, of integers, has no gradient."""
    return mask * (g / mask.sum(1))[:, None], None


def masked_mean_bwd_unmasked(mask: Any, g: Any) -> Any:
    """Every element gets its share."""
    return jnp.ones(mask.shape) * (g / mask.sum(1))[:, None], None


def row_and_mask(seed: int) -> tuple[Any, ...]:
    """A matrix, and a mask of integers whose rows keep one, two and three elements."""
    return np.random.default_rng(seed).standard_normal((3, 4)), np.tri(3, 4, dtype=int)[:, ::-1]


ROWS = normal((3, 4))

CLAIMS = [
    claim
    for name, function, forward, right, wrong, cause, draw in (
        ("jax softmax", softmax, softmax_fwd, softmax_bwd, softmax_diagonal, "diagonal", ROWS),
        (
            "jax logsumexp",
            logsumexp,
            logsumexp_fwd,
            logsumexp_bwd,
            logsumexp_for_a_loss,
            "cotangent-ignored",
            ROWS,
        ),
        (
            "jax norm",
            norm,
            with_itself(norm),
            norm_bwd,
            norm_bwd_unsmoothed,
            "one-sided-clamp",
            ROWS,
        ),
        (
            "jax masked mean",
            masked_mean,
            masked_mean_fwd,
            masked_mean_bwd,
            masked_mean_bwd_unmasked,
            "path-left-out",
            row_and_mask,
        ),
    )
    for claim in twins(
        "check_jax",
        name,
        ruled(function, forward, right),
        ruled(function, forward, wrong),
        cause,
        draw,
    )
]
