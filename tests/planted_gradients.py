"""Right gradients of small functions, and wrong ones with the name of what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.diagnosis import Evidence
from backproof.diagnosis.gathering import Truth
from backproof.diagnosis.way_back import way_back
from backproof.exact.reverse import gradients
from backproof.programs.numpy.running import run_layer, run_pair
from backproof.programs.run import Run

Tensors = dict[str, Any]
Gradient = Callable[[Tensors, Any], Tensors]
"""(inputs by name, cotangent or None) to gradients by name."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its right gradient: how its inputs and its cotangent are drawn, its output.

    forward: the function itself, of inputs by name, where a diagnosis is to see the way back; the
    cotangent of several outputs has them along its first axis.
    """

    gradient: Gradient
    inputs: Callable[[Any], Tensors]
    dy: tuple[int, ...] | None = None
    output: Callable[[Tensors], Any] = lambda p: None
    forward: Callable[[Tensors], Any] | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A wrong gradient: what must be diagnosed, the function it belongs to, the claim."""

    name: str
    slug: str
    function: Function
    claim: Gradient


def evidence(
    function: Function, claim: Gradient, dtype: str = "float64", seed: int = 0
) -> Evidence:
    """A claim run in a dtype at random inputs, beside the right gradient in float64."""
    rng = np.random.default_rng(seed)

    def cast(x: Any) -> Any:
        return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    def exactly(x: Any) -> Any:
        return x.astype(np.float64) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    def true(p: Tensors, d: Any) -> Tensors:
        return function.gradient({n: exactly(x) for n, x in p.items()}, exactly(d))

    inputs = {name: cast(x) for name, x in function.inputs(rng).items()}
    dy = None if function.dy is None else cast(rng.standard_normal(function.dy))
    truth = true(inputs, dy)
    unit = {n: 16 * float(np.finfo(dtype).eps) * float(np.abs(t).max()) for n, t in truth.items()}
    found = Evidence(
        claimed=claim(inputs, dy),
        true=truth,
        unit=unit,
        inputs=inputs,
        output=function.output(inputs),
        at=lambda p: claim(p, dy),
        true_at=lambda p: true(p, dy),
    )
    if function.forward is not None:
        run = recorded(function.forward, inputs, dy)
        wrt = {n: run.inputs[n] for n in truth}
        seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
        steps = dict(zip(wrt, gradients(seeds, list(wrt.values())), strict=True))
        where = Truth(run, steps, inputs, None).where
        found = replace(found, way_back=way_back(run), true_where=where)
    if dy is None or (found.way_back and len(found.way_back.program.cotangents) > 1):
        return found
    return replace(
        found,
        cotangent=dy,
        rerun=lambda d: claim(inputs, cast(d)),
        true_rerun=lambda d: true(inputs, d),
    )


def recorded(forward: Any, inputs: Tensors, dy: Any) -> Run:
    """A function recorded at inputs, weighed by a cotangent; of several outputs by a row each."""
    floats = {n: x for n, x in inputs.items() if isinstance(x, np.ndarray) and x.dtype.kind == "f"}

    def rebuild(at: Any) -> list[Any]:
        return [{**inputs, **at}]

    def nothing(*_: Any) -> None:
        return None

    def cotangent(name: str, y: Any) -> Any:
        return dy[int(name[2:-1])] if "[" in name else dy

    if dy is None:
        return run_pair(forward, nothing, floats, rebuild, lambda _: dict.fromkeys(floats))
    return run_layer(
        lambda p: (forward(p), None), lambda d, cache: None, floats, rebuild,
        lambda _: dict.fromkeys(floats), cotangent,
    )  # fmt: skip


def gives(function: Function, name: str, wrong: Callable[[Tensors, Any, Any], Any]) -> Gradient:
    """The right gradient, but that of one tensor is wrong(inputs, dy, right one)."""

    def claim(p: Tensors, dy: Any) -> Tensors:
        right = function.gradient(p, dy)
        return {**right, name: wrong(p, dy, right[name])}

    return claim


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
    )


