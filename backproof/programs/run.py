"""What a front end hands to the judge: one run of a claim, forward and backward, as a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backproof.exact.record import Record, Step

Tensors = Mapping[str, Any]
"""Float arrays of the claim's own dtypes, by the names of tensors."""


class CannotFollow(Exception):
    """No record can be made of the code; the message says where and why."""


class DrawsBySample(CannotFollow):
    """Random numbers are drawn by rejection, by a parameter that moves.

    Their derivative is one of the distribution, not of the numbers that come at a fixed seed: these
    jump, and finite differences of them say nothing.
    """


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded run of a claim.

    inputs: the steps of the arguments, by name. outputs: those of the results, a loss or the
    outputs of a layer, by name. cotangents: by the name of an output, the step of its cotangent;
    empty for a loss. claimed: by the name of an argument, the step of the gradient that the claim's
    own backward made, None where that could not be followed. returned: the same gradients as
    arrays. flushes: whether the framework keeps no subnormal numbers. approximate: what the
    framework itself approximates in a backward that was not followed; "" for nothing.
    """

    record: Record
    inputs: Mapping[str, Step]
    outputs: Mapping[str, Step]
    cotangents: Mapping[str, Step]
    claimed: Mapping[str, Step | None]
    returned: Mapping[str, Any] = field(default_factory=dict)
    flushes: bool = False
    approximate: str = ""

    @property
    def seeds(self) -> dict[Step, Any]:
        """By each output its cotangent, with which reverse mode begins: 1 of a loss."""
        return {y: self.cotangents.get(n, 1.0) for n, y in self.outputs.items()}
