"""Classifiers as course assignments have them: loops beside vectorised code, labels as indices."""

from random import Random

import numpy as np
from scipy.special import expit, log_softmax, logsumexp, softmax

from foreign import Pair, randn


def svm_naive(W, X, y, reg):
    """Hinge loss by loops over samples and classes; the loss and the gradient."""
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW


def svm_fast(W, X, y, reg):
    """Hinge loss with fancy indices and a mask that becomes numbers."""
    n = X.shape[0]
    scores = X @ W
    margins = np.maximum(0, scores - scores[np.arange(n), y][:, np.newaxis] + 1)
    margins[np.arange(n), y] = 0
    loss = np.sum(margins) / n + reg * np.sum(W**2)
    binary = (margins > 0).astype(float)
    binary[np.arange(n), y] = -binary.sum(axis=1)
    return loss, X.T.dot(binary) / n + 2 * reg * W


def softmax_naive(W, X, y):
    """Cross-entropy sample by sample."""
    loss, grad = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        f = X[i] @ W
        f -= np.max(f)
        p = np.exp(f) / np.sum(np.exp(f))
        loss += -np.log(p[y[i]])
        for k in range(W.shape[1]):
            grad[:, k] += (p[k] - (k == y[i])) * X[i]
    return loss / len(X), grad / len(X)


def softmax_fast(W, X, y):
    """Cross-entropy with the probabilities changed in place."""
    num = X.shape[0]
    z = X.dot(W)
    z -= z.max(axis=1, keepdims=True)
    probs = np.exp(z)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(num), y]).mean()
    probs[range(num), y] -= 1
    return loss, X.T.dot(probs / num)


def logistic(w, X, t):
    """Binary cross-entropy with the clip that everybody adds, over targets of 0 and 1."""
    p = np.clip(1.0 / (1.0 + np.exp(-np.dot(X, w))), 1e-15, 1 - 1e-15)
    loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
    return loss, np.dot(X.T, p - t) / t.size


def scipy_logistic(w, X, t):
    """The same by SciPy's functions, imported by name."""
    z = np.einsum("nd,d->n", X, w)
    loss = np.average(np.logaddexp(0, z) - t * z)
    return loss, np.einsum("n,nd->d", expit(z) - t, X) / len(t)


def scipy_softmax(W, X, y):
    """Cross-entropy by log_softmax, its gradient by softmax and one-hot rows of eye."""
    z = X @ W
    loss = -np.take_along_axis(log_softmax(z, axis=1), y[:, None], axis=1).sum()
    loss = loss + 0.1 * logsumexp(W)
    return loss, X.T @ (softmax(z, axis=1) - np.eye(W.shape[1])[y]) + 0.1 * softmax(W)


def focal(z, t):
    """Focal loss of logits, with a float32 habit."""
    p = np.asarray(1 / (1 + np.exp(-z)), dtype=np.float32)
    pt = np.where(t == 1, p, 1 - p)
    loss = np.float64(np.sum(-((1 - pt) ** 2.0) * np.log(pt)))
    dpt = 2 * (1 - pt) * np.log(pt) - (1 - pt) ** 2 / pt
    return loss, dpt * np.where(t == 1, 1, -1) * p * (1 - p)


def half(which):
    """One of the two things that a function returns."""
    return lambda f: lambda *args: f(*args)[which] if which == 0 else (f(*args)[which],)


first, second = half(0), half(1)
X, W = randn(6, 4), 0.3 * randn(4, 3)
y, t = np.array([0, 2, 1, 1, 0, 2]), np.array([Random(k).randint(0, 1) for k in range(6)])
PAIRS = [
    Pair("svm naive", first(svm_naive), second(svm_naive), (W, X, y, 0.05)),
    Pair("svm fast", first(svm_fast), second(svm_fast), (W, X, y, 0.05)),
    Pair("softmax naive", first(softmax_naive), second(softmax_naive), (W, X, y)),
    Pair("softmax fast", first(softmax_fast), second(softmax_fast), (W, X, y)),
    Pair("logistic clip", first(logistic), second(logistic), (W[:, 0], X, t)),
    Pair("scipy logistic", first(scipy_logistic), second(scipy_logistic), (W[:, 1], X, t)),
    Pair("scipy softmax", first(scipy_softmax), second(scipy_softmax), (W, X, y)),
    Pair("focal", first(focal), second(focal), (X[:, 0], t)),
]
