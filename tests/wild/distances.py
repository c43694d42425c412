"""Losses of pairs and triples: distances, similarities, kernels."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair

MARGIN = 0.5


def triplet_loss(a, p, n):
    d = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + MARGIN
    return np.maximum(d, 0).sum()


def triplet_grad(a, p, n):
    d = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + MARGIN
    on = (d > 0)[:, None]
    return on * 2 * (n - p), on * 2 * (p - a), on * 2 * (a - n)


def triplet_grad_negative_first(a, p, n):
    d = ((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + MARGIN
    on = (d > 0)[:, None]
    return on * 2 * (n - p), on * 2 * (a - n), on * 2 * (p - a)


def contrastive(x1, x2, same):
    d = np.sqrt(((x1 - x2) ** 2).sum(axis=1))
    return np.mean(np.where(same, d**2, np.maximum(2 - d, 0) ** 2))


def contrastive_grad(x1, x2, same):
    diff = x1 - x2
    d = np.sqrt((diff**2).sum(axis=1))
    push = np.where(d < 2, -2 * (2 - d) / d, 0)
    g = np.where(same, 2, push)[:, None] * diff / len(d)
    return g, -g


def contrastive_grad_same_sign(x1, x2, same):
    g, _ = contrastive_grad(x1, x2, same)
    return g, g.copy()


def cosine_loss(u, v):
    eps = 0.1
    nu = np.maximum(np.sqrt(np.sum(u * u, axis=1)), eps)
    nv = np.maximum(np.sqrt(np.sum(v * v, axis=1)), eps)
    return np.sum(1 - np.sum(u * v, axis=1) / (nu * nv))


def cosine_grad(u, v):
    eps = 0.1
    lu = np.sqrt(np.sum(u * u, axis=1, keepdims=True))
    lv = np.sqrt(np.sum(v * v, axis=1, keepdims=True))
    nu, nv = np.maximum(lu, eps), np.maximum(lv, eps)
    dot = np.sum(u * v, axis=1, keepdims=True)
    du = -v / (nu * nv) + (lu > eps) * dot * u / (nu**3 * nv)
    dv = -u / (nu * nv) + (lv > eps) * dot * v / (nv**3 * nu)
    return du, dv


def cosine_grad_unclamped(u, v):
    nu = np.sqrt(np.sum(u * u, axis=1, keepdims=True))
    nv = np.sqrt(np.sum(v * v, axis=1, keepdims=True))
    dot = np.sum(u * v, axis=1, keepdims=True)
    du = -v / (nu * nv) + dot * u / (nu**3 * nv)
    dv = -u / (nu * nv) + dot * v / (nv**3 * nu)
    return du, dv


def kernel_energy(X):
    gamma = 0.7
    sq = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=-1)
    return np.sum(np.triu(np.exp(-gamma * sq), 1))


def kernel_forces(X):
    gamma, G = 0.7, np.zeros_like(X)
    for i in range(len(X)):
        for j in range(i + 1, len(X)):
            diff = X[i] - X[j]
            f = -2 * gamma * np.exp(-gamma * (diff @ diff)) * diff
            G[i] += f
            G[j] -= f
    return G


def kernel_forces_all_pairs(X):
    gamma, G = 0.7, np.zeros_like(X)
    for i in range(len(X)):
        for j in range(len(X)):
            diff = X[i] - X[j]
            f = -2 * gamma * np.exp(-gamma * (diff @ diff)) * diff
            G[i] += f
            G[j] -= f
    return G


def normalise(x):
    n = np.sqrt((x * x).sum(axis=1, keepdims=True))
    y = x / n
    return y, lambda dy: (dy - y * (y * dy).sum(axis=1, keepdims=True)) / n


def normalise_by_a_constant(x):
    n = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return x / n, lambda dy: dy / n


def short_and_long(rng):
    u, v = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    u[1] *= 0.01
    return u, v


CLAIMS = [
    *pair(
        "triplet loss",
        "check",
        normals((5, 3), (5, 3), (5, 3)),
        (triplet_loss, triplet_grad),
        {"swapped": (triplet_loss, triplet_grad_negative_first)},
    ),
    *pair(
        "contrastive loss",
        "check",
        lambda rng: (*normals((5, 2), (5, 2))(rng), np.array([1, 0, 1, 0, 0], dtype=bool)),
        (contrastive, contrastive_grad),
        {"sign": (contrastive, contrastive_grad_same_sign)},
    ),
    *pair(
        "cosine similarity",
        "check",
        short_and_long,
        (cosine_loss, cosine_grad),
        {"one-sided-clamp": (cosine_loss, cosine_grad_unclamped)},
    ),
    *pair(
        "gaussian kernel",
        "check",
        normals((5, 2)),
        (kernel_energy, kernel_forces),
        {"factor": (kernel_energy, kernel_forces_all_pairs)},
    ),
    *pair(
        "unit vectors",
        "check_layer",
        normals((3, 4)),
        (normalise, None),
        {"path-left-out": (normalise_by_a_constant, None)},
    ),
]
