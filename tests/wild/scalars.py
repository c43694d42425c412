"""A scalar autograd engine and a network of its values, looped over samples and inputs."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, D103

import numpy as np

from wild.claim import pair


class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self.children = data, 0.0, children

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def tanh(self):
        t = np.tanh(self.data)
        return Value(t, ((self, 1 - t * t),))

    def sorted(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for child, _ in v.children:
                    visit(child)
                order.append(v)

        visit(self)
        return order[::-1]

    def backward(self):
        self.grad = 1.0
        for v in self.sorted():
            for child, slope in v.children:
                child.grad = child.grad + slope * v.grad


class ForgetfulValue(Value):
    def backward(self):
        self.grad = 1.0
        for v in self.sorted():
            for child, slope in v.children:
                child.grad = slope * v.grad


class QueueingValue(Value):
    def backward(self):
        self.grad, queue = 1.0, [self]
        while queue:
            v = queue[0]
            for child, slope in v.children:
                child.grad = child.grad + slope * v.grad


def neurons(W, v, X, targets):
    w = [[Value(x) for x in row] for row in W]
    out, total = [Value(x) for x in v], Value(0.0)
    for x, target in zip(X, targets, strict=True):
        y = Value(-target)
        for row, o in zip(w, out, strict=True):
            z = Value(0.0)
            for wi, xi in zip(row, x, strict=True):
                z = z + wi * Value(xi)
            y = y + z.tanh() * o
        total = total + y * y
    return total, w, out


def engine(kind):
    def loss(W, v, X, targets):
        return neurons(W, v, X, targets)[0].data

    def gradient(W, v, X, targets):
        total, w, out = neurons(W, v, X, targets)
        last = kind(total.data, total.children)
        last.backward()
        return np.array([[x.grad for x in row] for row in w]), np.array([x.grad for x in out])

    return loss, gradient


def pixel_loops(x, w):
    H, W, kernel = *x.shape, len(w)
    y = np.zeros((H - kernel + 1, W - kernel + 1))
    for i in range(H - kernel + 1):
        for j in range(W - kernel + 1):
            for a in range(kernel):
                for b in range(kernel):
                    y[i][j] += x[i + a][j + b] * w[a][b]
    return y, (x, w)


def pixel_loops_backward(dy, cache):
    x, w = cache
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            for a in range(len(w)):
                for b in range(len(w)):
                    dx[i + a][j + b] += dy[i][j] * w[a][b]
                    dw[a][b] += dy[i][j] * x[i + a][j + b]
    return dx, dw


def pixel_loops_backward_crossed(dy, cache):
    x, w = cache
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            for a in range(len(w)):
                for b in range(len(w)):
                    dx[i + a][j + b] += dy[i][j] * w[b][a]
                    dw[b][a] += dy[i][j] * x[i + a][j + b]
    return dx, dw


def neuron_weights(rng):
    X = rng.normal(size=(4, 2))
    return rng.normal(size=(3, 2)), rng.normal(size=3), X, X[:, 0] - X[:, 1]


CLAIMS = [
    *pair(
        "scalar engine",
        "check",
        neuron_weights,
        engine(Value),
        {"assigned": engine(ForgetfulValue), "hangs": engine(QueueingValue)},
        data=2,
    ),
    *pair(
        "convolution of pixels",
        "check_layer",
        lambda rng: (rng.normal(size=(5, 4)), rng.normal(size=(3, 3))),
        (pixel_loops, pixel_loops_backward),
        {"transposed": (pixel_loops, pixel_loops_backward_crossed)},
    ),
]
