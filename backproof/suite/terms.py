"""A claim to the gradient of a case, in the terms of a check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backproof.architectures import Case
from backproof.checks.arguments.trees import Arguments, flatten
from backproof.faults.claims import TARGET, Claim, differentiated, tensors_of

SECONDS = 60.0
"""One call of a claim may take so long."""


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
