"""Fully connected, normalising and dropping layers as course notes have them: (x, w, b) caches."""

# Written as their authors write: without docstrings, with NumPy's global generator.
# ruff: noqa: D103, NPY002

import numpy as np

from wild.claim import pair


def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, _ = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def affine_backward_no_transpose(dout, cache):
    x, w, _ = cache
    dx = dout.dot(w).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def affine_backward_row(dout, cache):
    x, w, _ = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0, keepdims=True)
    return dx, dw, db


def batchnorm_forward(x, gamma, beta):
    eps = 1e-5
    mu = x.mean(axis=0)
    std = np.sqrt(x.var(axis=0) + eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, gamma, std)


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = N * dxhat - dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)
    return dx / (N * std), dgamma, dbeta


def batchnorm_backward_constant_statistics(dout, cache):
    xhat, gamma, std = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    return dout * gamma / std, dgamma, dbeta


def layernorm_forward(x, gamma, beta):
    eps = 1e-5
    mu = x.mean(axis=1, keepdims=True)
    std = np.sqrt(((x - mu) ** 2).mean(axis=1, keepdims=True) + eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, gamma, std)


def layernorm_backward(dout, cache):
    xhat, gamma, std = cache
    D = dout.shape[1]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = D * dxhat - dxhat.sum(axis=1, keepdims=True)
    dx -= xhat * (dxhat * xhat).sum(axis=1, keepdims=True)
    return dx / (D * std), dgamma, dbeta


def layernorm_backward_from_batchnorm(dout, cache):
    xhat, gamma, std = cache
    D = dout.shape[1]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = D * dxhat - dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)
    return dx / (D * std), dgamma, dbeta


def dropout_forward(x):
    keep = 0.6
    np.random.seed(231)
    mask = np.random.rand(*x.shape) < keep
    return x * mask / keep, (mask, keep)


def dropout_backward(dout, cache):
    mask, keep = cache
    return dout * mask / keep


def dropout_backward_not_inverted(dout, cache):
    mask, _ = cache
    return dout * mask


def dropout_backward_no_mask(dout, cache):
    _, keep = cache
    return dout / keep


def images(rng):
    return rng.normal(size=(5, 2, 3)), rng.normal(size=(6, 6)), rng.normal(size=6)


def batch(rng):
    return rng.normal(2, 3, (5, 4)), rng.uniform(1.5, 2.5, 4), rng.normal(size=4)


CLAIMS = [
    *pair(
        "course affine",
        "check_layer",
        images,
        (affine_forward, affine_backward),
        {
            "transposed": (affine_forward, affine_backward_no_transpose),
            "wrong-shape": (affine_forward, affine_backward_row),
        },
    ),
    *pair(
        "course batch norm",
        "check_layer",
        batch,
        (batchnorm_forward, batchnorm_backward),
        {"path-left-out": (batchnorm_forward, batchnorm_backward_constant_statistics)},
    ),
    *pair(
        "course layer norm",
        "check_layer",
        batch,
        (layernorm_forward, layernorm_backward),
        {"wrong-axis": (layernorm_forward, layernorm_backward_from_batchnorm)},
    ),
    *pair(
        "course dropout",
        "check_layer",
        lambda rng: (rng.normal(size=(4, 5)),),
        (dropout_forward, dropout_backward),
        {
            "factor": (dropout_forward, dropout_backward_not_inverted),
            "path-left-out": (dropout_forward, dropout_backward_no_mask),
        },
    ),
]
