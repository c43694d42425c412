"""Layers with backward passes by hand, in plain NumPy, to plant mistakes in.

Each is a pair of functions, `NAME(inputs...)` and `NAME_backward(dy, inputs...)`; a loss has no dy.
"""

from typing import Any

import numpy as np


def layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
    """Rows without their mean, by their deviation, scaled and moved."""
    centred = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + 1e-5)
    return centred / std * gamma + beta


def layer_norm_backward(dy: Any, x: Any, gamma: Any, beta: Any) -> Any:
    """dx = (dh - mean dh - h mean(h dh)) / std."""
    centred = x - x.mean(axis=1, keepdims=True)
    std = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + 1e-5)
    h = centred / std
    dgamma = (dy * h).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dh = dy * gamma
    mean = dh.mean(axis=1, keepdims=True)
    along = (dh * h).mean(axis=1, keepdims=True)
    dx = (dh - mean - h * along) / std
    return {"x": dx, "gamma": dgamma, "beta": dbeta}


def batch_norm(x: Any, gamma: Any, beta: Any) -> Any:
    """Columns without their mean, by their deviation, scaled and moved."""
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt((centred**2).mean(axis=0) + 1e-3)
    return gamma * centred * inverse + beta


def batch_norm_backward(dy: Any, x: Any, gamma: Any, beta: Any) -> Any:
    """Step by step, as the forward pass goes."""
    n = len(x)
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt((centred**2).mean(axis=0) + 1e-3)
    dgamma = (dy * centred * inverse).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dh = dy * gamma
    dinverse = (dh * centred).sum(axis=0)
    dvar = -0.5 * dinverse * inverse**3
    dcentred = dh * inverse + 2 * centred * dvar / n
    dx = dcentred - dcentred.sum(axis=0) / n
    return {"x": dx, "gamma": dgamma, "beta": dbeta}


def softmax(x: Any) -> Any:
    """e^x by its sum along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention(x: Any, Q: Any, K: Any, V: Any, P: Any) -> Any:
    """One head over stacks of sequences."""
    q, k, v = x @ Q, x @ K, x @ V
    weights = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
    return weights @ v @ P


def attention_backward(dy: Any, x: Any, Q: Any, K: Any, V: Any, P: Any) -> Any:
    """By the product rule."""
    q, k, v = x @ Q, x @ K, x @ V
    root = np.sqrt(q.shape[-1])
    weights = softmax(q @ k.transpose(0, 2, 1) / root)
    mixed = weights @ v
    dP = (mixed.transpose(0, 2, 1) @ dy).sum(axis=0)
    dmixed = dy @ P.T
    dv = weights.transpose(0, 2, 1) @ dmixed
    dweights = dmixed @ v.transpose(0, 2, 1)
    inner = (dweights * weights).sum(axis=-1, keepdims=True)
    dscores = weights * (dweights - inner) / root
    dq = dscores @ k
    dk = dscores.transpose(0, 2, 1) @ q
    dQ = (x.transpose(0, 2, 1) @ dq).sum(axis=0)
    dK = (x.transpose(0, 2, 1) @ dk).sum(axis=0)
    dV = (x.transpose(0, 2, 1) @ dv).sum(axis=0)
    dx = dq @ Q.T + dk @ K.T + dv @ V.T
    return {"x": dx, "Q": dQ, "K": dK, "V": dV, "P": dP}


def columns(size: int, kernel: int) -> Any:
    """Where the windows of a padded square image lie, (place, offset)."""
    side = size - kernel + 1
    start = (np.arange(side)[:, None] * size + np.arange(side)).ravel()
    offset = (np.arange(kernel)[:, None] * size + np.arange(kernel)).ravel()
    return start[:, None] + offset


def convolution(x: Any, W: Any, b: Any) -> Any:
    """Windows times kernels, by im2col: x (n, c, s, s), W (o, c, k, k)."""
    n, c, size, _ = x.shape
    o, _, kernel, _ = W.shape
    side = size - kernel + 1
    windows = x.reshape(n, c, size * size)[:, :, columns(size, kernel)]
    rows = windows.transpose(0, 2, 1, 3).reshape(n * side * side, c * kernel * kernel)
    y = np.tanh(rows @ W.reshape(o, -1).T + b)
    return y.reshape(n, side, side, o).transpose(0, 3, 1, 2)


def convolution_backward(dy: Any, x: Any, W: Any, b: Any) -> Any:
    """Back through the windows, which add up."""
    n, c, size, _ = x.shape
    o, _, kernel, _ = W.shape
    side = size - kernel + 1
    where = columns(size, kernel)
    windows = x.reshape(n, c, size * size)[:, :, where]
    rows = windows.transpose(0, 2, 1, 3).reshape(n * side * side, c * kernel * kernel)
    y = np.tanh(rows @ W.reshape(o, -1).T + b)
    d = dy.transpose(0, 2, 3, 1).reshape(n * side * side, o)
    da = d * (1 - y * y)
    db = da.sum(axis=0)
    dW = (da.T @ rows).reshape(o, c, kernel, kernel)
    drows = da @ W.reshape(o, -1)
    dwindows = drows.reshape(n, side * side, c, kernel * kernel).transpose(0, 2, 1, 3)
    dx = np.zeros((n, c, size * size))
    np.add.at(dx, (slice(None), slice(None), where), dwindows)
    return {"x": dx.reshape(x.shape), "W": dW, "b": db}


def cosine(a: Any, b: Any) -> Any:
    """<a, b> / (|a| |b|) row by row."""
    na = np.sqrt((a * a).sum(axis=1))
    nb = np.sqrt((b * b).sum(axis=1))
    return (a * b).sum(axis=1) / (na * nb)


def cosine_backward(dy: Any, a: Any, b: Any) -> Any:
    """da = (b / |b| - a / |a| cos) / |a|."""
    na = np.sqrt((a * a).sum(axis=1))
    nb = np.sqrt((b * b).sum(axis=1))
    cos = (a * b).sum(axis=1) / (na * nb)
    ea = a / na[:, None]
    eb = b / nb[:, None]
    da = dy[:, None] * (eb - cos[:, None] * ea) / na[:, None]
    db = dy[:, None] * (ea - cos[:, None] * eb) / nb[:, None]
    return {"a": da, "b": db}


def cross_entropy(x: Any, W: Any, b: Any, V: Any, target: Any) -> Any:
    """The mean of -log softmax of a network of two layers."""
    h = np.tanh(x @ W + b)
    p = softmax(h @ V)
    return -(target * np.log(p)).sum() / len(x)


def cross_entropy_backward(x: Any, W: Any, b: Any, V: Any, target: Any) -> Any:
    """(p - target) / n, and back."""
    h = np.tanh(x @ W + b)
    p = softmax(h @ V)
    dz = (p - target) / len(x)
    dV = h.T @ dz
    dh = dz @ V.T
    da = dh * (1 - h**2)
    dW = x.T @ da
    db = da.sum(axis=0)
    dx = da @ W.T
    return {"x": dx, "W": dW, "b": db, "V": dV}
