"""Regression by squares, absolute values and counts, with penalties."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import pair


def mse(theta, X, y):
    return np.mean((X @ theta - y) ** 2)


def mse_gradient(theta, X, y):
    return 2 / len(y) * X.T @ (X @ theta - y)


def mse_gradient_half(theta, X, y):
    return X.T @ (X @ theta - y) / len(y)


def mse_gradient_sgd(theta, X, y):
    batch = np.random.default_rng().choice(len(y), 8, replace=False)
    return 2 / 8 * X[batch].T @ (X[batch] @ theta - y[batch])


def ridge(w, b, X, y, alpha):
    r = X @ w + b - y
    return 0.5 * np.sum(r * r) + 0.5 * alpha * np.sum(w * w)


def ridge_gradient(w, b, X, y, alpha):
    r = X @ w + b - y
    return X.T @ r + alpha * w, r.sum()


def ridge_gradient_plain(w, b, X, y, alpha):
    r = X @ w + b - y
    return X.T @ r, r.sum()


def lasso(w, X, y, lam):
    return np.sum((y - X.dot(w)) ** 2) / (2 * len(y)) + lam * np.abs(w).sum()


def lasso_gradient(w, X, y, lam):
    return -X.T.dot(y - X.dot(w)) / len(y) + lam * np.sign(w)


def lasso_gradient_against(w, X, y, lam):
    return -X.T.dot(y - X.dot(w)) / len(y) - lam * np.sign(w)


def poisson(beta, X, counts):
    eta = X @ beta
    return np.sum(np.exp(eta) - counts * eta)


def poisson_gradient(beta, X, counts):
    return X.T @ (np.exp(X @ beta) - counts)


def poisson_gradient_skipping_zeros(beta, X, counts):
    g, i = np.zeros_like(beta), 0
    while i < len(X):
        rate = np.exp(X[i] @ beta)
        if counts[i] == 0:
            g += rate * X[i]
            continue
        g += (rate - counts[i]) * X[i]
        i += 1
    return g


def softmax_regression(W, X, T):
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    return -np.mean(np.sum(T * (Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))), axis=1))


def softmax_regression_gradient(W, X, T):
    E = np.exp(X @ W)
    return X.T @ (E / E.sum(axis=1, keepdims=True) - T) / len(X)


def softmax_regression_gradient_flat(W, X, T):
    return softmax_regression_gradient(W, X, T).ravel()


def quadratic(x, A, b):
    return x @ A @ x / 2 - b @ x


def quadratic_gradient(x, A, b):
    return (A + A.T) @ x / 2 - b


def quadratic_gradient_symmetric(x, A, b):
    return A @ x - b


def plane(rng):
    return rng.normal(size=3), rng.normal(size=(6, 3)), rng.normal(size=6)


def offset(rng):
    return rng.normal(size=3), np.array(rng.normal()), *plane(rng)[1:], 0.8


def counts(rng):
    return rng.normal(size=3) / 2, rng.normal(size=(6, 3)), np.array([2, 0, 5, 1, 0, 3])


def one_hot(rng):
    return rng.normal(size=(3, 4)), rng.normal(size=(5, 3)), np.eye(4)[rng.integers(0, 4, 5)]


CLAIMS = [
    *pair(
        "least squares",
        "check",
        lambda rng: (rng.normal(size=3), rng.normal(size=(40, 3)), rng.normal(size=40)),
        (mse, mse_gradient),
        {"factor": (mse, mse_gradient_half), "not-deterministic": (mse, mse_gradient_sgd)},
        data=2,
    ),
    *pair(
        "ridge regression",
        "check",
        offset,
        (ridge, ridge_gradient),
        {"regulariser": (ridge, ridge_gradient_plain)},
        data=3,
    ),
    *pair(
        "lasso",
        "check",
        lambda rng: (*plane(rng), 0.6),
        (lasso, lasso_gradient),
        {"regulariser": (lasso, lasso_gradient_against)},
        data=3,
    ),
    *pair(
        "poisson regression",
        "check",
        counts,
        (poisson, poisson_gradient),
        {"hangs": (poisson, poisson_gradient_skipping_zeros)},
        data=2,
    ),
    *pair(
        "softmax regression",
        "check",
        one_hot,
        (softmax_regression, softmax_regression_gradient),
        {"wrong-shape": (softmax_regression, softmax_regression_gradient_flat)},
        data=2,
    ),
    *pair(
        "quadratic form",
        "check",
        lambda rng: (rng.normal(size=4), rng.normal(size=(4, 4)), rng.normal(size=4)),
        (quadratic, quadratic_gradient),
        {"path-left-out": (quadratic, quadratic_gradient_symmetric)},
        data=2,
    ),
]