def normal(shape: tuple[int, ...], **others: Any) -> Callable[[Any], Tensors]:
    """x alone, with constants."""
    return lambda rng: {"x": rng.standard_normal(shape), **others}


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
SQUARE = replace(dense(4, 4, 4), forward=lambda p: p["x"] @ p["W"].T + p["b"])
SOFTMAX = Function(softmax_gradient, normal((3, 4)), (3, 4), lambda p: softmax(p["x"]))
CENTRED = Function(lambda p, dy: {"x": dy - dy.mean(axis=1, keepdims=True)}, normal((3, 4)), (3, 4))
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
)
DROPOUT = Function(
    lambda p, dy: {"x": dy * p["mask"] / (1 - p["p"])},
    lambda rng: {"x": rng.standard_normal((6, 5)), "mask": rng.random((6, 5)) > 0.3, "p": 0.3},
    (6, 5),
)
RESIDUAL = Function(
    lambda p, dy: {"x": dy + dy * (1 - np.tanh(p["x"]) ** 2)}, normal((6, 4)), (6, 4)
)
HIDDEN = Function(
    lambda p, dy: {"x": dy * np.linspace(0.5, 3.2, 4) * (1 + p["x"] ** 2)}, normal((6, 4)), (6, 4)
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
)
FUNCTIONS = {name: f for name, f in globals().items() if isinstance(f, Function) and name.isupper()}
"""Every right function, by its name here."""


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
    _both("counted-twice", "half of it", DENSE, "x", lambda p, dy, g: _changed(g, 0, 2 * g[0])),
    _both("regulariser", "missing", RIDGE, "W", lambda p, dy, g: g - p["lam"] * p["W"]),
    _both("regulariser", "sign", RIDGE, "W", lambda p, dy, g: g - 2 * p["lam"] * p["W"]),
    _both("regulariser", "absolute", RIDGE, "W",
          lambda p, dy, g: g + p["W"].dtype.type(0.013) * np.sign(p["W"])),
    _both("at-the-output", "s'(y)", SIGMOID, "x",
          lambda p, dy, g: dy * sigmoid(sigmoid(p["x"])) * sigmoid(-sigmoid(p["x"]))),
    _both("at-the-output", "x (1 - x)", SIGMOID, "x",
          lambda p, dy, g: dy * p["x"] * (1 - p["x"])),
    _both("at-the-output", "1 - x^2", TANH, "x", lambda p, dy, g: dy * (1 - p["x"] ** 2)),
    _both("one-sided-clamp", "clamp in the forward pass", CLAMP, "x", lambda p, dy, g: dy),
    _both("one-sided-clamp", "epsilon", LOG, "x", lambda p, dy, g: dy / p["x"]),
    Planted("da, db", "swapped", PRODUCT,
            lambda p, dy: {"a": dy * p["a"], "b": dy * p["b"]}),
    _both("path-left-out", "gamma", SCALE, "x", lambda p, dy, g: dy),
    _both("path-left-out", "gamma twice", SCALE, "x", lambda p, dy, g: g * p["gamma"]),
    _both("path-left-out", "dropout", DROPOUT, "x", lambda p, dy, g: dy),
    _both("path-left-out", "mask", RELU, "x", lambda p, dy, g: dy),
    _both("path-left-out", "skip", RESIDUAL, "x", lambda p, dy, g: g - dy),
    _both("path-left-out", "factor a column", HIDDEN, "x",
          lambda p, dy, g: dy * (1 + p["x"] ** 2)),
    _both("not-linear", "|dy| dy", TANH, "x", lambda p, dy, g: g * abs(dy)),
    _both("unexplained", "wrong formula", TANH, "x", lambda p, dy, g: dy * np.cos(3 * p["x"])),
    _both("none", "None", DENSE, "b", lambda p, dy, g: None),
    _both("not-finite", "0 / 0", DENSE, "b", lambda p, dy, g: _changed(g, 0, np.nan)),
    Planted("no x", "wrong-structure", DENSE,
            lambda p, dy: {"W": dy.T @ p["x"], "b": dy.sum(axis=0)}),
)  # fmt: skip
"""One line a wrong gradient, as a table is read."""
