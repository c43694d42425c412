"""Layers with a `custom_vjp`: normalisation, attention, gathers and segment sums."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wild_frameworks import normal, twins
from wild_frameworks.jax_reductions import softmax
from wild_frameworks.jax_rules import ruled


def layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
    """Over the last axis, with the variance's 1e-6."""
    return layer_norm_fwd(x, gamma, beta)[0]


def layer_norm_fwd(x: Any, gamma: Any, beta: Any) -> Any:
    """The normalised input, 1/std and gamma are the residuals."""
    inv = jax.lax.rsqrt(x.var(-1, keepdims=True) + 1e-6)
    xhat = (x - x.mean(-1, keepdims=True)) * inv
    return gamma * xhat + beta, (xhat, inv, gamma)


def layer_norm_bwd(saved: Any, g: Any) -> Any:
    """Through the mean and the variance too."""
    xhat, inv, gamma = saved
    gx = g * gamma
    along = (gx * xhat).mean(-1, keepdims=True)
    dx = inv * (gx - gx.mean(-1, keepdims=True) - xhat * along)
    return dx, (g * xhat).sum(0), g.sum(0)


def layer_norm_bwd_other_axis(saved: Any, g: Any) -> Any:
    """As many samples as features, and gamma's gradient summed over the features."""
    xhat, _, _ = saved
    dx, _, dbeta = layer_norm_bwd(saved, g)
    return dx, (g * xhat).sum(1), dbeta


def attention(q: Any, k: Any, v: Any) -> Any:
    """softmax(q k.T / sqrt(d)) v."""
    return softmax(q @ k.T / math.sqrt(q.shape[1])) @ v


def attention_fwd(q: Any, k: Any, v: Any) -> Any:
    """The weights are computed again in the backward."""
    return attention(q, k, v), (q, k, v)


def attention_bwd(saved: Any, g: Any) -> Any:
    """Through the product, the softmax and the scores."""
    q, k, v = saved
    d = math.sqrt(q.shape[1])
    p = softmax(q @ k.T / d)
    dp = g @ v.T
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) / d
    return ds @ k, ds.T @ q, p.T @ g


def attention_bwd_keys_for_queries(saved: Any, g: Any) -> Any:
    """As many keys as queries, and their gradients change places."""
    dq, dk, dv = attention_bwd(saved, g)
    return dk, dq, dv


def lookup(table: Any, ids: Any) -> Any:
    """Rows of a table."""
    return table[ids]


def lookup_fwd(table: Any, ids: Any) -> Any:
    """The table is kept for its shape."""
    return table[ids], (table, ids)


def lookup_bwd(saved: Any, g: Any) -> Any:
    """Repeated ids add up."""
    table, ids = saved
    return jnp.zeros_like(table).at[ids].add(g), None


def lookup_bwd_set(saved: Any, g: Any) -> Any:
    """Repeated ids overwrite one another."""
    table, ids = saved
    return jnp.zeros_like(table).at[ids].set(g), None


def segments(x: Any, ids: Any) -> Any:
    """Sums over three segments, whose ids are not in order."""
    return jax.ops.segment_sum(x, ids, num_segments=3)


def segments_fwd(x: Any, ids: Any) -> Any:
    """The ids say where everything went."""
    return segments(x, ids), ids


def segments_bwd(ids: Any, g: Any) -> Any:
    """Each row gets what its segment got."""
    return g[ids], None


def segments_bwd_mean(ids: Any, g: Any) -> Any:
    """As if it were a mean: what the segment got, divided by how many share it."""
    return (g / jnp.bincount(ids, length=3)[:, None])[ids], None


def rows_and_ids(rows: int, ids: list[int]) -> Any:
    """A seed to a matrix of so many rows of three; the ids stay."""
    return lambda seed: (np.random.default_rng(seed).standard_normal((rows, 3)), np.array(ids))


CLAIMS = [
    claim
    for name, function, forward, right, wrong, cause, draw in (
        (
            "jax layer norm",
            layer_norm,
            layer_norm_fwd,
            layer_norm_bwd,
            layer_norm_bwd_other_axis,
            "wrong-axis",
            normal((4, 4), (4,), (4,)),
        ),
        (
            "jax attention",
            attention,
            attention_fwd,
            attention_bwd,
            attention_bwd_keys_for_queries,
            "swapped",
            normal((3, 2), (3, 2), (3, 4)),
        ),
        (
            "jax lookup",
            lookup,
            lookup_fwd,
            lookup_bwd,
            lookup_bwd_set,
            "assigned",
            rows_and_ids(5, [0, 3, 3, 1, 0, 3]),
        ),
        (
            "jax segments",
            segments,
            segments_fwd,
            segments_bwd,
            segments_bwd_mean,
            "path-left-out",
            rows_and_ids(6, [0, 2, 2, 1, 0, 2]),
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
