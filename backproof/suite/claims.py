"""A claim: a loss and the gradient derived for it by hand, as functions of named tensors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import manual
from architectures import Case, Network, Tensors, values
from backproof.checks.arguments.trees import Arguments, flatten

TARGET = "target"
"""The name that the targets go by among the tensors; nothing is differentiated by them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`manual`'s gradient of a network. Other rules may stand in for it, as planted faults do."""

    network: Network
    rules: Mapping[type, manual.Rule] = field(default_factory=lambda: manual.LAYER_RULES)
    loss_rules: Mapping[type, manual.LossRule] = field(default_factory=lambda: manual.LOSS_RULES)

    def loss(self, at: Mapping[str, Any]) -> Any:
        """The loss at the tensors, a number of their arithmetic."""
        return manual.loss(
            self.network, dict(at), at[TARGET], rules=self.rules, loss_rules=self.loss_rules
        )

    def gradient(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """The loss, and the gradient of every tensor by its name."""
        return manual.gradient(
            self.network, dict(at), at[TARGET], rules=self.rules, loss_rules=self.loss_rules
        )


def tensors_of(case: Case) -> Tensors:
    """The case's numbers with the targets among them."""
    tensors, target = values(case)
    return {**tensors, TARGET: target}


def seed_of(case: Case) -> int:
    """The seed of every random choice that judging a case makes."""
    return int(case.id, 16) % 2**32


def differentiated(at: Mapping[str, Any]) -> list[str]:
    """The names of the tensors that have a gradient."""
    return [name for name in at if name != TARGET]


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim in the terms of a check: its loss and its gradient, functions of `arguments`, the
    tensors of a case in their order, of which the target is a constant.
    """

    loss: Callable[..., Any]
    gradient: Callable[..., Any]
    arguments: Arguments


def asked(claim: Claim, case: Case) -> Asked:
    """A claim to the gradient of a case."""
    at = tensors_of(case)
    names = tuple(at)

    def loss(*tensors: Any) -> Any:
        return claim.loss(dict(zip(names, tensors, strict=True)))

    def gradient(*tensors: Any) -> dict[str, Any]:
        found = claim.gradient(dict(zip(names, tensors, strict=True)))
        return {name: found.get(name) for name in differentiated(at)}

    moving = [k for k, name in enumerate(names) if name != TARGET]
    return Asked(loss, gradient, flatten(tuple(at.values()), names, moving))
