"""Attention, heads and masks; gradients of softmax inside of something else."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(Q, K, V):
    P = softmax(Q @ K.T / np.sqrt(Q.shape[-1]))
    return P @ V, (Q, K, V, P)


def attention_backward(dO, cache):
    Q, K, V, P = cache
    dV = P.T @ dO
    dP = dO @ V.T
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
    dS = dS / np.sqrt(Q.shape[-1])
    return dS @ K, dS.T @ Q, dV


def attention_backward_unscaled(dO, cache):
    Q, K, V, P = cache
    dP = dO @ V.T
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
    return dS @ K, dS.T @ Q, P.T @ dO


def attention_backward_key_query(dO, cache):
    Q, K, V, P = cache
    dP = dO @ V.T
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True)) / np.sqrt(Q.shape[-1])
    dK, dQ = dS @ K, dS.T @ Q
    return dQ, dK, P.T @ dO


def attention_backward_diagonal(dO, cache):
    Q, K, V, P = cache
    dS = P * (1 - P) * (dO @ V.T) / np.sqrt(Q.shape[-1])
    return dS @ K, dS.T @ Q, P.T @ dO


def split_heads(x, heads):
    n, t, d = x.shape
    return x.reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3)


def merge_heads(x):
    n, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(n, t, h * d)


def causal_forward(x, Wqkv):
    H = 2
    q, k, v = (split_heads(part, H) for part in np.split(x @ Wqkv, 3, axis=-1))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    T = x.shape[1]
    scores = np.where(np.tril(np.ones((T, T), dtype=bool)), scores, -1e9)
    att = softmax(scores)
    return merge_heads(att @ v), (x, Wqkv, q, k, v, att)


def causal_head_grads(dy, cache):
    _, _, q, k, v, att = cache
    dv = att.transpose(0, 1, 3, 2) @ dy
    datt = dy @ v.transpose(0, 1, 3, 2)
    ds = att * (datt - (datt * att).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return ds @ k, ds.transpose(0, 1, 3, 2) @ q, dv


def causal_backward(dout, cache):
    x, W = cache[:2]
    dheads = causal_head_grads(split_heads(dout, 2), cache)
    dqkv = np.concatenate([merge_heads(d) for d in dheads], axis=-1)
    return dqkv @ W.T, np.einsum("nti,ntj->ij", x, dqkv)


def causal_backward_reshaped_heads(dout, cache):
    x, W = cache[:2]
    n, t, d = dout.shape
    dheads = causal_head_grads(dout.reshape(n, 2, t, d // 2), cache)
    dqkv = np.concatenate([merge_heads(d) for d in dheads], axis=-1)
    return dqkv @ W.T, np.einsum("nti,ntj->ij", x, dqkv)


def temperature_softmax(z):
    T = 2.5
    p = softmax(z / T)
    return p, lambda dp: p * (dp - (p * dp).sum(axis=-1, keepdims=True)) / T


def temperature_softmax_forgotten(z):
    T = 2.5
    p = softmax(z / T)
    return p, lambda dp: p * (dp - (p * dp).sum(axis=-1, keepdims=True))


def log_softmax(z):
    logp = z - z.max(axis=1, keepdims=True)
    logp = logp - np.log(np.exp(logp).sum(axis=1, keepdims=True))
    return logp, lambda d: d - np.exp(logp) * d.sum(axis=1, keepdims=True)


def log_softmax_diagonal(z):
    logp, _ = log_softmax(z)
    return logp, lambda d: d * (1 - np.exp(logp))


CLAIMS = [
    *pair(
        "attention",
        "check_layer",
        normals((4, 3), (4, 3), (4, 2)),
        (attention_forward, attention_backward),
        {
            "factor": (attention_forward, attention_backward_unscaled),
            "swapped": (attention_forward, attention_backward_key_query),
            "diagonal": (attention_forward, attention_backward_diagonal),
        },
    ),
    *pair(
        "causal attention with heads",
        "check_layer",
        normals((2, 3, 4), (4, 12)),
        (causal_forward, causal_backward),
        {"transposed": (causal_forward, causal_backward_reshaped_heads)},
    ),
    *pair(
        "softmax of a temperature",
        "check_layer",
        normals((3, 4)),
        (temperature_softmax, None),
        {"factor": (temperature_softmax_forgotten, None)},
    ),
    *pair(
        "log-softmax",
        "check_layer",
        normals((3, 5)),
        (log_softmax, None),
        {"diagonal": (log_softmax_diagonal, None)},
    ),
]
