"""Numerical recipes: matrices, distributions, splines and distances, by whatever NumPy offers."""

import functools
from math import erf, exp, lgamma, log, pi, sqrt

import numpy as np
import numpy.linalg as la
from scipy import special

from foreign import Pair, randn

EPS = np.finfo(float).eps
WEIGHTS = np.array([0.1, 0.2, 0.3, 0.4])


def gauss_loss(mu, L, x):
    """Negative log-likelihood with a full covariance L L^T + I."""
    S = L @ L.T + np.eye(len(mu))
    d = x - mu
    return 0.5 * np.sum(d * la.solve(S, d.T).T) + 0.5 * len(x) * la.slogdet(S)[1]


def gauss_gradient(mu, L, x):
    """By the inverse."""
    P = la.inv(L @ L.T + np.eye(len(mu)))
    d = x - mu
    G = 0.5 * (len(x) * P - P @ d.T @ d @ P)
    return -(d @ P).sum(0), 2 * G @ L


def ridge_loss(y, A, lam=0.1):
    """The optimal value of ridge regression, by Cholesky."""
    C = la.cholesky(A.T @ A + lam * np.identity(A.shape[1]))
    v = la.solve(C, A.T @ y)
    return 0.5 * (y @ y - v @ v)


def ridge_gradient(y, A, lam=0.1):
    """The residual at the optimum."""
    w = la.solve(A.T @ A + lam * np.identity(A.shape[1]), A.T @ y)
    return (y - A @ w,)


def gelu_loss(x):
    """One number after the other, by math.erf, in a Python list."""
    total = []
    for v in x:
        total += [0.5 * v * (1 + erf(v / sqrt(2)))]
    return np.sum(total)


def gelu_gradient(x):
    """Filled from a comprehension."""
    return (
        np.array([0.5 * (1 + erf(v / sqrt(2))) + v * exp(-v * v / 2) / sqrt(2 * pi) for v in x]),
    )


def poisson_loss(r, k):
    """With log-gamma terms of plain integers."""
    return sum(float(np.exp(ri)) - ki * ri + lgamma(ki + 1) for ri, ki in zip(r, k, strict=True))


def poisson_gradient(r, k):
    """By fill and index."""
    g = np.full(len(r), 0.0)
    for i in range(len(r)):
        g[i] = exp(r[i]) - k[i]
    return (g,)


def entropy_loss(z):
    """Weighted by a constant of the module; EPS inside of the log."""
    p = np.divide(np.exp(z), np.exp(z).sum())
    return -np.dot(WEIGHTS, p * np.log(p + EPS))


def entropy_gradient(z):
    """Through the full Jacobian of softmax."""
    p = np.divide(np.exp(z), np.exp(z).sum())
    J = np.diag(p) - np.outer(p, p)
    return (J @ (-WEIGHTS * (np.log(p + EPS) + p / (p + EPS))),)


def cosine_loss(a, b):
    """1 - cos, rows against rows."""
    n = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (1 - (a * b).sum(1) / n).mean()


def cosine_gradient(a, b):
    """Rows normed, with keepdims."""
    na, nb = (np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    c = np.sum(a * b, 1, keepdims=True) / (na * nb)
    return -(b / (na * nb) - c * a / na**2) / len(a), -(a / (na * nb) - c * b / nb**2) / len(a)


def huber_loss(r, delta=1.0):
    """By np.select-free masks."""
    out = np.empty_like(r)
    small = np.abs(r) <= delta
    out[small] = 0.5 * r[small] ** 2
    out[~small] = delta * (np.abs(r[~small]) - 0.5 * delta)
    return out.mean()


def huber_gradient(r, delta=1.0):
    """By sign and minimum."""
    return (np.sign(r) * np.minimum(np.abs(r), delta) / r.size,)


def kernel_loss(X, s):
    """Sum of a Gaussian kernel over pairs, distances by broadcasting."""
    D2 = ((X[:, None] - X[None, :]) ** 2).sum(-1)
    return np.exp(-D2 / (2 * s**2)).sum()


def kernel_gradient(X, s):
    """By pairs, in loops."""
    dX, ds = np.zeros(X.shape, X.dtype), 0.0
    for i in range(len(X)):
        for j in range(len(X)):
            diff = X[i] - X[j]
            k = np.exp(-diff.dot(diff) / (2 * s**2))
            dX[i] -= 2 * k * diff / s**2
            ds += k * diff @ diff / s**3
    return dX, ds


def scan_loss(x):
    """Discounted sums by cumsum and a flipped view."""
    decay = 0.9 ** np.arange(len(x))
    return np.prod(1 + 0.1 * np.tanh(np.cumsum(x * decay)[::-1]))


def scan_gradient(x):
    """The sum of what comes later."""
    decay = 0.9 ** np.arange(len(x))
    t = np.tanh(np.cumsum(x * decay))
    d = scan_loss(x) * 0.1 * (1 - t**2) / (1 + 0.1 * t)
    return (np.flip(np.cumsum(np.flip(d))) * decay,)


def probit_loss(w, X, y):
    """Imports in the function, as notebooks do."""
    import numpy
    from scipy.special import log_ndtr

    return -numpy.sum(log_ndtr(y * X.dot(w)))


def probit_gradient(w, X, y):
    """The density over the distribution."""
    z = y * (X @ w)
    density = np.exp(-0.5 * z**2) / sqrt(2 * pi)
    return (-(X * (y * density / special.ndtr(z))[:, None]).sum(axis=0),)


@functools.cache
def powers(n):
    """Exponents, cached."""
    return np.arange(n)


def poly_loss(c, x, y):
    """Least squares of a polynomial."""
    return np.square(np.polyval(c[::-1], x) - y).sum() + log(2)


def poly_gradient(c, x, y):
    """By a Vandermonde matrix of powers."""
    V = np.power(x[:, None], powers(len(c)))
    return (2 * V.T @ (V @ c - y),)


signs = np.where(randn(5) > 0, 1, -1)
PAIRS = [
    Pair("gaussian", gauss_loss, gauss_gradient, (randn(3), 0.5 * randn(3, 3), randn(4, 3))),
    Pair("ridge", ridge_loss, ridge_gradient, (randn(5), randn(5, 2))),
    Pair("gelu by math", gelu_loss, gelu_gradient, (randn(6),)),
    Pair("poisson", poisson_loss, poisson_gradient, (randn(4), [0, 2, 5, 1])),
    Pair("entropy", entropy_loss, entropy_gradient, (randn(4),)),
    Pair("cosine", cosine_loss, cosine_gradient, (randn(3, 4), randn(4, 3).T + 0.1)),
    Pair("huber", huber_loss, huber_gradient, (2 * randn(8),)),
    Pair("kernel", kernel_loss, kernel_gradient, (randn(4, 2), np.array(1.3))),
    Pair("scan", scan_loss, scan_gradient, (randn(6),)),
    Pair("probit", probit_loss, probit_gradient, (randn(2), randn(5, 2), signs)),
    Pair("polynomial", poly_loss, poly_gradient, (randn(4), randn(7), randn(7))),
]
