"""Code in float32: engines that know nothing else, buffers that lose digits, numbers too large."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, D103

import numpy as np

from wild.claim import pair


class Network32:
    def __init__(self, params):
        self.params = {name: np.asarray(p, dtype=np.float32) for name, p in params.items()}

    def loss(self, X, Y):
        self.h = np.tanh(X.astype(np.float32) @ self.params["W1"] + self.params["b1"])
        self.r = self.h @ self.params["W2"] - Y.astype(np.float32)
        return np.mean(self.r**2)

    def grads(self, X, Y):
        self.loss(X, Y)
        dr = 2 * self.r / np.float32(self.r.size)
        dz = dr @ self.params["W2"].T * (1 - self.h**2)
        return {
            "W1": X.astype(np.float32).T @ dz,
            "b1": dz.sum(axis=0),
            "W2": self.h.T @ dr,
        }


class BatchMeanNetwork32(Network32):
    def grads(self, X, Y):
        grads = super().grads(X, Y)
        return {name: g * np.float32(self.r.shape[1]) for name, g in grads.items()}


def network(kind):
    return (lambda params, X, Y: kind(params).loss(X, Y)), (
        lambda params, X, Y: kind(params).grads(X, Y)
    )


def bilinear_forward(x, A, y):
    return np.einsum("ni,ij,nj->n", x, A, y), (x, A, y)


def bilinear_backward(d, cache):
    x, A, y = cache
    dA = np.zeros(A.shape, dtype=A.dtype)
    for n in range(len(d)):
        dA += d[n] * np.outer(x[n], y[n])
    return d[:, None] * (y @ A.T), dA, d[:, None] * (x @ A)


def bilinear_backward_buffer32(d, cache):
    x, A, y = cache
    dA = np.zeros(A.shape, dtype=np.float32)
    for n in range(len(d)):
        dA += (d[n] * np.outer(x[n], y[n])).astype(np.float32)
    return d[:, None] * (y @ A.T), dA, d[:, None] * (x @ A)


def gram_loss(X):
    return np.sum((X.T @ X) ** 2) / len(X)


def gram_grad(X):
    return 4 * X @ (X.T @ X) / len(X)


def gram_grad_through_float32(X):
    gram = (X.T @ X).astype("float32")
    return 4 * X @ gram / len(X)


def norm(x):
    top = np.max(np.abs(x))
    return top * np.sqrt(np.sum((x / top) ** 2))


def norm_grad(x):
    return x / norm(x)


def norm_plain(x):
    return np.sqrt(np.sum(x * x))


def norm_plain_grad(x):
    return x / np.sqrt(np.sum(x * x))


def partition(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def partition_grad(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def partition_grad_plain(x):
    return np.exp(x) / np.sum(np.exp(x))


def float32(draw):
    return lambda rng: tuple(np.asarray(x, dtype=np.float32) for x in draw(rng))


def weights32(rng):
    def normal(*shape):
        return rng.normal(size=shape).astype(np.float32)

    params = {"W1": normal(3, 4), "b1": normal(4), "W2": normal(4, 2)}
    return params, normal(5, 3), normal(5, 2)


CLAIMS = [
    *pair(
        "float32 network",
        "check",
        weights32,
        network(Network32),
        {"factor": network(BatchMeanNetwork32)},
        data=2,
    ),
    *pair(
        "bilinear form",
        "check_layer",
        lambda rng: (rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(5, 4))),
        (bilinear_forward, bilinear_backward),
        {"imprecise": (bilinear_forward, bilinear_backward_buffer32)},
    ),
    *pair(
        "gram matrix",
        "check",
        lambda rng: (rng.normal(size=(6, 3)),),
        (gram_loss, gram_grad),
        {"imprecise": (gram_loss, gram_grad_through_float32)},
    ),
    *pair(
        "norm of large numbers",
        "check",
        float32(lambda rng: (rng.normal(size=5) * 1e20,)),
        (norm, norm_grad),
        {"one-dtype": (norm_plain, norm_plain_grad)},
    ),
    *pair(
        "partition function",
        "check",
        float32(lambda rng: (rng.normal(100, 2, 6),)),
        (partition, partition_grad),
        {"one-dtype": (partition, partition_grad_plain)},
    ),
]
