"""At kinks and ties, where there is no derivative: a convention between the slopes, or none."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import pair


def leaky_forward(x):
    return np.maximum(x, 0.1 * x), x


def leaky_backward(dy, x):
    return dy * np.where(x > 0, 1, 0.1)


def leaky_backward_both_branches(dy, x):
    return dy * ((x >= 0) + 0.1 * (x <= 0))


def row_max(x):
    return x.max(axis=1), x


def row_max_backward(dy, x):
    dx = np.zeros_like(x)
    dx[np.arange(len(x)), x.argmax(axis=1)] = dy
    return dx


def row_max_backward_all_ties(dy, x):
    return dy[:, None] * (x == x.max(axis=1, keepdims=True))


def absolute_loss(w, t):
    return np.sum(np.abs(w - t)) + 0.5 * np.sum(w**2)


def absolute_grad(w, t):
    return np.sign(w - t) + w


def absolute_grad_by_quotient(w, t):
    return (w - t) / np.abs(w - t) + w


def with_zeros(rng):
    x = rng.normal(size=(3, 4))
    x[0, 1] = x[2, 3] = 0
    return (x,)


def with_ties(rng):
    x = rng.normal(size=(3, 4))
    x[0, 1] = x[0, 2] = 3
    x[2, 0] = x[2, 1] = x[2, 3] = 4
    return (x,)


def fitted(rng):
    t = rng.normal(size=5)
    w = rng.normal(size=5)
    w[1], w[3] = t[1], t[3]
    return w, t


CLAIMS = [
    *pair(
        "leaky relu at 0",
        "check_layer",
        with_zeros,
        (leaky_forward, leaky_backward),
        {"counted-twice": (leaky_forward, leaky_backward_both_branches)},
        cause="convention",
    ),
    *pair(
        "largest of equals",
        "check_layer",
        with_ties,
        (row_max, row_max_backward),
        {"counted-twice": (row_max, row_max_backward_all_ties)},
        cause="convention",
    ),
    *pair(
        "absolute error of 0",
        "check",
        fitted,
        (absolute_loss, absolute_grad),
        {"not-finite": (absolute_loss, absolute_grad_by_quotient)},
        cause="convention",
        data=1,
    ),
]
