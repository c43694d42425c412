"""Faults in the element-wise layers: wrong formulas, branches, constants, paths and variables."""

import math
from typing import Any

import numpy as np

from backproof import manual
from backproof.architectures import (
    ELU,
    GELU,
    SELU,
    Array,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    TanhGELU,
    Tensors,
)
from backproof.faults.fault import Fault, gives
from backproof.manual.sigmoidal import logistic as s

K, C = math.sqrt(2 / math.pi), 0.044715


def phi(x: Array) -> Array:
    """The normal density."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def tanh_gelu_slope(x: Array, du: Any) -> Any:
    """(1 + T)/2 + x (1 - T^2) du / 2 with T = tanh(K (x + C x^3)), for any du."""
    T = np.tanh(K * (x + C * x * x * x))
    return (1 + T) / 2 + x * (1 - T) * (1 + T) * du / 2


def of_the_other_gelu(right: manual.Rule) -> manual.Rule:
    """Forward by the rule itself, backward by that of the exact GELU."""

    def rule(layer: Any, p: Tensors, x: Array) -> Any:
        return right(layer, p, x)[0], manual.LAYER_RULES[GELU](GELU(), p, x)[1]

    return rule


def naive_softplus(right: manual.Rule) -> manual.Rule:
    """log(1 + e^x) and e^x / (1 + e^x) as they are written."""

    def rule(layer: Any, p: Tensors, x: Array) -> Any:
        e = np.exp(x)
        return np.log(1 + e), lambda dy: (dy * e / (1 + e), {})

    return rule


def other_slope(right: manual.Rule) -> manual.Rule:
    """Leaky ReLU whose slope is 0.2 whatever the layer says, forward and backward."""
    return lambda layer, p, x: right(LeakyReLU(0.2), p, x)


FORMULAS = (
    Fault("s s for s (1 - s)", "wrong formula", Sigmoid, "dx",
          gives("dx", lambda dx, c: c.dy * c.y * c.y)),
    Fault("1 - y for 1 - y^2", "wrong formula", Tanh, "dx",
          gives("dx", lambda dx, c: c.dy * (1 - c.y))),
    Fault("passes left of 0", "wrong formula", ReLU, "dx",
          gives("dx", lambda dx, c: c.dy * (c.x < 0))),
    Fault("passes positive gradients only", "wrong formula", ReLU, "dx",
          gives("dx", lambda dx, c: np.maximum(dx, 0))),
    Fault("slope on the wrong side", "wrong formula", LeakyReLU, "dx",
          gives("dx", lambda dx, c: np.where(c.x > 0, c.layer.slope * c.dy, c.dy))),
    Fault("y + 1 for y + alpha", "wrong formula", ELU, "dx",
          gives("dx", lambda dx, c: np.where(c.x > 0, c.dy, c.dy * (c.y + 1)))),
    Fault("e^x right of 0 too", "wrong formula", SELU, "dx",
          gives("dx", lambda dx, c: dx * np.exp(np.maximum(c.x, 0)))),
    Fault("density without the half in its exponent", "wrong formula", GELU, "dx",
          gives("dx", lambda dx, c: dx + c.dy * c.x * (phi(math.sqrt(2) * c.x) - phi(c.x)))),
    Fault("the 3 of 3 x^2 left out", "wrong formula", TanhGELU, "dx",
          gives("dx", lambda dx, c: c.dy * tanh_gelu_slope(c.x, K * (1 + C * c.x * c.x)))),
    Fault("derivative of the exact GELU", "wrong formula", TanhGELU, "dx", of_the_other_gelu),
    Fault("tanh for the logistic function", "wrong formula", Softplus, "dx",
          gives("dx", lambda dx, c: c.dy * np.tanh(c.x))),
    Fault("-dy for dy", "sign", Identity, "dx", gives("dx", lambda dx, c: -dx)),
    Fault("s (1 + x (1 + s))", "sign", SiLU, "dx",
          gives("dx", lambda dx, c: c.dy * s(c.x) * (1 + c.x * (1 + s(c.x))))),
    Fault("s(-x) for s(x)", "sign", Softplus, "dx", gives("dx", lambda dx, c: c.dy * s(-c.x))),
    Fault("mask left out", "factor left out", ReLU, "dx", gives("dx", lambda dx, c: c.dy)),
    Fault("slope left out", "factor left out", LeakyReLU, "dx",
          gives("dx", lambda dx, c: np.where(c.x > 0, c.dy, 0 * c.dy))),
    Fault("alpha left out", "factor left out", ELU, "dx",
          gives("dx", lambda dx, c: np.where(c.x > 0, dx, dx / c.layer.alpha))),
    Fault("scale left out", "factor left out", SELU, "dx",
          gives("dx", lambda dx, c: dx / c.layer.scale)),
    Fault("x phi(x) left out", "path left out", GELU, "dx",
          gives("dx", lambda dx, c: dx - c.dy * c.x * phi(c.x))),
    Fault("x^3 left out of du/dx", "path left out", TanhGELU, "dx",
          gives("dx", lambda dx, c: c.dy * tanh_gelu_slope(c.x, K))),
    Fault("x ds/dx left out", "path left out", SiLU, "dx",
          gives("dx", lambda dx, c: c.dy * s(c.x))),
    Fault("s'(y) for s'(x)", "derivative at the output", Sigmoid, "dx",
          gives("dx", lambda dx, c: c.dy * s(c.y) * (1 - s(c.y)))),
    Fault("1 - tanh(y)^2", "derivative at the output", Tanh, "dx",
          gives("dx", lambda dx, c: c.dy * (1 - np.tanh(c.y) * np.tanh(c.y)))),
    Fault("s(y) for s(x)", "derivative at the output", Softplus, "dx",
          gives("dx", lambda dx, c: c.dy * s(c.y))),
    Fault("x (1 - x) for y (1 - y)", "wrong variable", Sigmoid, "dx",
          gives("dx", lambda dx, c: c.dy * c.x * (1 - c.x))),
    Fault("1 - x^2 for 1 - y^2", "wrong variable", Tanh, "dx",
          gives("dx", lambda dx, c: c.dy * (1 - c.x) * (1 + c.x))),
    Fault("1 - y^2 without dy", "upstream gradient ignored", Tanh, "dx",
          gives("dx", lambda dx, c: (1 - c.y) * (1 + c.y))),
    Fault("slope 7 at 0", "ties", ReLU, "dx",
          gives("dx", lambda dx, c: np.where(c.x == 0, 7 * c.dy, dx))),
    Fault("slope -1 at 0", "ties", LeakyReLU, "dx",
          gives("dx", lambda dx, c: np.where(c.x == 0, -c.dy, dx))),
    Fault("e^x overflows", "unstable at extreme inputs", Softplus, "dx", naive_softplus),
    Fault("slope 0.2 whatever is asked", "the reported loss is another function", LeakyReLU,
          "loss", other_slope),
)  # fmt: skip
"""One line a fault, as a table is read."""
