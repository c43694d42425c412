"""Wrong gradients that tell what is wrong with them by their numbers."""

from typing import Any

import numpy as np
from planted import Function, Planted, Tensors, gives
from right_functions import (
    CENTRED,
    DENSE,
    DROPOUT,
    EMBEDDING,
    LOOKUP,
    PRODUCT,
    RESIDUAL,
    RIDGE,
    SCALE,
    SOFTMAX,
    SQUARE,
    TANH,
    WINDOWS,
    ridge_gradient,
    softmax,
)  # fmt: skip


def _normalised(g: Any) -> Any:
    return g / (1 + np.linalg.norm(g))


def _to_norm(g: Any, norm: float) -> Any:
    return g * (norm / np.linalg.norm(g))


def _changed(g: Any, place: Any, value: Any) -> Any:
    g = g.copy()
    g[place] = value
    return g


def _last_of_ids(p: Tensors, dy: Any) -> Tensors:
    dE = np.zeros_like(p["E"])
    dE[p["ids"]] = p["c"][:, None] * p["E"][p["ids"]] if dy is None else dy
    return {"E": dE}


def _last_window(p: Tensors, dy: Any) -> Tensors:
    dx = np.zeros_like(p["x"])
    for k in range(len(dy)):
        dx[2 * k : 2 * k + 3] = p["w"] @ dy[k]
    return {"x": dx}


def _ridge_of_one(p: Tensors, dy: Any) -> Tensors:
    return ridge_gradient({**p, "x": p["x"][-1:], "t": p["t"][-1:]}, dy)


def _both(slug: str, name: str, function: Function, tensor: str, wrong: Any) -> Planted:
    return Planted(name, slug, function, gives(function, tensor, wrong))


PLANTED = (
    _both("sign", "-db", DENSE, "b", lambda p, dy, g: -g),
    _both("factor", "dW / n", DENSE, "W", lambda p, dy, g: g / len(dy)),
    _both("factor", "1 / (1 - p) left out", DROPOUT, "x", lambda p, dy, g: g * (1 - p["p"])),
    _both("factor", "0.37", DENSE, "x", lambda p, dy, g: g * dy.dtype.type(1.37)),
    _both("clipped", "cut off", DENSE, "x", lambda p, dy, g: np.clip(g, -0.5, 0.5)),
    _both("clipped", "cut off below", DENSE, "x", lambda p, dy, g: np.maximum(g, 0)),
    _both("clipped", "norm 1", DENSE, "W", lambda p, dy, g: _to_norm(g, 1.0)),
    _both("clipped", "norm in the way", DENSE, "x", lambda p, dy, g: _normalised(g)),
    _both("clipped", "by the cotangent", DENSE, "x",
          lambda p, dy, g: g / (3 + np.linalg.norm(dy))),
    _both("transposed", "dW^T", SQUARE, "W", lambda p, dy, g: g.T),
    _both("transposed", "x^T dy", DENSE, "W", lambda p, dy, g: g.T),
    _both("transposed", "reshaped", DENSE, "W", lambda p, dy, g: g.T.reshape(g.shape)),
    _both("shifted", "turned round", DENSE, "x", lambda p, dy, g: g[::-1]),
    _both("shifted", "one along", WINDOWS, "x", lambda p, dy, g: np.roll(g, 1)),
    _both("shifted", "zeros moved in", DENSE, "W",
          lambda p, dy, g: _changed(np.roll(g, -1, 0), -1, 0)),
    _both("wrong-axis", "over outputs", SQUARE, "b", lambda p, dy, g: dy.sum(axis=1)),
    _both("wrong-axis", "over outputs, another shape", DENSE, "b",
          lambda p, dy, g: dy.sum(axis=1)),
    _both("wrong-axis", "dx summed", DENSE, "x", lambda p, dy, g: g.sum(axis=0)),
    _both("not-reduced", "db = dy", DENSE, "b", lambda p, dy, g: dy),
    _both("wrong-shape", "keepdims", DENSE, "b", lambda p, dy, g: g[None]),
    _both("wrong-shape", "anything", DENSE, "b", lambda p, dy, g: np.cos(np.arange(3.0))),
    _both("one-sample", "the first", DENSE, "W", lambda p, dy, g: dy[:1].T @ p["x"][:1]),
    _both("one-sample", "one row for all", DENSE, "x", lambda p, dy, g: 0 * g + g[:1]),
    Planted("the last, of a loss", "one-sample", RIDGE, _ridge_of_one),
    _both("diagonal", "of softmax", SOFTMAX, "x",
          lambda p, dy, g: dy * softmax(p["x"]) * (1 - softmax(p["x"]))),
    _both("diagonal", "of a mean", CENTRED, "x", lambda p, dy, g: dy * dy.dtype.type(3 / 4)),
    _both("cotangent-ignored", "slope alone", TANH, "x",
          lambda p, dy, g: 1 - np.tanh(p["x"]) ** 2),
    _both("cotangent-ignored", "dW from ones", DENSE, "W",
          lambda p, dy, g: np.ones_like(dy).T @ p["x"]),
    _both("zero", "zeros", DENSE, "W", lambda p, dy, g: 0 * g),
    _both("partly-zero", "last row", DENSE, "x", lambda p, dy, g: _changed(g, -1, 0)),
    Planted("ids", "assigned", EMBEDDING, _last_of_ids),
    Planted("ids of a loss", "assigned", LOOKUP, _last_of_ids),
    Planted("windows", "assigned", WINDOWS, _last_window),
    _both("counted-twice", "residual", RESIDUAL, "x", lambda p, dy, g: g + dy),
    _both("unexplained", "a row twice", DENSE, "x", lambda p, dy, g: _changed(g, 0, 2 * g[0])),
    _both("regulariser", "missing", RIDGE, "W", lambda p, dy, g: g - p["lam"] * p["W"]),
    _both("regulariser", "sign", RIDGE, "W", lambda p, dy, g: g - 2 * p["lam"] * p["W"]),
    _both("regulariser", "absolute", RIDGE, "W",
          lambda p, dy, g: g + p["W"].dtype.type(0.013) * np.sign(p["W"])),
    Planted("da, db", "swapped", PRODUCT,
            lambda p, dy: {"a": dy * p["a"], "b": dy * p["b"]}),
    _both("path-left-out", "gamma", SCALE, "x", lambda p, dy, g: dy),
    _both("path-left-out", "skip", RESIDUAL, "x", lambda p, dy, g: g - dy),
    _both("not-linear", "|dy| dy", TANH, "x", lambda p, dy, g: g * abs(dy)),
    _both("unexplained", "wrong formula", TANH, "x", lambda p, dy, g: dy * np.cos(3 * p["x"])),
    _both("not-finite", "0 / 0", DENSE, "b", lambda p, dy, g: _changed(g, 0, np.nan)),
)  # fmt: skip
"""One line a wrong gradient, as a table is read."""
