"""Windows that slide: convolution by columns and in one dimension, averages, upsampling."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair


def conv1d_forward(x, w):
    T, K = len(x), len(w)
    y = np.array([np.sum(x[t : t + K] * w) for t in range(T - K + 1)])
    return y, (x, w)


def conv1d_backward(dy, cache):
    x, w = cache
    dx = np.convolve(dy, w)
    dw = np.array([np.sum(dy * x[k : k + len(dy)]) for k in range(len(w))])
    return dx, dw


def conv1d_backward_correlated(dy, cache):
    x, w = cache
    dx = np.convolve(dy, w[::-1])
    dw = np.array([np.sum(dy * x[k : k + len(dy)]) for k in range(len(w))])
    return dx, dw


def moving_average_forward(x):
    padded = np.concatenate([np.zeros(2), x])
    return np.array([padded[t : t + 3].sum() / 3 for t in range(len(x))]), len(x)


def moving_average_backward(dy, T):
    dx = np.zeros(T)
    for t in range(T):
        dx[t] = dy[t : t + 3].sum() / 3
    return dx


def moving_average_backward_causal(dy, T):
    padded = np.concatenate([np.zeros(2), dy])
    return np.array([padded[t : t + 3].sum() / 3 for t in range(T)])


def upsample_forward(x):
    return x.repeat(2, axis=1).repeat(3, axis=2), x.shape


def upsample_backward(dy, shape):
    n, h, w = shape
    return dy.reshape(n, h, 2, w, 3).sum(axis=(2, 4))


def upsample_backward_averages(dy, shape):
    n, h, w = shape
    return dy.reshape(n, h, 2, w, 3).mean(axis=(2, 4))


def column_indices(C, H, W, k):
    i0, j0 = np.repeat(np.arange(k), k), np.tile(np.arange(k), k)
    i1 = np.repeat(np.arange(H - k + 1), W - k + 1)
    j1 = np.tile(np.arange(W - k + 1), H - k + 1)
    i = np.tile(i0, C)[:, None] + i1[None, :]
    j = np.tile(j0, C)[:, None] + j1[None, :]
    return np.repeat(np.arange(C), k * k)[:, None], i, j


def im2col_forward(x, w):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    c, i, j = column_indices(C, H, W, k)
    cols = x[:, c, i, j]
    out = np.einsum("fq,nqp->nfp", w.reshape(F, -1), cols)
    return out.reshape(N, F, H - k + 1, W - k + 1), (x, w, cols)


def column_gradients(dout, cache):
    _, w, cols = cache
    F = w.shape[0]
    d = dout.reshape(len(dout), F, -1)
    dw = np.einsum("nfp,nqp->fq", d, cols).reshape(w.shape)
    return np.einsum("fq,nfp->nqp", w.reshape(F, -1), d), dw


def col2im_backward(dout, cache):
    x, w, _ = cache
    dcols, dw = column_gradients(dout, cache)
    c, i, j = column_indices(*x.shape[1:], w.shape[2])
    dx = np.zeros_like(x)
    np.add.at(dx, (slice(None), c, i, j), dcols)
    return dx, dw


def col2im_backward_buffered(dout, cache):
    x, w, _ = cache
    dcols, dw = column_gradients(dout, cache)
    c, i, j = column_indices(*x.shape[1:], w.shape[2])
    dx = np.zeros_like(x)
    dx[:, c, i, j] += dcols
    return dx, dw


def returns_forward(r):
    return np.cumsum(r[::-1])[::-1], None


def returns_backward(dG, _):
    return np.cumsum(dG)


def returns_backward_reversed_too(dG, _):
    return np.cumsum(dG[::-1])[::-1]


CLAIMS = [
    *pair(
        "convolution of a signal",
        "check_layer",
        normals(9, 4),
        (conv1d_forward, conv1d_backward),
        {"shifted": (conv1d_forward, conv1d_backward_correlated)},
    ),
    *pair(
        "moving average",
        "check_layer",
        normals(7),
        (moving_average_forward, moving_average_backward),
        {"shifted": (moving_average_forward, moving_average_backward_causal)},
    ),
    *pair(
        "upsampling",
        "check_layer",
        normals((2, 3, 2)),
        (upsample_forward, upsample_backward),
        {"factor": (upsample_forward, upsample_backward_averages)},
    ),
    *pair(
        "convolution by columns",
        "check_layer",
        normals((2, 2, 5, 4), (3, 2, 3, 3)),
        (im2col_forward, col2im_backward),
        {"assigned": (im2col_forward, col2im_backward_buffered)},
    ),
    *pair(
        "returns to go",
        "check_layer",
        normals(6),
        (returns_forward, returns_backward),
        {"shifted": (returns_forward, returns_backward_reversed_too)},
    ),
]
