"""Wrong gradients that the usual way back explains: functions with their forward."""

from typing import Any

import numpy as np
from planted_gradients import SQUARE, Function, Planted, Tensors, gives, normal, softmax

USES = ((0, 0.5), (1, -1.5), (0, 2.0), (3, 0.7), (1, 1.1), (0, -0.8), (2, 0.4))
"""Which element is used, and times what."""
DATA = np.random.default_rng(7).standard_normal((5, 3))
SLOPES = np.array([0.3, -1.2, 0.8, 2.1, -0.6])


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


def hinge_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of sum max(0, 1 - x w)."""
    return {"w": -(p["x"] * (p["x"] @ p["w"] < 1)[:, None]).sum(axis=0)}


def tally_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of sum c sin(x_k)."""
    g = np.zeros_like(p["x"])
    for k, c in USES:
        g[k] += c * np.cos(p["x"][k])
    return {"x": g}


def tally_last(p: Tensors, dy: Any) -> Tensors:
    """The same, assigned."""
    g = np.zeros_like(p["x"])
    for k, c in USES:
        g[k] = c * np.cos(p["x"][k])
    return {"x": g}


def tally(p: Tensors) -> Any:
    """sum c sin(x_k), use by use."""
    total = 0.0
    for k, c in USES:
        total = total + c * np.sin(p["x"][k])
    return total


def cost(p: Tensors) -> Any:
    """sum cos(w x_n), sample by sample."""
    total = 0.0
    for x in DATA:
        total = total + np.cos((p["w"] * x).sum())
    return total


def cost_gradient(p: Tensors, dy: Any, first: int = 0) -> Tensors:
    """- sum sin(w x_n) x_n."""
    terms = [-np.sin((p["w"] * x).sum()) * x for x in DATA[first:].astype(p["w"].dtype)]
    return {"w": np.sum(terms, axis=0)}


def chain(p: Tensors) -> Any:
    """z^2 + v z for z = tanh(u v + u), added up."""
    z = np.tanh(p["u"] * p["v"] + p["u"])
    return (z * z + p["v"] * z).sum()


def chain_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of `chain`."""
    u, v = p["u"], p["v"]
    z = np.tanh(u * v + u)
    db = (2 * z + v) * (1 - z * z)
    return {"u": db * (v + 1), "v": db * u + z}


def chain_first_uses(p: Tensors, dy: Any) -> Tensors:
    """The same, where each number has the gradient of its first use."""
    u, v = p["u"], p["v"]
    z = np.tanh(u * v + u)
    db = z * (1 - z * z)
    return {"u": db * v, "v": db * u}


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


def floored_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of log(max(sin(x), 1/2)) over sin(x)^2."""
    s = np.sin(p["x"])
    low = np.maximum(s, 0.5)
    slope = (s > 0.5) / (low * s**2) - 2 * np.log(low) / s**3
    return {"x": dy * slope * np.cos(p["x"])}


