"""Right gradients of small functions: layers, losses, lookups."""

from typing import Any

import numpy as np
from planted import Function, Tensors, normal


def dense(n: int, i: int, o: int) -> Function:
    """y = x W^T + b."""
    return Function(
        lambda p, dy: {"x": dy @ p["W"], "W": dy.T @ p["x"], "b": dy.sum(axis=0)},
        lambda rng: {
            "x": rng.standard_normal((n, i)),
            "W": rng.standard_normal((o, i)),
            "b": rng.standard_normal(o),
        },
        (n, o),
        forward=lambda p: p["x"] @ p["W"].T + p["b"],
    )


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    """e^x / sum e^x along the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_gradient(p: Tensors, dy: Any) -> Tensors:
    """P (dy - sum P dy)."""
    P = softmax(p["x"])
    return {"x": P * (dy - (P * dy).sum(axis=-1, keepdims=True))}


def embedding_gradient(p: Tensors, dy: Any) -> Tensors:
    """Rows of dy added up by their ids."""
    dE = np.zeros_like(p["E"])
    np.add.at(dE, p["ids"], dy)
    return {"E": dE}


def lookup_loss_gradient(p: Tensors, dy: Any) -> Tensors:
    """sum of c E[ids]^2 / 2, without a cotangent."""
    dE = np.zeros_like(p["E"])
    np.add.at(dE, p["ids"], p["c"][:, None] * p["E"][p["ids"]])
    return {"E": dE}


def windows_gradient(p: Tensors, dy: Any) -> Tensors:
    """y_kc = sum_w x_(2k+w) w_wc: windows of 3 at a stride of 2."""
    dx = np.zeros_like(p["x"])
    for k in range(len(dy)):
        dx[2 * k : 2 * k + 3] += p["w"] @ dy[k]
    return {"x": dx}


def ridge_gradient(p: Tensors, dy: Any) -> Tensors:
    """|x W - t|^2 / 2 + lam |W|^2 / 2."""
    return {"W": p["x"].T @ (p["x"] @ p["W"] - p["t"]) + p["lam"] * p["W"]}


DENSE = dense(5, 3, 4)
SQUARE = dense(4, 4, 4)
SOFTMAX = Function(softmax_gradient, normal((3, 4)), (3, 4), forward=lambda p: softmax(p["x"]))
CENTRED = Function(
    lambda p, dy: {"x": dy - dy.mean(axis=1, keepdims=True)}, normal((3, 4)), (3, 4),
    forward=lambda p: p["x"] - p["x"].mean(axis=1, keepdims=True),
)  # fmt: skip
SIGMOID = Function(
    lambda p, dy: {"x": dy * sigmoid(p["x"]) * sigmoid(-p["x"])}, normal((6, 4)), (6, 4)
)
TANH = Function(lambda p, dy: {"x": dy * (1 - np.tanh(p["x"]) ** 2)}, normal((6, 4)), (6, 4))
RELU = Function(
    lambda p, dy: {"x": dy * (p["x"] > 0)}, normal((6, 8)), (6, 8),
    forward=lambda p: np.maximum(p["x"], 0),
)  # fmt: skip
CLAMP = Function(
    lambda p, dy: {"x": dy * (abs(p["x"]) < 1)}, normal((6, 8)), (6, 8),
    forward=lambda p: np.clip(p["x"], -1, 1),
)  # fmt: skip
LOG = Function(
    lambda p, dy: {"x": dy / (p["x"] + 1e-3)},
    lambda rng: {"x": rng.uniform(0.01, 2, (6, 4))},
    (6, 4),
    forward=lambda p: np.log(p["x"] + 1e-3),
)
PRODUCT = Function(
    lambda p, dy: {"a": dy * p["b"], "b": dy * p["a"]},
    lambda rng: {"a": rng.standard_normal((4, 3)), "b": rng.standard_normal((4, 3))},
    (4, 3),
)
SCALE = Function(
    lambda p, dy: {"x": dy * p["gamma"], "gamma": (dy * p["x"]).sum(axis=0)},
    lambda rng: {"x": rng.standard_normal((6, 4)), "gamma": rng.uniform(1, 2, 4)},
    (6, 4),
    forward=lambda p: p["x"] * p["gamma"],
)
DROPOUT = Function(
    lambda p, dy: {"x": dy * p["mask"] / (1 - p["p"])},
    lambda rng: {"x": rng.standard_normal((6, 5)), "mask": rng.random((6, 5)) > 0.3, "p": 0.3},
    (6, 5),
)
RESIDUAL = Function(
    lambda p, dy: {"x": dy + dy * (1 - np.tanh(p["x"]) ** 2)},
    normal((6, 4)),
    (6, 4),
    forward=lambda p: p["x"] + np.tanh(p["x"]),
)
EMBEDDING = Function(
    embedding_gradient,
    lambda rng: {"E": rng.standard_normal((6, 3)), "ids": np.array([0, 2, 2, 5, 1, 1, 4])},
    (7, 3),
    forward=lambda p: p["E"][p["ids"]],
)
LOOKUP = Function(
    lookup_loss_gradient,
    lambda rng: {
        "E": rng.standard_normal((6, 3)),
        "ids": np.array([0, 2, 2, 5, 1, 1, 4]),
        "c": rng.uniform(1, 2, 7),
    },
    forward=lambda p: (p["c"][:, None] * p["E"][p["ids"]] ** 2).sum() / 2,
)
WINDOWS = Function(
    windows_gradient,
    lambda rng: {"x": rng.standard_normal(9), "w": rng.standard_normal((3, 2))},
    (4, 2),
    forward=lambda p: np.stack([p["x"][2 * k : 2 * k + 3] @ p["w"] for k in range(4)]),
)
RIDGE = Function(
    ridge_gradient,
    lambda rng: {
        "W": rng.standard_normal((4, 3)),
        "x": rng.standard_normal((7, 4)),
        "t": rng.standard_normal((7, 3)),
        "lam": 0.05,
    },
    forward=lambda p: (
        ((p["x"] @ p["W"] - p["t"]) ** 2).sum() / 2 + p["lam"] * (p["W"] ** 2).sum() / 2
    ),
)
FUNCTIONS = {name: f for name, f in globals().items() if isinstance(f, Function) and name.isupper()}
"""Every right function, by its name here."""
