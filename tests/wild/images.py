"""Convolution and spatial normalisation in naive loops over samples and pixels."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair

STRIDE, PAD = 2, 1


def conv_forward_naive(x, w, b):
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)))
    Ho, Wo = 1 + (H + 2 * PAD - HH) // STRIDE, 1 + (W + 2 * PAD - WW) // STRIDE
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    hs, ws = i * STRIDE, j * STRIDE
                    out[n, f, i, j] = np.sum(xp[n, :, hs : hs + HH, ws : ws + WW] * w[f]) + b[f]
    return out, (xp, w, b)


def conv_backward_naive(dout, cache):
    xp, w, b = cache
    N, F, Ho, Wo = dout.shape
    HH, WW = w.shape[2:]
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    hs, ws = i * STRIDE, j * STRIDE
                    db[f] += dout[n, f, i, j]
                    dw[f] += xp[n, :, hs : hs + HH, ws : ws + WW] * dout[n, f, i, j]
                    dxp[n, :, hs : hs + HH, ws : ws + WW] += w[f] * dout[n, f, i, j]
    return dxp[:, :, PAD:-PAD, PAD:-PAD], dw, db


def conv_backward_overwritten(dout, cache):
    xp, w, b = cache
    N, F, Ho, Wo = dout.shape
    HH, WW = w.shape[2:]
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    hs, ws = i * STRIDE, j * STRIDE
                    db[f] += dout[n, f, i, j]
                    dw[f] += xp[n, :, hs : hs + HH, ws : ws + WW] * dout[n, f, i, j]
                    dxp[n, :, hs : hs + HH, ws : ws + WW] = w[f] * dout[n, f, i, j]
    return dxp[:, :, PAD:-PAD, PAD:-PAD], dw, db


def conv_backward_flipped(dout, cache):
    xp, w, b = cache
    dx, dw, db = conv_backward_naive(dout, (xp, w[:, :, ::-1, ::-1], b))
    return dx, dw[:, :, ::-1, ::-1], db


def spatial_norm(x, gamma):
    N, C, H, W = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, C)
    xc = flat - flat.mean(0)
    s = np.sqrt((xc**2).mean(0) + 1e-3)
    y = (gamma * xc / s).reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return y, (xc / s, s, gamma, x.shape)


def spatial_norm_flat_grads(dy, cache):
    xh, s, gamma, (_, C, _, _) = cache
    d = dy.transpose(0, 2, 3, 1).reshape(-1, C)
    dgamma = (d * xh).sum(0)
    dx = gamma / s * (d - d.mean(0) - xh * (d * xh).mean(0))
    return dx, dgamma


def spatial_norm_backward(dy, cache):
    N, C, H, W = cache[-1]
    dx, dgamma = spatial_norm_flat_grads(dy, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma


def spatial_norm_backward_reshaped(dy, cache):
    dx, dgamma = spatial_norm_flat_grads(dy, cache)
    return dx.reshape(cache[-1]), dgamma


def group_norm(x, gamma, beta):
    N, C, H, W = x.shape
    G = 2
    groups = x.reshape(N, G, C // G, H, W)
    xc = groups - groups.mean(axis=(2, 3, 4), keepdims=True)
    std = np.sqrt((xc**2).mean(axis=(2, 3, 4), keepdims=True) + 1e-5)
    xhat = (xc / std).reshape(x.shape)
    return gamma * xhat + beta, (G, std, xhat, gamma)


def group_norm_backward(dout, cache):
    G, std, xhat, gamma = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum(axis=(0, 2, 3), keepdims=True)[0]
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)[0]
    d = (dout * gamma).reshape(N, G, C // G, H, W)
    xh = xhat.reshape(d.shape)
    m1 = d.mean(axis=(2, 3, 4), keepdims=True)
    m2 = (d * xh).mean(axis=(2, 3, 4), keepdims=True)
    return ((d - m1 - xh * m2) / std).reshape(dout.shape), dgamma, dbeta


def group_norm_backward_by_channel(dout, cache):
    G, std, xhat, gamma = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum(axis=(0, 2, 3), keepdims=True)[0]
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)[0]
    d = (dout * gamma).reshape(N, G, C // G, H, W)
    xh = xhat.reshape(d.shape)
    m1 = d.mean(axis=(3, 4), keepdims=True)
    m2 = (d * xh).mean(axis=(3, 4), keepdims=True)
    return ((d - m1 - xh * m2) / std).reshape(dout.shape), dgamma, dbeta


CLAIMS = [
    *pair(
        "naive convolution",
        "check_layer",
        normals((2, 2, 5, 4), (3, 2, 3, 3), 3),
        (conv_forward_naive, conv_backward_naive),
        {
            "assigned": (conv_forward_naive, conv_backward_overwritten),
            "shifted": (conv_forward_naive, conv_backward_flipped),
        },
    ),
    *pair(
        "spatial batch norm",
        "check_layer",
        normals((2, 3, 4, 2), 3),
        (spatial_norm, spatial_norm_backward),
        {"transposed": (spatial_norm, spatial_norm_backward_reshaped)},
    ),
    *pair(
        "group norm",
        "check_layer",
        normals((2, 4, 3, 2), (4, 1, 1), (4, 1, 1)),
        (group_norm, group_norm_backward),
        {"wrong-axis": (group_norm, group_norm_backward_by_channel)},
    ),
]
