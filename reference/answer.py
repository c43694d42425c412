"""What a witness says of one case: arrays by name, or the reason why it is silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backproof.architectures import Array

LOSS = "loss"
"""The name of the forward value among the tensors of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A witness's tensors: "loss" (), "dx" (n, i), "0.W" (o, i), ...; empty if it is silent.

    error: for a numeric witness its own estimate of the error of each tensor, shaped like it.
    along: for one that tells slopes instead of elements, the direction of each slope.
    """

    witness: str
    tensors: Mapping[str, Array] = field(default_factory=dict)
    silent: str | None = None
    error: Mapping[str, Array] = field(default_factory=dict)
    along: Mapping[str, Array] = field(default_factory=dict)
