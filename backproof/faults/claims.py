"""A claim: a loss and the gradient derived for it by hand, as functions of named tensors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backproof import manual
from backproof.architectures import Case, Network, Tensors, values

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
