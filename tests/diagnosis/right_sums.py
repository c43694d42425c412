"""Right gradients of sums whose terms share what they use, with their forward passes."""

from typing import Any

import numpy as np
from planted import Function, Tensors, normal

USES = ((0, 0.5), (1, -1.5), (0, 2.0), (3, 0.7), (1, 1.1), (0, -0.8), (2, 0.4))
"""Which element is used, and times what."""
DATA = np.random.default_rng(7).standard_normal((5, 3))
SLOPES = np.array([0.3, -1.2, 0.8, 2.1, -0.6])


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


def hinge_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of sum max(0, 1 - x w)."""
    return {"w": -(p["x"] * (p["x"] @ p["w"] < 1)[:, None]).sum(axis=0)}


def floored_gradient(p: Tensors, dy: Any) -> Tensors:
    """Of log(max(sin(x), 1/2)) over sin(x)^2."""
    s = np.sin(p["x"])
    low = np.maximum(s, 0.5)
    slope = (s > 0.5) / (low * s**2) - 2 * np.log(low) / s**3
    return {"x": dy * slope * np.cos(p["x"])}


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
LINE = Function(
    lambda p, dy: {"x": 3 * p["x"] ** 2 + SLOPES.astype(p["x"].dtype)}, normal((5,)),
    forward=lambda p: np.sum(p["x"] ** 3) + np.sum(SLOPES * p["x"]),
)  # fmt: skip
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
ENERGY = Function(
    lambda p, dy: {"x": dy * np.cos(p["x"])},
    normal((3, 4)), (),
    forward=lambda p: np.sin(p["x"]).sum(),
)  # fmt: skip
FUNCTIONS = {name: f for name, f in globals().items() if isinstance(f, Function) and name.isupper()}
"""Every right function, by its name here."""
