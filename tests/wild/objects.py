"""Layers as classes that keep what backward needs, and gradients, in themselves."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, D103

import numpy as np

from wild.claim import normals, pair


class Dense:
    def forward(self, X, W, b):
        self.X, self.W = X, W
        return X @ W + b

    def backward(self, grad):
        self.dW = self.X.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T, self.dW, self.db


class AccumulatingDense(Dense):
    dW = db = 0

    def backward(self, grad):
        self.dW = self.dW + self.X.T @ grad
        self.db = self.db + grad.sum(axis=0)
        return grad @ self.W.T, self.dW, self.db


class UnrememberingDense(Dense):
    def backward(self, grad):
        self.dW = self.inputs.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T, self.dW, self.db


class ReturnlessDense(Dense):
    def backward(self, grad):
        self.dW = self.X.T @ grad
        self.db = grad.sum(axis=0)
        self.dX = grad @ self.W.T


class Softmax:
    def forward(self, X):
        e = np.exp(X - X.max(axis=-1, keepdims=True))
        self.Y = e / e.sum(axis=-1, keepdims=True)
        return self.Y

    def backward(self, dLdy):
        dX = []
        for y, dy in zip(self.Y, dLdy, strict=True):
            jacobian = np.diag(y) - np.outer(y, y)
            dX.append(jacobian @ dy)
        return np.array(dX)


class ElementwiseSoftmax(Softmax):
    def backward(self, dLdy):
        return dLdy * self.Y * (1 - self.Y)


class ColumnSoftmax(Softmax):
    def backward(self, dLdy):
        return self.Y * (dLdy - (dLdy * self.Y).sum(axis=0, keepdims=True))


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y**2)


class UnfedTanh(Tanh):
    def backward(self, grad):
        return 1 - self.y**2


class TiedAutoencoder:
    def forward(self, x, W):
        self.x, self.W = x, W
        self.h = np.tanh(x @ W)
        return self.h @ W.T

    def backward(self, grad):
        dh = grad @ self.W * (1 - self.h**2)
        dW = grad.T @ self.h
        dW += self.x.T @ dh
        return dh @ self.W.T, dW


class OverwrittenAutoencoder(TiedAutoencoder):
    def backward(self, grad):
        dh = grad @ self.W * (1 - self.h**2)
        self.dW = grad.T @ self.h
        self.dW = self.x.T @ dh
        return dh @ self.W.T, self.dW


class Centre:
    def forward(self, x):
        return x - x.mean(axis=0)

    def backward(self, grad):
        return grad - grad.mean(axis=0)


class MomentumCentre(Centre):
    velocity = 0.0

    def backward(self, grad):
        self.velocity = 0.9 * self.velocity + grad - grad.mean(axis=0)
        return self.velocity


def layer(kind):
    def make():
        module = kind()
        return (lambda *inputs: (module.forward(*inputs), None)), (
            lambda grad, cache: module.backward(grad)
        )

    return make


CLAIMS = [
    *pair(
        "dense class",
        "check_layer",
        normals((5, 3), (3, 4), 4),
        layer(Dense),
        {
            "state": layer(AccumulatingDense),
            "raises": layer(UnrememberingDense),
            "none": layer(ReturnlessDense),
        },
    ),
    *pair(
        "softmax class",
        "check_layer",
        normals((3, 5)),
        layer(Softmax),
        {"diagonal": layer(ElementwiseSoftmax), "wrong-axis": layer(ColumnSoftmax)},
    ),
    *pair(
        "tanh class",
        "check_layer",
        normals((2, 6)),
        layer(Tanh),
        {"cotangent-ignored": layer(UnfedTanh)},
    ),
    *pair(
        "tied autoencoder",
        "check_layer",
        normals((5, 4), (4, 3)),
        layer(TiedAutoencoder),
        {"path-left-out": layer(OverwrittenAutoencoder)},
    ),
    *pair(
        "centring class",
        "check_layer",
        normals((5, 3)),
        layer(Centre),
        {"state": layer(MomentumCentre)},
    ),
]
