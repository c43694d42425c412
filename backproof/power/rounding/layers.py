"""Right layers without recurrence: products, softmax, distances."""

import math
from typing import Any

from numpy import eye

from backproof.power.rounding.layer import Layer, normal

B, D, H, C = 8, 12, 10, 9


def _dense(np: Any, x: Any, W: Any, b: Any) -> Any:
    return x @ W + b, (x, W)


def _dense_back(np: Any, dy: Any, cache: Any) -> Any:
    x, W = cache
    return dy @ W.T, x.T @ dy, np.sum(dy, axis=0)


def _dense_tanh(np: Any, x: Any, W: Any, b: Any) -> Any:
    y = np.tanh(x @ W + b)
    return y, (x, W, y)


def _dense_tanh_back(np: Any, dy: Any, cache: Any) -> Any:
    x, W, y = cache
    return _dense_back(np, dy * (1 - y * y), (x, W))


def _mlp(np: Any, x: Any, W: Any, b: Any, V: Any, c: Any, t: Any) -> Any:
    a = x @ W + b
    h = np.where(a > 0, a, 0.0)
    y = h @ V + c
    return np.mean((y - t) ** 2), (x, W, V, a, h, y - t)


def _mlp_back(np: Any, dy: Any, cache: Any) -> Any:
    x, W, V, a, h, e = cache
    d = dy * 2 * e / (e.shape[0] * e.shape[1])
    da = (d @ V.T) * (a > 0)
    return da @ W.T, x.T @ da, np.sum(da, axis=0), h.T @ d, np.sum(d, axis=0), -d


def _cross_entropy(np: Any, z: Any) -> Any:
    rows, labels = list(range(B)), [k % C for k in range(B)]
    s = z - np.amax(z, axis=1, keepdims=True)
    e = np.exp(s)
    total = np.sum(e, axis=1, keepdims=True)
    return np.mean(np.log(total)[:, 0] - s[rows, labels]), (e / total, rows, labels)


def _cross_entropy_back(np: Any, dy: Any, cache: Any) -> Any:
    p, rows, labels = cache
    dz = p + 0
    dz[rows, labels] -= 1
    return (dy * dz / len(rows),)


def _softmax(np: Any, z: Any) -> Any:
    e = np.exp(z - np.amax(z, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return p, p


def _softmax_back(np: Any, dy: Any, p: Any) -> Any:
    return (p * (dy - np.sum(dy * p, axis=1, keepdims=True)),)


def _logsumexp(np: Any, x: Any) -> Any:
    top = np.amax(x, axis=1, keepdims=True)
    y = top + np.log(np.sum(np.exp(x - top), axis=1, keepdims=True))
    return y, (x, y)


def _logsumexp_back(np: Any, dy: Any, cache: Any) -> Any:
    x, y = cache
    return (dy * np.exp(x - y),)


def _attention(np: Any, q: Any, k: Any, v: Any) -> Any:
    a, _ = _softmax(np, q @ k.T / math.sqrt(q.shape[1]))
    return a @ v, (q, k, v, a)


def _attention_back(np: Any, dy: Any, cache: Any) -> Any:
    q, k, v, a = cache
    (ds,) = _softmax_back(np, dy @ v.T, a)
    ds = ds / math.sqrt(q.shape[1])
    return ds @ k, ds.T @ q, a.T @ dy


def _cosine(np: Any, a: Any, b: Any) -> Any:
    na, nb = (np.sqrt(np.sum(x * x, axis=1, keepdims=True)) for x in (a, b))
    y = np.sum(a * b, axis=1, keepdims=True) / (na * nb)
    return y, (a, b, na, nb, y)


def _cosine_back(np: Any, dy: Any, cache: Any) -> Any:
    a, b, na, nb, y = cache
    return dy * (b / (na * nb) - y * a / na**2), dy * (a / (na * nb) - y * b / nb**2)


def _unit(np: Any, x: Any) -> Any:
    n = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return x / n, (x / n, n)


def _unit_back(np: Any, dy: Any, cache: Any) -> Any:
    y, n = cache
    return ((dy - y * np.sum(dy * y, axis=1, keepdims=True)) / n,)


def _solve(np: Any, A: Any, b: Any) -> Any:
    y = np.linalg.solve(A, b)
    return y, (A, y)


def _solve_back(np: Any, dy: Any, cache: Any) -> Any:
    A, y = cache
    db = np.linalg.solve(A.T, dy)
    return -db @ y.T, db


def _conditioned(random: Any) -> Any:
    return random.standard_normal((5, 5)) + 4 * eye(5), random.standard_normal((5, 3))


PLAIN = (
    Layer("dense", normal((B, D), (D, H), (H,), scale={1: 0.3}), _dense, _dense_back),
    Layer(
        "dense, tanh", normal((B, D), (D, H), (H,), scale={1: 0.5}), _dense_tanh, _dense_tanh_back
    ),
    Layer(
        "MLP with MSE",
        normal((B, D), (D, H), (H,), (H, 4), (4,), (B, 4), scale={1: 0.3, 3: 0.3}),
        _mlp,
        _mlp_back,
    ),
    Layer("softmax with CE", normal((B, C), scale={0: 3}), _cross_entropy, _cross_entropy_back),
    Layer("softmax", normal((B, C), scale={0: 2}), _softmax, _softmax_back),
    Layer("log-sum-exp", normal((B, D), scale={0: 4}), _logsumexp, _logsumexp_back),
    Layer("attention", normal((7, 8), (6, 8), (6, 5)), _attention, _attention_back),
    Layer("cosine similarity", normal((B, D), (B, D)), _cosine, _cosine_back),
    Layer("unit vectors", normal((B, D)), _unit, _unit_back),
    Layer("matrix solve", _conditioned, _solve, _solve_back, halves=False),
)
