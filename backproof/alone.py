"""A layer or a loss alone, as a claim of its own: what finds the place of a fault runs these."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from architectures import INPUT
from backproof.claims import TARGET, Claim
from reference.testimony import LOSS

COTANGENT = "dy"
"""The name of a layer's cotangent among the tensors of its run alone."""

Backward = Callable[[Mapping[str, Any]], dict[str, Any]]
"""A layer's tensors with a cotangent, by name, to <y, dy> as "loss" and the gradients by name."""


def layers_alone(
    claim: Claim, at: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Each layer's place and kind, its rule of (p, x), and its parameters."""
    for j, (layer, _, names) in enumerate(claim.network.shapes()):
        p = {name.removeprefix(f"{j}."): at[name] for name in names}
        yield f"layer {j} ({type(layer).__name__})", partial(claim.rules[type(layer)], layer), p


def weighted(rule: Callable[..., Any], here: Mapping[str, Any]) -> Any:
    """<y, dy>: the number whose gradient a layer's pullback of dy is."""
    return (rule(_parameters(here), here[INPUT])[0] * here[COTANGENT]).sum()


def backward(rule: Callable[..., Any], here: Mapping[str, Any]) -> dict[str, Any]:
    """<y, dy> and the gradients that the layer claims for it."""
    y, pullback = rule(_parameters(here), here[INPUT])
    dx, dp = pullback(here[COTANGENT])
    return {LOSS: (y * here[COTANGENT]).sum(), INPUT: dx, **dp}


def loss_alone(claim: Claim) -> tuple[str, Backward]:
    """The loss's kind, and its value and gradient at {"dx": z, "target": t}."""
    loss = claim.network.loss
    rule = claim.loss_rules[type(loss)]

    def run(here: Mapping[str, Any]) -> dict[str, Any]:
        L, pullback = rule(loss, here[INPUT], here[TARGET])
        return {LOSS: L, INPUT: pullback(L**0)}

    return f"loss ({type(loss).__name__})", run


def dz(line: str) -> str:
    """The gradient of a loss is called dz."""
    return "dz" + line.removeprefix(INPUT) if line.startswith(INPUT) else line


def _parameters(here: Mapping[str, Any]) -> dict[str, Any]:
    return {name: t for name, t in here.items() if name not in (INPUT, COTANGENT)}
