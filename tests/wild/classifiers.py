"""Linear classifiers: loss and gradient in one function, loops and vectors, with regularisation."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import halves, pair


def svm_loss(x, y):
    N = x.shape[0]
    loss, dx = 0.0, np.zeros_like(x)
    for i in range(N):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / N, dx / N


def svm_loss_counts_one(x, y):
    N = x.shape[0]
    loss, dx = 0.0, np.zeros_like(x)
    for i in range(N):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dx[i, j] = 1
                dx[i, y[i]] = -1
    return loss / N, dx / N


def softmax_loss(x, y):
    N = x.shape[0]
    shifted = x - np.max(x, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    return loss, dx / N


def softmax_loss_not_averaged(x, y):
    N = x.shape[0]
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    return loss, dx


def softmax_loss_one_row_short(x, y):
    N = x.shape[0]
    loss, dx = softmax_loss(x, y)
    short = np.zeros_like(dx)
    for i in range(1, N):
        short[i] = dx[i]
    return loss, short


def softmax_in_loops(W, X, y):
    loss, dW = 0.0, np.zeros_like(W)
    num_train = X.shape[0]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
        for j in range(W.shape[1]):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    return loss / num_train, dW / num_train


def softmax_regularised(W, X, y, reg):
    loss, dW = softmax_in_loops(W, X, y)
    return loss + reg * np.sum(W * W), dW + 2 * reg * W


def softmax_regularised_upwards(W, X, y, reg):
    loss, dW = softmax_in_loops(W, X, y)
    return loss + reg * np.sum(W * W), dW - 2 * reg * W


def softmax_last_sample(W, X, y, reg):
    loss, _ = softmax_in_loops(W, X, y)
    for i in range(X.shape[0]):
        scores = X[i].dot(W)
        p = np.exp(scores - np.max(scores))
        p /= np.sum(p)
        p[y[i]] -= 1
        dW = np.outer(X[i], p)
    return loss + reg * np.sum(W * W), dW + 2 * reg * W


def hinge_cost(w, b, X, y, C):
    margins = 1 - y * (X @ w + b)
    return 0.5 * w @ w + C * np.sum(np.maximum(0, margins))


def hinge_grad(w, b, X, y, C):
    active = y * (X @ w + b) < 1
    dw = w - C * (y[active][:, None] * X[active]).sum(axis=0)
    db = -C * np.sum(y[active])
    return dw, db


def hinge_grad_no_margin(w, b, X, y, C):
    dw = -C * (y[:, None] * X).sum(axis=0)
    return dw + w, -C * np.sum(y)


def hinge_grad_forgot_w(w, b, X, y, C):
    active = y * (X @ w + b) < 1
    dw = -C * (y[active][:, None] * X[active]).sum(axis=0)
    db = -C * np.sum(y[active])
    return dw, db


def scores(rng):
    return rng.normal(size=(6, 4)), rng.integers(0, 4, 6)


def samples(rng):
    return rng.normal(size=(3, 4)), rng.normal(size=(5, 3)), rng.integers(0, 4, 5), 0.25


def signed(rng):
    w, X = rng.normal(0, 3, 3), rng.normal(0, 2, (9, 3))
    y = np.where(X @ w > 0, 1.0, -1.0)
    y[0] *= -1
    return w, np.array(0.3), X, y, 0.7


CLAIMS = [
    *pair(
        "svm scores",
        "check",
        scores,
        halves(svm_loss),
        {"assigned": halves(svm_loss_counts_one)},
        data=1,
    ),
    *pair(
        "softmax scores",
        "check",
        scores,
        halves(softmax_loss),
        {
            "factor": halves(softmax_loss_not_averaged),
            "partly-zero": halves(softmax_loss_one_row_short),
        },
    ),
    *pair(
        "softmax classifier in loops",
        "check",
        samples,
        halves(softmax_regularised),
        {
            "regulariser": halves(softmax_regularised_upwards),
            "one-sample": halves(softmax_last_sample),
        },
        data=3,
    ),
    *pair(
        "linear svm",
        "check",
        signed,
        (hinge_cost, hinge_grad),
        {
            "path-left-out": (hinge_cost, hinge_grad_no_margin),
            "regulariser": (hinge_cost, hinge_grad_forgot_w),
        },
        data=3,
    ),
]
