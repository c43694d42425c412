"""Functions of tensors for the tests of `check_torch`, and what is read from verdicts."""

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import Function

from backproof import Verdict
from backproof.diagnosis import CODES
from backproof.verdict import Status


def normal(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    """Numbers from the normal distribution, the same at every call."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=torch.float64).to(dtype)


def custom(forward: Callable[..., Any], backward: Callable[..., Any]) -> Any:
    """The `apply` of a Function of one tensor x by forward(x) and backward(dy, x)."""

    class Custom(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            return backward(dy, *ctx.saved_tensors)

    return Custom.apply


def by(verdict: Verdict, witness: str) -> dict[str, Status]:
    """What a witness found, by tensor."""
    return {f.tensor: f.status for f in verdict.findings if f.witness == witness}


def code(slug: str) -> str:
    """The code of a slug."""
    return CODES[slug].code
