"""Convolution and pooling over images: loops over pixels, im2col, windows by strides."""

import numpy as np
from numpy import zeros

from foreign import Pair, randn

R = randn(2, 3, 3, 3)


def conv_naive(x, w, b):
    """Four loops, padding of 1, stride of 2."""
    N, _, H, Wd = x.shape
    F, _, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    Ho, Wo = int(1 + (H + 2 - HH) / 2), int(1 + (Wd + 2 - WW) / 2)
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    window = xp[n, :, 2 * i : 2 * i + HH, 2 * j : 2 * j + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (xp, w)


def conv_loss(x, w, b):
    """Against fixed numbers."""
    out, _ = conv_naive(x, w, b)
    return np.sum(out * R[:, : out.shape[1], : out.shape[2], : out.shape[3]] ** 2 + out**2)


def conv_gradient(x, w, b):
    """The loops backwards."""
    out, (xp, _) = conv_naive(x, w, b)
    dout = R[:, : out.shape[1], : out.shape[2], : out.shape[3]] ** 2 + 2 * out
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    N, F, Ho, Wo = dout.shape
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    rows, cols = slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3)
                    dxp[n, :, rows, cols] += w[f] * dout[n, f, i, j]
                    dw[f] += xp[n, :, rows, cols] * dout[n, f, i, j]
    return dxp[:, :, 1:-1, 1:-1], dw, dout.sum(axis=(0, 2, 3))


def columns(x, k):
    """Indices of windows, flattened."""
    _, C, H, W = x.shape
    i0 = np.tile(np.repeat(np.arange(k), k), C)
    i1 = np.repeat(np.arange(H - k + 1), W - k + 1)
    j0 = np.tile(np.arange(k), k * C)
    j1 = np.tile(np.arange(W - k + 1), H - k + 1)
    channel = np.repeat(np.arange(C), k * k).reshape(-1, 1)
    return channel, i0.reshape(-1, 1) + i1, j0.reshape(-1, 1) + j1


def im2col_loss(x, w):
    """A product of matrices, then tanh."""
    c, i, j = columns(x, w.shape[-1])
    cols = x[:, c, i, j].transpose(1, 2, 0).reshape(w[0].size, -1)
    return np.sum(np.tanh(w.reshape(len(w), -1) @ cols))


def im2col_gradient(x, w):
    """The columns come home by add.at."""
    c, i, j = columns(x, w.shape[-1])
    cols = x[:, c, i, j].transpose(1, 2, 0).reshape(w[0].size, -1)
    flat = w.reshape(len(w), -1)
    dz = 1 - np.tanh(flat @ cols) ** 2
    dx = np.zeros(x.shape, dtype=x.dtype)
    dcols = (flat.T @ dz).reshape(w[0].size, -1, x.shape[0]).transpose(2, 0, 1)
    np.add.at(dx, (slice(None), c, i, j), dcols)
    return dx, (dz @ cols.T).reshape(w.shape)


def pool_loss(x):
    """Max over windows of 2 by 2, by reshape."""
    N, C, H, W = x.shape
    return (x.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=3).max(axis=4) ** 3).sum()


def pool_gradient(x):
    """Where the maximum was, by argmax and unravel_index."""
    N, C, H, W = x.shape
    dx = zeros((N, C, H, W))
    for n, c, i, j in np.ndindex(N, C, H // 2, W // 2):
        window = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, 2 * i + a, 2 * j + b] = 3 * window[a, b] ** 2
    return (dx,)


def window_loss(x, k):
    """Depthwise, by sliding_window_view and tensordot."""
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return 0.5 * np.linalg.norm(np.tensordot(windows, k, axes=((2, 3), (0, 1)))) ** 2


def window_gradient(x, k):
    """Full correlation by hand."""
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    y = np.tensordot(windows, k, axes=((2, 3), (0, 1)))
    padded = np.pad(y, [(s - 1, s - 1) for s in k.shape])
    back = np.lib.stride_tricks.sliding_window_view(padded, k.shape)
    dx = np.einsum("ijab,ab->ij", back, k[::-1, ::-1])
    return dx, np.einsum("ij,ijab->ab", y, windows)


PAIRS = [
    Pair("conv naive", conv_loss, conv_gradient, (randn(2, 3, 5, 5), randn(2, 3, 3, 3), randn(2))),
    Pair("im2col", im2col_loss, im2col_gradient, (randn(2, 2, 4, 3), 0.3 * randn(3, 2, 2, 2))),
    Pair("max pool", pool_loss, pool_gradient, (randn(2, 2, 4, 6),)),
    Pair("windows", window_loss, window_gradient, (randn(5, 6), randn(2, 3))),
]
