"""Losses of predictions: robust, focal, smoothed, clipped, in bits."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import halves, pair


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def huber(pred, y, delta):
    r = np.abs(pred - y)
    return np.mean(np.where(r < delta, 0.5 * r**2, delta * (r - 0.5 * delta)))


def huber_grad(pred, y, delta):
    r = pred - y
    return np.where(np.abs(r) < delta, r, delta * np.sign(r)) / r.size


def huber_grad_of_unit_delta(pred, y, delta):
    r = pred - y
    return np.where(np.abs(r) < delta, r, np.sign(r)) / r.size


def focal(z, y, gamma):
    p = softmax(z)[np.arange(len(y)), y]
    return -np.sum((1 - p) ** gamma * np.log(p))


def focal_grad(z, y, gamma):
    P, rows = softmax(z), np.arange(len(y))
    p = P[rows, y]
    dp = gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p
    one_hot = np.eye(z.shape[1])[y]
    return (dp * p)[:, None] * (one_hot - P)


def focal_grad_constant_weight(z, y, gamma):
    P, rows = softmax(z), np.arange(len(y))
    weight = (1 - P[rows, y]) ** gamma
    return weight[:, None] * (P - np.eye(z.shape[1])[y])


def smoothed(z, y):
    eps, K = 0.1, z.shape[1]
    target = (1 - eps) * np.eye(K)[y] + eps / K
    P = softmax(z)
    return -np.sum(target * np.log(P)) / len(y), (P - target) / len(y)


def smoothed_labels_for_rows(z, y):
    eps, K = 0.1, z.shape[1]
    return (softmax(z) - ((1 - eps) * y + eps / K)) / len(y)


def clipped_bce(p, y):
    q = np.clip(p, 0.01, 0.99)
    return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))


def clipped_bce_grad(p, y):
    inside = (p > 0.01) & (p < 0.99)
    q = np.clip(p, 0.01, 0.99)
    return inside * ((1 - y) / (1 - q) - y / q) / p.size


def clipped_bce_grad_unclipped(p, y):
    return ((1 - y) / (1 - p) - y / p) / p.size


def bce_with_logits(z, y):
    return np.sum(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def bce_with_logits_naive(z, y):
    return np.sum(np.log(1 + np.exp(z)) - z * y)


def bce_with_logits_grad(z, y):
    t = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, t) / (1 + t) - y


def bits_per_character(z, chars):
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(chars)), chars]) / 0.6931471805599453


def bits_per_character_grad(z, chars):
    d = softmax(z)
    d[np.arange(len(chars)), chars] -= 1
    return 1.4426950408889634 * d / len(chars)


def bits_per_character_grad_in_nats(z, chars):
    d = softmax(z)
    d[np.arange(len(chars)), chars] -= 1
    return d / len(chars)


def labelled(rng):
    return rng.normal(size=(5, 3)), rng.integers(0, 3, 5)


def probabilities(rng):
    p = rng.uniform(0.1, 0.9, 8)
    p[2], p[5] = 0.003, 0.998
    return p, np.array([0, 1, 1, 0, 1, 1, 0, 1])


def confident(rng):
    z = rng.normal(size=6)
    z[1], z[4] = 800, -850
    return z, np.array([1, 0, 0, 1, 0, 1])


CLAIMS = [
    *pair(
        "huber",
        "check",
        lambda rng: (rng.normal(size=9), rng.normal(0, 3, 9), 1.7),
        (huber, huber_grad),
        {"path-left-out": (huber, huber_grad_of_unit_delta)},
        data=2,
    ),
    *pair(
        "focal loss",
        "check",
        lambda rng: (*labelled(rng), 2),
        (focal, focal_grad),
        {"path-left-out": (focal, focal_grad_constant_weight)},
        data=2,
    ),
    *pair(
        "label smoothing",
        "check",
        labelled,
        halves(smoothed),
        {"raises": (halves(smoothed)[0], smoothed_labels_for_rows)},
        data=1,
    ),
    *pair(
        "clipped cross-entropy",
        "check",
        probabilities,
        (clipped_bce, clipped_bce_grad),
        {"one-sided-clamp": (clipped_bce, clipped_bce_grad_unclipped)},
        data=1,
    ),
    *pair(
        "cross-entropy of logits",
        "check",
        confident,
        (bce_with_logits, bce_with_logits_grad),
        {"loss-not-finite": (bce_with_logits_naive, bce_with_logits_grad)},
        data=1,
    ),
    *pair(
        "bits per character",
        "check",
        labelled,
        (bits_per_character, bits_per_character_grad),
        {"factor": (bits_per_character, bits_per_character_grad_in_nats)},
        cause="constant-rounding",
        data=1,
    ),
]
