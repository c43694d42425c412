"""The chain rule through a whole network, and the two functions that a judge asks for."""

from collections.abc import Mapping
from typing import Any

from backproof.architectures import INPUT, Array, Network, Tensors
from backproof.manual.rules import LossRule, Rule
from backproof.manual.table import LAYER_RULES, LOSS_RULES


def forward(
    network: Network,
    tensors: Tensors,
    target: Array,
    rules: Mapping[type, Rule] = LAYER_RULES,
    loss_rules: Mapping[type, LossRule] = LOSS_RULES,
) -> tuple[Any, Any]:
    r"""tensors: {"dx": x (n, i), "0.W": (o, i), ...}, by the names of their gradients

        a_0 = x    a_{j+1} = f_j(p_j, a_j)    L = loss(a_last, t)

    The chain rule, from the loss down: with da_last = dL/da_last,

        (da_j, dp_j) = pullback_j(da_{j+1})

    Returns the loss and its pullback, dL -> {"dx": like x, "0.W": like W, ...}.

    Source: Rumelhart, Hinton and Williams (1986), eq. 4 to 8.
    """
    a, pullbacks = tensors[INPUT], []
    for j, (layer, _, names) in enumerate(network.shapes()):
        p = {name.removeprefix(f"{j}."): tensors[name] for name in names}
        a, pull = rules[type(layer)](layer, p, a)
        pullbacks.append(pull)
    L, loss_pullback = loss_rules[type(network.loss)](network.loss, a, target)

    def pullback(dL: Any) -> Tensors:
        da = loss_pullback(dL)
        gradients: Tensors = {}
        for j, pull in reversed(list(enumerate(pullbacks))):
            da, dp = pull(da)
            gradients |= {f"{j}.{name}": d for name, d in dp.items()}
        return {INPUT: da, **gradients}

    return L, pullback


def loss(network: Network, tensors: Tensors, target: Array, **rules: Any) -> Any:
    """The loss alone, a number; arguments as in `forward`."""
    return forward(network, tensors, target, **rules)[0]


def gradient(network: Network, tensors: Tensors, target: Array, **rules: Any) -> dict[str, Any]:
    """The loss and every gradient: {"loss": a number, "dx": like x, "0.W": like W, ...}."""
    L, pullback = forward(network, tensors, target, **rules)
    return {"loss": L, **pullback(1.0)}
