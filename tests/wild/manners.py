"""Backward passes with manners: what they write to, share, remember and do to the cotangent."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair


def relu_forward(x):
    y = np.maximum(x, 0)
    return y, x


def relu_backward(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


def relu_forward_in_place(x):
    x[x < 0] = 0
    return x.copy(), x


def relu_backward_guided(dy, x):
    return np.maximum(dy, 0) * (x > 0)


def relu_backward_of_cotangent(dy, _):
    dx = dy.copy()
    dx[dy <= 0] = 0
    return dx


def relu_backward_mask_alone(dy, x):
    dx = np.ones_like(x)
    dx[x <= 0] = 0
    return dx


def linear_forward(x, W):
    return x @ W, (x, W)


def linear_backward(dy, cache):
    x, W = cache
    return dy @ W.T, x.T @ dy


def linear_backward_with_decay(dy, cache):
    x, W = cache
    return dy @ W.T, x.T @ dy + 0.01 * W


def linear_backward_of_large(dy, cache):
    x, W = cache
    dy = np.where(np.abs(dy) < 0.5, 0, dy)
    return dy @ W.T, x.T @ dy


def crossentropy_forward(z, y):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return -np.log(p[range(len(y)), y]), {"p": p, "y": y}


def crossentropy_backward(dl, cache):
    dz = cache["p"].copy()
    dz[range(len(dz)), cache["y"]] -= 1
    return dz * dl[:, None]


def crossentropy_backward_in_cache(dl, cache):
    dz = cache["p"]
    dz[range(len(dz)), cache["y"]] -= 1
    return dz * dl[:, None]


def scaled_tanh_forward(x, scale):
    t = np.tanh(x)
    return scale * t, {"t": t, "scale": scale, "slope": 1 - t**2}


def scaled_tanh_backward(dy, cache):
    return dy * cache["scale"] * cache["slope"], np.sum(dy * cache["t"], axis=0)


def scaled_tanh_backward_buffered(dy, cache):
    dx = cache["slope"]
    dx *= dy * cache["scale"]
    return dx, np.sum(dy * cache["t"], axis=0)


def add_forward(a, b):
    return a + b, None


def add_backward(dy, _):
    return dy.copy(), dy.copy()


def add_forward_in_place(a, b):
    a += b
    return a.copy(), None


def flatten_forward(x):
    return x.reshape(len(x), -1).copy(), x.shape


def flatten_forward_if_needed(x):
    return x if x.ndim == 2 else x.reshape(len(x), -1), x.shape


def flatten_backward(dy, shape):
    return dy.reshape(shape).copy()


def eval_dropout_forward(x):
    return x * 1.0, None


def eval_dropout_forward_identity(x):
    return x, None


def eval_dropout_backward(dy, _):
    return dy.copy()


def spread_loss(x):
    return np.sum((x - x.mean(axis=0)) ** 4)


def spread_loss_in_place(x):
    x -= x.mean(axis=0)
    return np.sum(x**4)


def spread_grad(x):
    g = 4 * (x - x.mean(axis=0)) ** 3
    return g - g.mean(axis=0)


CLAIMS = [
    *pair(
        "relu",
        "check_layer",
        normals((3, 5)),
        (relu_forward, relu_backward),
        {
            "input-changed": (relu_forward_in_place, relu_backward),
            "clipped": (relu_forward, relu_backward_guided),
            "not-linear": (relu_forward, relu_backward_of_cotangent),
            "cotangent-ignored": (relu_forward, relu_backward_mask_alone),
        },
    ),
    *pair(
        "linear layer",
        "check_layer",
        normals((5, 3), (3, 4)),
        (linear_forward, linear_backward),
        {
            "regulariser": (linear_forward, linear_backward_with_decay),
            "not-linear": (linear_forward, linear_backward_of_large),
        },
    ),
    *pair(
        "cross-entropy by sample",
        "check_layer",
        lambda rng: (rng.normal(size=(5, 3)), rng.integers(0, 3, 5)),
        (crossentropy_forward, crossentropy_backward),
        {"cache-changed": (crossentropy_forward, crossentropy_backward_in_cache)},
        data=1,
    ),
    *pair(
        "scaled tanh",
        "check_layer",
        normals((3, 4), 4),
        (scaled_tanh_forward, scaled_tanh_backward),
        {"cache-changed": (scaled_tanh_forward, scaled_tanh_backward_buffered)},
    ),
    *pair(
        "addition",
        "check_layer",
        normals((2, 3), (2, 3)),
        (add_forward, add_backward),
        {"input-changed": (add_forward_in_place, add_backward)},
    ),
    *pair(
        "flattening",
        "check_layer",
        normals((3, 4)),
        (flatten_forward, flatten_backward),
        {"aliased": (flatten_forward_if_needed, flatten_backward)},
    ),
    *pair(
        "dropout when evaluated",
        "check_layer",
        normals((3, 4)),
        (eval_dropout_forward, eval_dropout_backward),
        {"aliased": (eval_dropout_forward_identity, eval_dropout_backward)},
    ),
    *pair(
        "fourth moment",
        "check",
        normals((5, 3)),
        (spread_loss, spread_grad),
        {"input-changed": (spread_loss_in_place, spread_grad)},
    ),
]
