"""Networks of layer objects with caches, parameters and accumulated gradients of their own."""

import math

import numpy as np

from foreign import Pair, randn


class Layer:
    """What the others have in common."""

    trainable = True

    def __init__(self):
        self.params, self.grads, self.cache = {}, {}, []

    def zero_grad(self):
        """Forget the gradients, in place."""
        for g in self.grads.values():
            g[...] = 0


class Linear(Layer):
    """Accumulates into arrays made in the constructor."""

    def __init__(self, n_in, n_out):
        super().__init__()
        b = math.sqrt(6.0 / (n_in + n_out))
        self.params["W"] = np.clip(randn(n_in, n_out), -b, b).astype(np.float32)
        self.params["b"] = np.zeros((1, n_out), dtype=np.float32)
        self.grads = {k: np.zeros_like(v) for k, v in self.params.items()}

    def forward(self, x):
        """Keep x for later."""
        self.cache.append(x)
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dy):
        """Take x from the cache again."""
        x = self.cache.pop()
        self.grads["W"] += x.T @ dy
        self.grads["b"] += dy.sum(axis=0, keepdims=True)
        return dy @ self.params["W"].T


class LeakyReLU(Layer):
    """Writes into a copy of its input."""

    def forward(self, x):
        """Scale the negative part in place."""
        out = x.copy()
        self.mask = x < 0
        out[self.mask] *= 0.01
        return out

    def backward(self, dy):
        """A gradient made of ones."""
        dx = np.ones_like(dy)
        dx[self.mask] = 0.01
        return dx * dy


class BatchNorm(Layer):
    """Keeps running statistics as well."""

    def __init__(self, n, eps=1e-5):
        super().__init__()
        self.gamma, self.beta = np.linspace(0.5, 1.5, n), np.zeros(n)
        self.eps = eps
        self.running_mean, self.running_var = np.zeros(n), np.ones(n)
        self.dgamma = self.dbeta = None

    def forward(self, x):
        """In training mode."""
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.running_mean = 0.9 * self.running_mean + 0.1 * mu
        self.running_var[:] = 0.9 * self.running_var + 0.1 * var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dy):
        """The compact formula."""
        N = dy.shape[0]
        self.dgamma, self.dbeta = np.sum(dy * self.xhat, axis=0), np.sum(dy, axis=0)
        return self.gamma / (N * self.std) * (N * dy - self.dbeta - self.xhat * self.dgamma)


class Dropout(Layer):
    """Inverted dropout; the mask is drawn anew from a seed."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        """Zero and scale."""
        rng = np.random.RandomState(1)
        self.mask = (rng.rand(*x.shape) > self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dy):
        """The same mask."""
        return dy * self.mask


class LayerNorm(Layer):
    """Normalises rows, with std and keepdims."""

    def forward(self, x):
        """Over the last axis."""
        self.s = x.std(-1, keepdims=True)
        self.n = (x - x.mean(-1, keepdims=True)) / self.s
        return self.n

    def backward(self, dy):
        """Two projections."""
        m = np.mean(dy, axis=-1, keepdims=True)
        return (dy - m - self.n * (dy * self.n).mean(-1, keepdims=True)) / self.s


class Sequential:
    """Layers one after the other, and a squared error at the end."""

    def __init__(self, *layers):
        self.layers = list(layers)

    def loss(self, x, t):
        """Mean of squares, as a Python number."""
        for layer in self.layers:
            x = layer.forward(x)
        self.diff = x - t
        return float(np.mean(np.square(self.diff)))

    def input_gradient(self, x, t):
        """By the input."""
        for layer in self.layers:
            layer.zero_grad()
        self.loss(x, t)
        d = 2 * self.diff / self.diff.size
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return (d,)


def weights_of(net, k):
    """The loss and gradient as functions of one layer's weights, put in place and taken out."""

    def loss(W, x, t):
        net.layers[k].params["W"] = W
        return net.loss(x, t)

    def gradient(W, x, t):
        net.layers[k].params["W"] = W
        net.input_gradient(x, t)
        return (net.layers[k].grads["W"],)

    return loss, gradient


relu_net = Sequential(Linear(4, 5), LeakyReLU(), Linear(5, 3))
norm_net = Sequential(Linear(4, 5), BatchNorm(5), LeakyReLU(), Dropout(0.4), Linear(5, 3))
row_net = Sequential(Linear(4, 5), LayerNorm(), Linear(5, 3))
x, t = randn(6, 4), randn(6, 3)
PAIRS = [
    Pair("objects, input", relu_net.loss, relu_net.input_gradient, (x, t)),
    Pair("batch norm, dropout", norm_net.loss, norm_net.input_gradient, (x, t)),
    Pair("layer norm", row_net.loss, row_net.input_gradient, (x, t)),
    Pair("objects, weights", *weights_of(relu_net, 0), (0.1 * randn(4, 5), x, t)),
]
