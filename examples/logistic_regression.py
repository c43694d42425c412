"""A loss and its gradient: loss(*args) is a number, gradient(*args) has a gradient for every
argument of floats. The labels are integers, so they have none.

python examples/logistic_regression.py
"""

import numpy as np

import backproof


def logistic_loss(w, b, X, y):
    """w: (d,)  b: ()  X: (n, d)  y: (n,) of 0 and 1; the mean cross-entropy and a penalty."""
    z = X @ w + b
    return np.mean(np.logaddexp(0, z) - y * z) + 0.05 * np.sum(w * w)


def right_logistic_gradient(w, b, X, y):
    """dz = (sigmoid(z) - y) / n, and what follows from it for w, b and X."""
    z = X @ w + b
    dz = (1 / (1 + np.exp(-z)) - y) / len(y)
    return X.T @ dz + 0.1 * w, dz.sum(), np.outer(dz, w)


def wrong_logistic_gradient(w, b, X, y):
    """The penalty has been left out."""
    _, db, dX = right_logistic_gradient(w, b, X, y)
    return X.T @ ((1 / (1 + np.exp(-(X @ w + b))) - y) / len(y)), db, dX


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    w, b, X = rng.standard_normal(3), 0.5, rng.standard_normal((8, 3))
    y = rng.integers(0, 2, 8)
    print(backproof.check(logistic_loss, right_logistic_gradient, w, b, X, y))
    print(backproof.check(logistic_loss, wrong_logistic_gradient, w, b, X, y))
