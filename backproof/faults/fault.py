"""What a planted fault is, and how it comes to stand in for one rule of `manual`'s tables."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from backproof import manual
from backproof.architectures import Array, Network, Tensors
from backproof.faults.claims import Claim

Cause = Literal[
    "wrong formula",
    "wrong axis or reshape for transpose",
    "missing or extra 1/N",
    "sign",
    "stub",
    "assignment for accumulation",
    "clamp or epsilon on one side",
    "factor left out",
    "path left out",
    "diagonal for the full Jacobian",
    "derivative at the output",
    "regulariser on one side",
    "clipped or rescaled in backward",
    "changed in place",
    "the reported loss is another function",
    "fused on one side",
    "wrong shape",
    "ties",
    "stale cache",
    "double count",
    "upstream gradient ignored",
    "unstable at extreme inputs",
    "wrong variable",
    "state from call to call",
    "too small to notice",
]
"""What goes wrong in hand-written gradients, the most frequent first; the last two are ours."""
CAUSES: tuple[Cause, ...] = get_args(Cause)

Plant = Callable[[Any], Any]
"""The right rule to the wrong one, called afresh for every claim: state is the claim's own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A named mistake in the backward pass of one kind of layer or loss.

    layer: the spec type at fault. tensor: where it shows, as the layer names it: a parameter, "dx"
    of a layer, "dz" of a loss, "loss" where the value is another function with its own gradient.
    """

    name: str
    cause: Cause
    layer: type
    tensor: Literal["W", "b", "dx", "dz", "loss"]
    rule: Plant

    @property
    def in_loss(self) -> bool:
        """Whether the fault sits in a loss, not in a layer."""
        return self.layer in manual.LOSS_RULES

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Who can tell: exact arithmetic; of a value with its own gradient a stranger alone."""
        return ("exact", "torch") if self.tensor == "loss" else ("exact",)

    @property
    def key(self) -> str:
        """The fault in a word that a command line can take: "dense-db-twice"."""
        return re.sub("[^a-z0-9]+", "-", str(self).lower()).strip("-")

    def __str__(self) -> str:
        """The fault in a line."""
        return f"{self.layer.__name__}: {self.name}"


def claim_with(fault: Fault, network: Network) -> Claim:
    """`manual`'s claim to a network, with the fault in the one rule that it spoils."""
    layers, losses = dict(manual.LAYER_RULES), dict(manual.LOSS_RULES)
    table: dict[type, Any] = losses if fault.in_loss else layers
    table[fault.layer] = fault.rule(table[fault.layer])
    return Claim(network, layers, losses)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a layer's rule and of its pullback: y = layer(p, x), dx and dp from dy."""

    layer: Any
    p: Tensors
    x: Array
    y: Array
    dy: Array


@dataclass(frozen=True, slots=True)
class LossCall:
    """One call of a loss's rule and of its pullback: L = loss(z, t), m terms, dz from dL."""

    loss: Any
    z: Array
    t: Any
    m: int
    dL: Any


def gives(tensor: str, spoil: Callable[[Any, Call], Any]) -> Plant:
    """The rule, but a layer's gradient of `tensor` is spoil(right gradient, call)."""

    def plant(right: manual.Rule) -> manual.Rule:
        def rule(layer: Any, p: Tensors, x: Array) -> Any:
            y, pullback = right(layer, p, x)

            def wrong(dy: Array) -> Any:
                dx, dp = pullback(dy)
                call = Call(layer, p, x, y, dy)
                if tensor == "dx":
                    return spoil(dx, call), dp
                return dx, {**dp, tensor: spoil(dp[tensor], call)}

            return y, wrong

        return rule

    return plant


def gives_dz(spoil: Callable[[Any, LossCall], Any]) -> Plant:
    """The rule, but the gradient of the loss is spoil(right gradient, call)."""

    def plant(right: manual.LossRule) -> manual.LossRule:
        def rule(loss: Any, z: Array, t: Any) -> Any:
            L, pullback = right(loss, z, t)
            m = _terms(loss, z)
            return L, lambda dL: spoil(pullback(dL), LossCall(loss, z, t, m, dL))

        return rule

    return plant


def reports(spoil: Callable[[Any, LossCall], Any]) -> Plant:
    """The rule, but the value of the loss is spoil(right value, call); its gradient stays."""

    def plant(right: manual.LossRule) -> manual.LossRule:
        def rule(loss: Any, z: Array, t: Any) -> Any:
            L, pullback = right(loss, z, t)
            return spoil(L, LossCall(loss, z, t, _terms(loss, z), None)), pullback

        return rule

    return plant


def _terms(loss: Any, z: Array) -> int:
    per_sample = 1 if loss.targets in ("index", "distribution") else z.shape[1]
    return len(z) * per_sample if loss.reduction == "mean" else 1
