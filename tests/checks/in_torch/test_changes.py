"""Backward passes that write into what they are given."""

from typing import Any

import pytest
import torch

import backproof
from backproof.verdict import Status

X = torch.linspace(-1.0, 2.0, 6, dtype=torch.float64).reshape(2, 3)


class Cubed(torch.autograd.Function):
    """x^3; whether its backward pass writes into its cotangent is told by `own`."""

    own = False

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        """The forward pass."""
        ctx.save_for_backward(x)
        return x * x * x

    @classmethod
    def backward(cls, ctx: Any, dy: torch.Tensor) -> torch.Tensor:
        """The backward pass."""
        (x,) = ctx.saved_tensors
        return (dy.clone() if cls.own else dy).mul_(3).mul_(x * x)


class Copied(Cubed):
    """The same on a copy."""

    own = True


@pytest.mark.parametrize("times", [1.0, -0.5])
def test_a_cotangent_must_stay_as_it_is(times: float) -> None:
    """Others may need it; and whoever writes into it is not told that his formula is wrong."""
    verdict = backproof.check_torch(lambda x: Cubed.apply(times * x) * times, X)
    alone = backproof.check_torch(Cubed.apply, X)
    assert verdict.status is Status.CORRECT, str(verdict)  # it is the product's own
    assert (alone.status, alone.code) == (Status.BROKEN, "BP208"), str(alone)
    assert backproof.check_torch(Copied.apply, X).status is Status.CORRECT
