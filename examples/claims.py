"""What `backproof check` finds in a file: a loss and a gradient, by their names.

    backproof check examples/claims.py:gradient         loss and gradient, at inputs(seed)
    backproof check examples/claims.py:right_softmax    the three whose names begin so
    backproof check examples/claims.py:wrong_softmax    exits with 1 and says why

A name is a prefix: NAME_loss(*args) is a number, NAME_gradient(*args) its gradient, one structure
for one argument and a tuple for several, and NAME_inputs(seed) the arguments, as a tuple. Without a
prefix the three are called loss, gradient and inputs. The file needs nothing from backproof.
"""

import numpy as np


def loss(w, X, t):
    """Half the mean squared error of a line. w: (d,)  X: (n, d)  t: (n,)"""
    r = X @ w - t
    return r @ r / (2 * len(t))


def gradient(w, X, t):
    """Of w, X and t."""
    r = (X @ w - t) / len(t)
    return X.T @ r, np.outer(r, w), -r


def inputs(seed):
    """Seven samples of three features."""
    draw = np.random.default_rng(seed).standard_normal
    return draw(3), draw((7, 3)), draw(7)


def right_softmax_loss(z, labels):
    """The summed cross-entropy of logits. z: (n, k)  labels: (n,) of integers"""
    shifted = z - z.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(z)), labels]
    return np.sum(np.log(np.exp(shifted).sum(axis=1)) - chosen)


def right_softmax_gradient(z, labels):
    """softmax(z) - one_hot(labels); the labels have none."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = e / e.sum(axis=1, keepdims=True)
    dz[np.arange(len(z)), labels] -= 1
    return dz, None


def right_softmax_inputs(seed):
    """Five samples, four classes."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((5, 4)), rng.integers(0, 4, 5)


wrong_softmax_loss, wrong_softmax_inputs = right_softmax_loss, right_softmax_inputs


def wrong_softmax_gradient(z, labels):
    """The softmax is taken over the samples instead of the classes."""
    e = np.exp(z - z.max(axis=0, keepdims=True))
    dz = e / e.sum(axis=0, keepdims=True)
    dz[np.arange(len(z)), labels] -= 1
    return dz, None
