"""Wrong gradients that the usual way back explains, with a piece of it changed."""

from typing import Any

import numpy as np
from planted import Function, Planted, gives
from right_chains import (
    ATTENTION,
    CUBIC,
    GAIN,
    GATE,
    HEADS,
    NET,
    SIGNAL,
    STANDARD,
    TWO,
    UNIT,
    attention_gradient,
    gate_gradient,
    heads_gradient,
    net_gradient,
    norm,
    standard_gradient,
)  # fmt: skip
from right_functions import SQUARE
from right_sums import (
    CHAIN,
    COST,
    ENERGY,
    LINE,
    LOGDET,
    QUADRATIC,
    SLOPES,
    TALLY,
    chain_first_uses,
    cost_gradient,
    tally_last,
)  # fmt: skip


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
    Planted("1 - z^2", "at-the-output", NET,
            lambda p, dy: net_gradient(p, dy, lambda h: 1 - (p["x"] @ p["W"]) ** 2)),
    Planted("1 - t", "sign", GATE, lambda p, dy: gate_gradient(p, dy, by_gate=-1)),
    Planted("(1 - t) dy", "counted-twice", GATE, lambda p, dy: gate_gradient(p, dy, by_rest=2)),
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
