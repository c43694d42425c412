"""Right layers of transformers: masked attention by log-sum-exp, and rotary positions."""

import math
from typing import Any

from backproof.power.rounding.layer import Layer, normal

T, D = 6, 8
MASKED = -1e4
"""A score that no format's softmax sees, and all of them hold."""


def _causal(np: Any, q: Any, k: Any, v: Any) -> Any:
    """What a fused kernel keeps is one number a row, from which it makes the weights again."""
    s = q @ k.T / math.sqrt(D)
    s = np.where(np.tril(np.ones_like(s)) > 0, s, MASKED)
    top = np.amax(s, axis=1, keepdims=True)
    total = top + np.log(np.sum(np.exp(s - top), axis=1, keepdims=True))
    y = np.exp(s - total) @ v
    return y, (q, k, v, s, total, y)


def _causal_back(np: Any, dy: Any, cache: Any) -> Any:
    q, k, v, s, total, y = cache
    p = np.exp(s - total)
    ds = p * (dy @ v.T - np.sum(dy * y, axis=1, keepdims=True)) / math.sqrt(D)
    return ds @ k, ds.T @ q, p.T @ dy


def _rotary(np: Any, x: Any, t: Any) -> Any:
    """The halves of every row are turned by the angles of its position."""
    a, b = x[:, : D // 2], x[:, D // 2 :]
    c, s = np.cos(t), np.sin(t)
    y = np.concatenate([a * c - b * s, a * s + b * c], axis=1)
    return y, (c, s, y)


def _rotary_back(np: Any, dy: Any, cache: Any) -> Any:
    c, s, y = cache
    (da, db), (a, b) = ((z[:, : D // 2], z[:, D // 2 :]) for z in (dy, y))
    return np.concatenate([da * c + db * s, db * c - da * s], axis=1), db * a - da * b


ATTENTION = (
    Layer("causal attention", normal((T, D), (T, D), (T, 5)), _causal, _causal_back),
    Layer("rotary", normal((T, D), (T, D // 2), scale={1: 2}), _rotary, _rotary_back),
)
