"""Windows of images: pooling, and differences of neighbours."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair


def max_pool_forward(x):
    N, C, H, W = x.shape
    Ho, Wo = (H - 3) // 2 + 1, (W - 3) // 2 + 1
    out = np.empty((N, C, Ho, Wo), dtype=x.dtype)
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].max(axis=(2, 3))
    return out, x


def max_pool_backward(dout, x):
    dx = np.zeros_like(x)
    N, C, Ho, Wo = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    window = x[n, c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                    h, w = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, 2 * i + h, 2 * j + w] += dout[n, c, i, j]
    return dx


def max_pool_backward_assigned(dout, x):
    dx = np.zeros_like(x)
    N, C, Ho, Wo = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    window = x[n, c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                    mask = window == window.max()
                    dx[n, c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] = mask * dout[n, c, i, j]
    return dx


def avg_pool_forward(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 3, 3).mean(axis=(3, 5)), x.shape


def avg_pool_backward(dy, shape):
    dx = np.zeros(shape)
    for i in range(shape[2]):
        for j in range(shape[3]):
            dx[:, :, i, j] = dy[:, :, i // 2, j // 3] / 6
    return dx


def avg_pool_backward_one_row_short(dy, shape):
    dx = np.zeros(shape)
    for i in range(shape[2] - 1):
        for j in range(shape[3]):
            dx[:, :, i, j] = dy[:, :, i // 2, j // 3] / 6
    return dx


def total_variation(img):
    return np.sum((img[1:] - img[:-1]) ** 2) + np.sum((img[:, 1:] - img[:, :-1]) ** 2)


def total_variation_grad(img):
    g = np.zeros_like(img)
    dh, dw = 2 * (img[1:] - img[:-1]), 2 * (img[:, 1:] - img[:, :-1])
    g[1:] += dh
    g[:-1] -= dh
    g[:, 1:] += dw
    g[:, :-1] -= dw
    return g


def total_variation_grad_todo(img):
    return np.zeros_like(img)


CLAIMS = [
    *pair(
        "naive max pooling",
        "check_layer",
        normals((2, 2, 5, 7)),
        (max_pool_forward, max_pool_backward),
        {"assigned": (max_pool_forward, max_pool_backward_assigned)},
    ),
    *pair(
        "average pooling",
        "check_layer",
        normals((2, 2, 4, 6)),
        (avg_pool_forward, avg_pool_backward),
        {"partly-zero": (avg_pool_forward, avg_pool_backward_one_row_short)},
    ),
    *pair(
        "total variation",
        "check",
        lambda rng: (rng.normal(size=(4, 6)),),
        (total_variation, total_variation_grad),
        {"zero": (total_variation, total_variation_grad_todo)},
    ),
]
