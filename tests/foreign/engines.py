"""Small automatic differentiation engines: of scalars, and of arrays in single precision."""

import math

import numpy as np

from foreign import Pair, randn


class Value:
    """A number that remembers where it came from."""

    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        """a + b."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        """a b."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, other):
        """a to a constant."""
        assert isinstance(other, int | float), "only supporting int/float powers for now"
        out = Value(self.data**other, (self,))

        def _backward():
            self.grad += (other * self.data ** (other - 1)) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        """Max of 0 and a."""
        out = Value(max(0, self.data), (self,), "ReLU")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        """By math.exp."""
        e = math.exp(2 * self.data)
        t = (e - 1) / (e + 1)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        """In reversed topological order."""
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()

    __radd__, __rmul__ = __add__, __mul__


def neuron(w, x):
    """A tiny network of Values, from arrays."""
    W = [[Value(v) for v in row] for row in w]
    hidden = [sum((wi * xi for wi, xi in zip(row, x, strict=True)), Value(0.1)) for row in W]
    out = hidden[0].tanh() * hidden[1].relu() + (hidden[2] ** 2 + 1.0) ** -0.5
    return W, (out + -0.7) ** 2


def neuron_loss(w, x):
    """The number."""
    return neuron(w, x)[1].data


def neuron_gradient(w, x):
    """The grads, gathered into an array."""
    W, out = neuron(w, x)
    out.backward()
    return (np.array([[v.grad for v in row] for row in W]),)


class Tensor:
    """An array in single precision, on a tape."""

    tape = []  # noqa: RUF012

    def __init__(self, data):
        self.data = np.array(data, dtype=np.float32)
        self.grad = np.zeros(self.data.shape, dtype=np.float32)

    def apply(self, data, *pullbacks):
        """A result with what it owes to its inputs."""
        out = Tensor(data)
        Tensor.tape.append((out, pullbacks))
        return out

    def matmul(self, other):
        """A product of matrices."""
        return self.apply(
            self.data @ other.data,
            (self, lambda g: g @ other.data.T),
            (other, lambda g: self.data.T @ g),
        )

    def gelu(self):
        """The tanh approximation, in constants of single precision."""
        c, a, x = np.float32(math.sqrt(2 / math.pi)), np.float32(0.044715), self.data
        th = np.tanh(c * (x + a * x**3))
        slope = 0.5 * (1 + th) + 0.5 * x * (1 - th**2) * c * (1 + 3 * a * x**2)
        return self.apply(0.5 * x * (1 + th), (self, lambda g: (g * slope).astype("float32")))

    def sum(self):
        """To a number."""
        return self.apply(self.data.sum(), (self, lambda g: g * np.ones_like(self.data)))


def taped(x, w):
    """Both results of one pass; the tape is a class attribute."""
    Tensor.tape.clear()
    X, Wt = Tensor(x), Tensor(w)
    loss = X.matmul(Wt).gelu().sum()
    loss.grad = np.float32(1.0)
    for out, pullbacks in reversed(Tensor.tape):
        for tensor, pullback in pullbacks:
            tensor.grad += pullback(out.grad)
    return loss.data.item(), (X.grad, Wt.grad)


def taped_loss(x, w):
    """The first."""
    return taped(x, w)[0]


def taped_gradient(x, w):
    """The second."""
    return taped(x, w)[1]


PAIRS = [
    Pair("scalar engine", neuron_loss, neuron_gradient, (randn(3, 4), [0.5, -1.0, 2.0, 1])),
    Pair("float32 tape", taped_loss, taped_gradient, (randn(3, 4), randn(4, 2))),
]
