"""Right gradients of chains of operations, with their forward passes."""

from typing import Any

import numpy as np
from planted import Function, Tensors, normal
from right_functions import softmax


def norm(x: Any) -> Any:
    """|x| row by row."""
    return np.sqrt((x * x).sum(axis=1, keepdims=True))


def unit_gradient(p: Tensors, dy: Any) -> Tensors:
    """(dy - y <y, dy>) / |x|."""
    y = p["x"] / norm(p["x"])
    return {"x": (dy - y * (y * dy).sum(axis=1, keepdims=True)) / norm(p["x"])}


def standard(p: Tensors) -> Any:
    """(x - mean) / std over the rows."""
    centred = p["x"] - p["x"].mean(axis=0)
    return centred / np.sqrt((centred * centred).mean(axis=0))


def standard_gradient(p: Tensors, dy: Any, axis: int = 0) -> Tensors:
    """(dy - mean dy - y mean y dy) / std."""
    y, std = standard(p), np.sqrt(p["x"].var(axis=0))
    mean, along = dy.mean(axis=axis, keepdims=True), (dy * y).mean(axis=axis, keepdims=True)
    return {"x": (dy - mean - y * along) / std}


def net_gradient(p: Tensors, dy: Any, slope: Any = lambda h: 1 - h * h) -> Tensors:
    """Of tanh(x W) V."""
    h = np.tanh(p["x"] @ p["W"])
    dz = dy @ p["V"].T * slope(h)
    return {"x": dz @ p["W"].T, "W": p["x"].T @ dz, "V": h.T @ dy}


def gate_gradient(p: Tensors, dy: Any, by_gate: float = 1, by_rest: float = 1) -> Tensors:
    """Of t tanh(x) + (1 - t) x with t = sin(x)."""
    x = p["x"]
    t, h, dt = np.sin(x), np.tanh(x), np.cos(x)
    kept = (1 - t) * by_rest
    return {"x": dy * (h * dt - x * dt * by_gate + t * (1 - h * h) + kept)}


def two_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of tanh(x) and x^2."""
    return {"x": dy[0] * (1 - np.tanh(p["x"]) ** 2) + 2 * dy[1] * p["x"]}


def heads(p: Tensors) -> Any:
    """Two heads of two, each times M, side by side again."""
    x = p["x"].reshape(2, 3, 2, 2).transpose(0, 2, 1, 3) @ p["M"]
    return x.transpose(0, 2, 1, 3).reshape(2, 3, 4)


def heads_gradient(p: Tensors, dy: Any, split: Any = None) -> Tensors:
    """Of x alone."""
    d = dy.reshape(2, 3, 2, 2).transpose(0, 2, 1, 3) if split is None else dy.reshape(split)
    return {"x": (d @ p["M"].T).transpose(0, 2, 1, 3).reshape(2, 3, 4)}


def attention_gradient(p: Tensors, dy: Any, diagonal: bool = False) -> Tensors:
    """Of softmax(x A) V, by x alone."""
    P, dP = softmax(p["x"] @ p["A"]), dy @ p["V"].T
    rest = P * dP if diagonal else (P * dP).sum(axis=1, keepdims=True)
    return {"x": P * (dP - rest) @ p["A"].T}


def signal_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of the correlation of x with w, by x alone."""
    return {"x": np.convolve(dy, p["w"])}


UNIT = Function(unit_gradient, normal((4, 3)), (4, 3), forward=lambda p: p["x"] / norm(p["x"]))
STANDARD = Function(standard_gradient, normal((5, 4)), (5, 4), forward=standard)
NET = Function(
    net_gradient,
    lambda rng: {
        n: rng.standard_normal(s) for n, s in zip("xWV", ((4, 3), (3, 5), (5, 2)), strict=True)
    },
    (4, 2),
    forward=lambda p: np.tanh(p["x"] @ p["W"]) @ p["V"],
)
GATE = Function(
    gate_gradient, normal((5, 4)), (5, 4),
    forward=lambda p: np.sin(p["x"]) * np.tanh(p["x"]) + (1 - np.sin(p["x"])) * p["x"],
)  # fmt: skip
TWO = Function(
    two_gradient, normal((5, 4)), (2, 5, 4), forward=lambda p: (np.tanh(p["x"]), p["x"] * p["x"])
)
HEADS = Function(
    heads_gradient,
    lambda rng: {"x": rng.standard_normal((2, 3, 4)), "M": rng.standard_normal((2, 2))},
    (2, 3, 4),
    forward=heads,
)
ATTENTION = Function(
    attention_gradient,
    lambda rng: {
        n: rng.standard_normal(s) for n, s in zip("xAV", ((3, 2), (2, 4), (4, 3)), strict=True)
    },
    (3, 3),
    forward=lambda p: softmax(p["x"] @ p["A"]) @ p["V"],
)
SIGNAL = Function(
    signal_gradient,
    lambda rng: {"x": rng.standard_normal(9), "w": rng.standard_normal(4)},
    (6,),
    forward=lambda p: np.correlate(p["x"], p["w"]),
)
CUBIC = Function(
    lambda p, dy: {
        "x": dy * (1 - np.tanh(p["x"] + p["x"] ** 3 / 8) ** 2) * (1 + 3 * p["x"] ** 2 / 8)
    },
    normal((5, 4)), (5, 4),
    forward=lambda p: np.tanh(p["x"] + 0.125 * p["x"] ** 3),
)  # fmt: skip
GAIN = Function(
    lambda p, dy: {
        "x": dy * p["gamma"] * np.cos(p["x"]), "gamma": (dy * np.sin(p["x"])).sum(axis=0)
    },
    lambda rng: {"x": rng.standard_normal((4, 4)), "gamma": rng.standard_normal(4)},
    (4, 4),
    forward=lambda p: p["gamma"] * np.sin(p["x"]),
)  # fmt: skip
FUNCTIONS = {name: f for name, f in globals().items() if isinstance(f, Function) and name.isupper()}
"""Every right function, by its name here."""