def unfloored(p: Tensors, dy: Any) -> Tensors:
    """The same without the maximum."""
    s = np.sin(p["x"])
    return {"x": dy * (1 / s**3 - 2 * np.log(s) / s**3) * np.cos(p["x"])}


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
HINGE = Function(
    hinge_gradient,
    lambda rng: {"w": rng.standard_normal(3), "x": 4 * rng.standard_normal((12, 3))},
    forward=lambda p: np.maximum(0, 1 - p["x"] @ p["w"]).sum(),
)
FLOORED = Function(
    floored_gradient, lambda rng: {"x": rng.uniform(0.1, 1.5, (5, 4))}, (5, 4),
    forward=lambda p: np.log(np.maximum(np.sin(p["x"]), 0.5)) / np.sin(p["x"]) ** 2,
)  # fmt: skip
TALLY = Function(tally_gradient, normal((4,)), forward=tally)
COST = Function(cost_gradient, lambda rng: {"w": rng.standard_normal(3)}, forward=cost)
CHAIN = Function(
    chain_gradient,
    lambda rng: {"u": rng.standard_normal(4), "v": rng.standard_normal(4)},
    forward=chain,
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
QUADRATIC = Function(
    lambda p, dy: {"x": (p["A"] + p["A"].T) @ p["x"]},
    lambda rng: {"x": rng.standard_normal(4), "A": rng.standard_normal((4, 4))},
    forward=lambda p: p["x"] @ p["A"] @ p["x"],
)
LOGDET = Function(
    lambda p, dy: {"W": p["S"] * p["W"] - np.linalg.inv(p["W"]).T},
    lambda rng: {
        "W": 3 * np.eye(3) + rng.standard_normal((3, 3)),
        "S": rng.standard_normal((3, 3)),
    },
    forward=lambda p: np.sum(p["S"] * p["W"] ** 2 / 2) - np.log(np.abs(np.linalg.det(p["W"]))),
)
LINE = Function(
    lambda p, dy: {"x": 3 * p["x"] ** 2 + SLOPES.astype(p["x"].dtype)}, normal((5,)),
    forward=lambda p: np.sum(p["x"] ** 3) + np.sum(SLOPES * p["x"]),
)  # fmt: skip
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
ENERGY = Function(
    lambda p, dy: {"x": dy * np.cos(p["x"])},
    normal((3, 4)), (),
    forward=lambda p: np.sin(p["x"]).sum(),
)  # fmt: skip
FUNCTIONS = {name: f for name, f in globals().items() if isinstance(f, Function) and name.isupper()}


def _of_x(slug: str, name: str, function: Function, wrong: Any) -> Planted:
    return Planted(name, slug, function, gives(function, "x", wrong))


PATHS = (
    Planted("an output", "path-left-out", TWO,
            lambda p, dy: {"x": dy[0] * (1 - np.tanh(p["x"]) ** 2)}),
    Planted("the norm", "path-left-out", UNIT, lambda p, dy: {"x": dy / norm(p["x"])}),
    Planted("mean and deviation", "path-left-out", STANDARD,
            lambda p, dy: {"x": dy / np.sqrt(p["x"].var(axis=0))}),
    Planted("the other axis", "wrong-axis", STANDARD, lambda p, dy: standard_gradient(p, dy, 1)),
    Planted("tanh'", "path-left-out", NET, lambda p, dy: net_gradient(p, dy, np.ones_like)),
    Planted("tanh'(h)", "at-the-output", NET,
            lambda p, dy: net_gradient(p, dy, lambda h: 1 - np.tanh(h) ** 2)),
    Planted("1 - t", "sign", GATE, lambda p, dy: gate_gradient(p, dy, by_gate=-1)),
    Planted("(1 - t) dy", "counted-twice", GATE, lambda p, dy: gate_gradient(p, dy, by_rest=2)),
    Planted("the margin", "path-left-out", HINGE, lambda p, dy: {"w": -p["x"].sum(axis=0)}),
    Planted("the floor", "one-sided-clamp", FLOORED, unfloored),
    Planted("the last use", "assigned", TALLY, tally_last),
    Planted("the last term", "one-sample", COST, lambda p, dy: cost_gradient(p, dy, 4)),
    Planted("first uses", "assigned", CHAIN, chain_first_uses),
    Planted("the gain's other axis", "wrong-axis", GAIN,
            lambda p, dy: {"x": dy * p["gamma"] * np.cos(p["x"]),
                           "gamma": (dy * np.sin(p["x"])).sum(axis=1)}),
    _of_x("cotangent-ignored", "of a number", ENERGY, lambda p, dy, g: np.cos(p["x"])),
    _of_x("transposed", "W for its transpose", SQUARE, lambda p, dy, g: dy @ p["W"].T),
    Planted("heads", "transposed", HEADS, lambda p, dy: heads_gradient(p, dy, (2, 2, 3, 2))),
    _of_x("shifted", "the kernel", SIGNAL, lambda p, dy, g: np.convolve(dy, p["w"][::-1])),
    Planted("softmax within", "diagonal", ATTENTION, lambda p, dy: attention_gradient(p, dy, True)),
    _of_x("path-left-out", "2 A x", QUADRATIC, lambda p, dy, g: 2 * p["A"] @ p["x"]),
    Planted("the inverse", "transposed", LOGDET,
            lambda p, dy: {"W": p["S"] * p["W"] - np.linalg.inv(p["W"])}),
    _of_x("shifted", "the slopes", LINE,
          lambda p, dy, g: 3 * p["x"] ** 2 + SLOPES[::-1].astype(p["x"].dtype)),
    _of_x("factor", "the cube", CUBIC,
          lambda p, dy, g: g * (1 + 30 * p["x"] ** 2 / 8) / (1 + 3 * p["x"] ** 2 / 8)),
)  # fmt: skip
"""One line a wrong gradient."""
