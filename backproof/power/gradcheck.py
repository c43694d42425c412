"""torch's gradcheck on a claim: the peer that the power and the costs are measured against."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from backproof.architectures import Case
from backproof.faults.claims import TARGET, Claim, differentiated, tensors_of


class _Claimed(torch.autograd.Function):
    """A claim as torch sees one: the loss forward, the gradient by hand backward."""

    @staticmethod
    def forward(
        ctx: Any, claim: Claim, names: Sequence[str], target: Any, *tensors: torch.Tensor
    ) -> torch.Tensor:
        ctx.claim, ctx.names, ctx.target = claim, names, target
        ctx.save_for_backward(*tensors)
        return torch.tensor(float(claim.loss(_point(names, target, tensors))), dtype=torch.float64)

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        gradients = ctx.claim.gradient(_point(ctx.names, ctx.target, ctx.saved_tensors))
        given = (gradients[name] for name in ctx.names)
        slopes = (None if g is None else cotangents[0] * torch.from_numpy(g) for g in given)
        return None, None, None, *slopes


def accepts(claim: Claim, case: Case, fast: bool) -> bool:
    """Whether gradcheck, with its own tolerances, lets a claim pass at a float64 case."""
    at = tensors_of(case)
    names, target = differentiated(at), at.pop(TARGET)
    inputs = tuple(torch.from_numpy(at[name]).requires_grad_() for name in names)

    apply: Any = _Claimed.apply  # torch leaves it untyped

    def function(*tensors: torch.Tensor) -> Any:
        return apply(claim, names, target, *tensors)

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bool(
                torch.autograd.gradcheck(function, inputs, fast_mode=fast, raise_exception=False)
            )
        except Exception:  # what makes torch raise has not passed
            return False


def _point(names: Sequence[str], target: Any, tensors: Sequence[torch.Tensor]) -> dict[str, Any]:
    at = {name: t.detach().numpy() for name, t in zip(names, tensors, strict=True)}
    return {**at, TARGET: target}
