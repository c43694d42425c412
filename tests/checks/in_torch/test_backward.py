# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Layers whose gradients come by `backward()`: checkpoints and reversible ones."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import Function
from torch.utils.checkpoint import checkpoint

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import by, normal

FOLLOWED = "forward and backward followed"


class Recomputing(Function):
    """A layer that keeps its input alone, and makes its graph again in the backward pass."""

    @staticmethod
    def forward(ctx: Any, x: Any, layer: Any, factor: float) -> Any:
        ctx.save_for_backward(x)
        ctx.layer, ctx.factor = layer, factor
        with torch.no_grad():
            return layer(x).tanh()

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            again = x.detach().requires_grad_()
            y = ctx.layer(again).tanh()
        torch.autograd.backward(y, dy * ctx.factor)
        return again.grad / ctx.factor, None, None


class Kept(nn.Module):
    """A linear layer by a way of running it; used a second time, if so asked."""

    def __init__(self, run: Any, twice: bool = False) -> None:
        super().__init__()
        self.layer, self.run, self.twice = nn.Linear(3, 3).double(), run, twice

    def forward(self, x: Any) -> Any:
        y = self.run(x, self.layer)
        return y + self.layer(x).sin() if self.twice else y


def recomputing(factor: float) -> Any:
    """A way of running a layer; factor: what the gradients by its parameters are off by."""
    return lambda x, layer: Recomputing.apply(x, layer, factor)


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpoints_are_followed(reentrant: bool) -> None:
    """Of a function and of a module, one that refuses `autograd.grad` too."""

    def run(x: Any, layer: Any) -> Any:
        return checkpoint(lambda z: layer(z).tanh(), x, use_reentrant=reentrant)

    layer = nn.Linear(3, 3).double()
    for judged in (lambda x: run(x, layer), Kept(run)):
        verdict = check_torch(judged, normal(2, 3))
        assert verdict.status is Status.CORRECT and FOLLOWED in verdict.evidence, str(verdict)
    assert layer.weight.grad is None


@pytest.mark.parametrize("twice", [False, True])
def test_gradients_that_a_backward_pass_accumulates_count(twice: bool) -> None:
    """Those by a reversible layer's parameters are in `.grad`, besides what autograd returns."""
    net = Kept(recomputing(1.0), twice)
    verdict = check_torch(net, normal(2, 3))
    assert verdict.status is Status.CORRECT and FOLLOWED in verdict.evidence, str(verdict)
    assert all(p.grad is None for p in net.parameters())
    wrong = check_torch(Kept(recomputing(1.5), twice), normal(2, 3))
    assert {n for n, s in by(wrong, "exact").items() if s is Status.WRONG} == {
        "layer.weight",
        "layer.bias",
    }
