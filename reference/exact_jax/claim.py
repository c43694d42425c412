"""A JAX function as a claim about itself: its loss and its own gradient, by named tensors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from architectures import Array
from reference.exact_jax.calls import Call
from reference.exact_jax.evaluation import evaluate
from reference.exact_jax.program import Program, trace_gradient, trace_loss
from reference.testimony import LOSS


@dataclass(frozen=True, slots=True)
class Claim:
    """Two programs: the loss by the function itself, and the gradient by JAX's rules for it."""

    losses: Program
    gradients: Program

    @property
    def tensors(self) -> dict[str, Array]:
        """What the gradient is by, float64, at the arguments traced."""
        return self.losses.tensors

    @property
    def at(self) -> dict[str, Array]:
        """The point: tensors and cotangents."""
        return self.losses.inputs

    def loss(self, at: Mapping[str, Any]) -> Any:
        """The loss at a point, a number of its arithmetic."""
        return evaluate(self.losses, [at[name] for name in self.at])[0]

    def gradient(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """The loss, and the gradient of every tensor by its name."""
        results = evaluate(self.gradients, [at[name] for name in self.at])
        return dict(zip((LOSS, *self.tensors), results, strict=True))


def claim(call: Call, cotangents: Mapping[str, Array] | None = None) -> Claim:
    """The claim that a call makes; cotangents weigh its float outputs, if not one number.

    They are inputs of the programs beside the tensors, by names of their own: constants would be
    computed with in floats.
    """
    return Claim(trace_loss(call, cotangents), trace_gradient(call, cotangents))
