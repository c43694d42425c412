"""Activations as pairs of a forward and a backward."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np
from scipy.special import erf

from wild.claim import normals, pair


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_forward(x):
    y = sigmoid(x)
    return y, y


def sigmoid_backward(dy, y):
    return dy * y * (1 - y)


def sigmoid_backward_of_output(dy, y):
    return dy * sigmoid(y) * (1 - sigmoid(y))


def softplus_forward(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), x


def softplus_backward(dy, x):
    e = np.exp(-np.abs(x))
    return dy * np.where(x > 0, 1, e) / (1 + e)


def softplus_backward_overflowing(dy, x):
    return dy * np.exp(x) / (1 + np.exp(x))


def gelu_forward(x):
    return 0.5 * x * (1 + erf(x / np.sqrt(2))), x


def gelu_backward(dy, x):
    cdf = 0.5 * (1 + erf(x / np.sqrt(2)))
    pdf = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    return dy * (cdf + x * pdf)


def gelu_backward_cdf_alone(dy, x):
    return dy * 0.5 * (1 + erf(x / np.sqrt(2)))


def tanh_gelu_forward(x):
    t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), (x, t)


def tanh_gelu_backward(dy, cache):
    x, t = cache
    slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * slope)


def tanh_gelu_backward_mistyped(dy, cache):
    x, t = cache
    slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * slope)


def swish_forward(x, beta):
    s = sigmoid(beta * x)
    return x * s, (x, beta, s)


def swish_backward(dy, cache):
    x, beta, s = cache
    dx = dy * (s + beta * x * s * (1 - s))
    return dx, np.sum(dy * x * x * s * (1 - s))


def swish_backward_alone(dy, cache):
    x, beta, s = cache
    return s + beta * x * s * (1 - s), np.sum(x * x * s * (1 - s))


def prelu_forward(x, alpha):
    a = alpha[:, None, None]
    return np.where(x > 0, x, a * x), (x, alpha)


def prelu_backward(dy, cache):
    x, alpha = cache
    dx = dy * np.where(x > 0, 1, alpha[:, None, None])
    return dx, np.sum(dy * np.where(x > 0, 0, x), axis=(0, 2, 3))


def prelu_backward_of_relu(dy, cache):
    x, _ = cache
    return dy * (x > 0), np.sum(dy * np.where(x > 0, 0, x), axis=(0, 2, 3))


def maxout_forward(x, W, b):
    z = np.einsum("ni,iok->nok", x, W) + b
    return z.max(axis=-1), (x, W, z.argmax(axis=-1))


def maxout_backward(dy, cache):
    x, W, winner = cache
    dz = dy[:, :, None] * (np.arange(W.shape[2]) == winner[:, :, None])
    return np.einsum("nok,iok->ni", dz, W), np.einsum("ni,nok->iok", x, dz), dz.sum(axis=0)


def maxout_backward_stub(dy, cache):
    x, W, _ = cache
    return np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[1:])


def large(rng):
    x = rng.normal(size=(3, 4))
    x[1, 2], x[2, 0] = 800, -900
    return (x,)


CLAIMS = [
    *pair(
        "sigmoid",
        "check_layer",
        normals((3, 4)),
        (sigmoid_forward, sigmoid_backward),
        {"at-the-output": (sigmoid_forward, sigmoid_backward_of_output)},
    ),
    *pair(
        "softplus",
        "check_layer",
        large,
        (softplus_forward, softplus_backward),
        {"not-finite": (softplus_forward, softplus_backward_overflowing)},
    ),
    *pair(
        "gelu",
        "check_layer",
        normals((3, 4)),
        (gelu_forward, gelu_backward),
        {"path-left-out": (gelu_forward, gelu_backward_cdf_alone)},
        cause="constant-rounding",
    ),
    *pair(
        "gelu by tanh",
        "check_layer",
        normals((3, 4)),
        (tanh_gelu_forward, tanh_gelu_backward),
        {"unexplained": (tanh_gelu_forward, tanh_gelu_backward_mistyped)},
    ),
    *pair(
        "swish",
        "check_layer",
        lambda rng: (rng.normal(size=(2, 5)), np.array(1.3)),
        (swish_forward, swish_backward),
        {"cotangent-ignored": (swish_forward, swish_backward_alone)},
    ),
    *pair(
        "prelu",
        "check_layer",
        lambda rng: (rng.normal(size=(2, 3, 2, 4)), rng.uniform(0.1, 0.4, 3)),
        (prelu_forward, prelu_backward),
        {"path-left-out": (prelu_forward, prelu_backward_of_relu)},
    ),
    *pair(
        "maxout",
        "check_layer",
        normals((4, 3), (3, 2, 3), (2, 3)),
        (maxout_forward, maxout_backward),
        {"zero": (maxout_forward, maxout_backward_stub)},
    ),
]
