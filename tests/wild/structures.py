"""Gates, shortcuts, reparametrised weights and scales; a regularised net of nested parameters."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import normals, pair


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def highway(x, Wt, Wh):
    t, h = sigmoid(x @ Wt), np.tanh(x @ Wh)

    def pullback(dy):
        dt = dy * (h - x) * t * (1 - t)
        dh = dy * t * (1 - h * h)
        return dy * (1 - t) + dt @ Wt.T + dh @ Wh.T, x.T @ dt, x.T @ dh

    return t * h + (1 - t) * x, pullback


def highway_no_carry(x, Wt, Wh):
    t, h = sigmoid(x @ Wt), np.tanh(x @ Wh)

    def pullback(dy):
        dt = dy * (h - x) * t * (1 - t)
        dh = dy * t * (1 - h * h)
        return dt @ Wt.T + dh @ Wh.T, x.T @ dt, x.T @ dh

    return t * h + (1 - t) * x, pullback


def residual_forward(x, W1, W2):
    h = np.maximum(x @ W1, 0)
    return x + h @ W2, (x, W1, W2, h)


def residual_backward(dy, cache):
    x, W1, W2, h = cache
    dh = (dy @ W2.T) * (h > 0)
    return dy + dh @ W1.T, x.T @ dh, h.T @ dy


def residual_backward_skip_twice(dy, cache):
    x, W1, W2, h = cache
    dh = (dy @ W2.T) * (h > 0)
    dx = dh @ W1.T + dy
    dx += dy
    return dx, x.T @ dh, h.T @ dy


def residual_forward_in_place(x, W1, W2):
    before, h = x.copy(), np.maximum(x @ W1, 0)
    x += h @ W2
    return x.copy(), (before, W1, W2, h)


def weight_norm_forward(x, v, g):
    norm = np.sqrt((v * v).sum(axis=0))
    w = g * v / norm
    return x @ w, (x, v, g, norm, w)


def weight_norm_backward(dy, cache):
    x, v, g, norm, w = cache
    dw = x.T @ dy
    dg = (dw * v).sum(axis=0) / norm
    dv = g / norm * dw - g * dg / norm**2 * v
    return dy @ w.T, dv, dg


def weight_norm_backward_fixed_norm(dy, cache):
    x, v, g, norm, w = cache
    dw = x.T @ dy
    return dy @ w.T, g / norm * dw, (dw * v).sum(axis=0) / norm


def layer_scale_forward(x, scale):
    return x * scale, (x, scale)


def layer_scale_backward(dy, cache):
    x, scale = cache
    return dy * scale, (dy * x).sum(axis=(0, 1))


def layer_scale_backward_kept(dy, cache):
    x, scale = cache
    return dy * scale, dy * x


def net_outputs(layers, X):
    activations = [X]
    for W, b in layers:
        activations.append(np.tanh(activations[-1] @ W + b))
    return activations


def net_cost(layers, X, Y, lam):
    decay = sum(np.sum(W**2) for W, _ in layers)
    return np.sum((net_outputs(layers, X)[-1] - Y) ** 2) + lam * decay


def net_gradient(layers, X, Y, lam):
    outs, grads = net_outputs(layers, X), []
    delta = 2 * (outs[-1] - Y)
    for k in reversed(range(len(layers))):
        delta = delta * (1 - outs[k + 1] ** 2)
        grads.insert(0, (outs[k].T @ delta + 2 * lam * layers[k][0], delta.sum(axis=0)))
        delta = delta @ layers[k][0].T
    return grads


def net_gradient_weights_only(layers, X, Y, lam):
    return [(dW, None) for dW, _ in net_gradient(layers, X, Y, lam)]


def net_gradient_half_decay(layers, X, Y, lam):
    grads = net_gradient(layers, X, Y, lam)
    return [(dW - lam * W, db) for (dW, db), (W, _) in zip(grads, layers, strict=True)]


def nested(rng):
    def layer(i, o):
        return rng.normal(size=(i, o)), rng.normal(size=o)

    return [layer(3, 4), layer(4, 2)], rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), 0.2


CLAIMS = [
    *pair(
        "highway layer",
        "check_layer",
        normals((3, 4), (4, 4), (4, 4)),
        (highway, None),
        {"path-left-out": (highway_no_carry, None)},
    ),
    *pair(
        "residual block",
        "check_layer",
        normals((3, 4), (4, 5), (5, 4)),
        (residual_forward, residual_backward),
        {
            "counted-twice": (residual_forward, residual_backward_skip_twice),
            "input-changed": (residual_forward_in_place, residual_backward),
        },
    ),
    *pair(
        "weight norm",
        "check_layer",
        normals((5, 3), (3, 2), 2),
        (weight_norm_forward, weight_norm_backward),
        {"path-left-out": (weight_norm_forward, weight_norm_backward_fixed_norm)},
    ),
    *pair(
        "layer scale",
        "check_layer",
        normals((2, 3, 4), 4),
        (layer_scale_forward, layer_scale_backward),
        {"not-reduced": (layer_scale_forward, layer_scale_backward_kept)},
    ),
    *pair(
        "regularised net",
        "check",
        nested,
        (net_cost, net_gradient),
        {
            "none": (net_cost, net_gradient_weights_only),
            "regulariser": (net_cost, net_gradient_half_decay),
        },
        data=3,
    ),
]
