"""Networks from scratch as blogs have them: a params dict, m examples in columns, caches."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import pair


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def logistic_cost(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    return np.squeeze(-1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)))


def logistic_propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    dw = 1 / m * np.dot(X, (A - Y).T)
    db = 1 / m * np.sum(A - Y)
    return dw, db


def logistic_propagate_column(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    dw = 1 / m * np.dot(X, (A - Y).T)
    db = 1 / m * (A - Y)
    return dw, db


def logistic_propagate_upwards(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    dw = 1 / m * np.dot(X, (Y - A).T)
    db = 1 / m * np.sum(Y - A)
    return dw, db


def forward_propagation(parameters, X):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    return sigmoid(Z2), {"Z1": Z1, "A1": A1, "A2": sigmoid(Z2)}


def two_layer_cost(parameters, X, Y):
    A2, _ = forward_propagation(parameters, X)
    m = Y.shape[1]
    return -np.sum(np.log(A2) * Y + np.log(1 - A2) * (1 - Y)) / m


def backward_propagation(parameters, X, Y):
    A2, cache = forward_propagation(parameters, X)
    m = X.shape[1]
    A1 = cache["A1"]
    dZ2 = A2 - Y
    dZ1 = parameters["W2"].T @ dZ2 * (1 - np.power(A1, 2))
    return {
        "W1": dZ1 @ X.T / m,
        "b1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "W2": dZ2 @ A1.T / m,
        "b2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


def backward_propagation_tanh_twice(parameters, X, Y):
    A2, cache = forward_propagation(parameters, X)
    m = X.shape[1]
    A1 = cache["A1"]
    dZ2 = A2 - Y
    dZ1 = parameters["W2"].T @ dZ2 * (1 - np.tanh(A1) ** 2)
    return {
        "W1": dZ1 @ X.T / m,
        "b1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "W2": dZ2 @ A1.T / m,
        "b2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


def backward_propagation_by_layer(parameters, X, Y):
    grads = backward_propagation(parameters, X, Y)
    return {layer: (grads[f"W{layer}"], grads[f"b{layer}"]) for layer in (1, 2)}


def deep_forward(X, params):
    caches, A = [], X
    L = len(params) // 2
    for layer in range(1, L + 1):
        A_prev = A
        Z = np.dot(params[f"W{layer}"], A_prev) + params[f"b{layer}"]
        A = np.maximum(0, Z) if layer < L else Z
        caches.append((A_prev, params[f"W{layer}"], Z))
    return A, caches


def deep_backward(dAL, caches):
    grads, dA = {}, dAL
    for layer in reversed(range(len(caches))):
        A_prev, W, Z = caches[layer]
        dZ = dA * (Z > 0) if layer < len(caches) - 1 else dA
        grads[f"W{layer + 1}"] = np.dot(dZ, A_prev.T)
        grads[f"b{layer + 1}"] = np.sum(dZ, axis=1, keepdims=True)
        dA = np.dot(W.T, dZ)
    return dA, grads


def deep_backward_first_layer_zero(dAL, caches):
    dX, grads = deep_backward(dAL, caches)
    grads["W1"] = np.zeros_like(grads["W1"])
    grads["b1"] = np.zeros_like(grads["b1"])
    return dX, grads


def deep_backward_truncated(dAL, caches):
    dX, grads = deep_backward(dAL, caches)
    return dX, {name: grad for name, grad in grads.items() if name != "b1"}


def points(rng):
    X = rng.normal(size=(3, 7))
    return rng.normal(size=(3, 1)), np.array(0.4), X, (X.sum(0, keepdims=True) > 0).astype(float)


def planar(rng):
    parameters = {
        "W1": rng.normal(size=(4, 2)),
        "b1": rng.normal(size=(4, 1)),
        "W2": rng.normal(size=(1, 4)),
        "b2": rng.normal(size=(1, 1)),
    }
    return parameters, rng.normal(size=(2, 6)), rng.integers(0, 2, (1, 6))


def deep(rng):
    sizes, params = [3, 5, 4, 2], {}
    for k in range(1, 4):
        params[f"W{k}"] = rng.normal(size=(sizes[k], sizes[k - 1]))
        params[f"b{k}"] = rng.normal(size=(sizes[k], 1))
    return rng.normal(size=(3, 6)), params


CLAIMS = [
    *pair(
        "blog logistic regression",
        "check",
        points,
        (logistic_cost, logistic_propagate),
        {
            "not-reduced": (logistic_cost, logistic_propagate_column),
            "sign": (logistic_cost, logistic_propagate_upwards),
        },
        data=2,
    ),
    *pair(
        "blog two-layer network",
        "check",
        planar,
        (two_layer_cost, backward_propagation),
        {
            "at-the-output": (two_layer_cost, backward_propagation_tanh_twice),
            "wrong-structure": (two_layer_cost, backward_propagation_by_layer),
        },
        data=2,
    ),
    *pair(
        "blog deep network",
        "check_layer",
        deep,
        (deep_forward, deep_backward),
        {
            "zero": (deep_forward, deep_backward_first_layer_zero),
            "wrong-structure": (deep_forward, deep_backward_truncated),
        },
    ),
]
