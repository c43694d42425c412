"""What code writes into: a cotangent, which must stay as it is, and its own, which is put back."""

from typing import Any, ClassVar

import pytest
import torch
from torch import nn

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


LOG: list[str] = []


class Logged(torch.autograd.Function):
    """A sine that writes down its calls, in its class."""

    calls: ClassVar[list[int]] = []

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        """The forward pass."""
        Logged.calls.append(len(Logged.calls))
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> torch.Tensor:
        """The backward pass."""
        LOG.append("backward")
        return dy * ctx.saved_tensors[0].cos()


class Counting(nn.Module):
    """A module that counts and keeps what it saw, in containers in containers too."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 3).double()
        self.calls, self.seen = 0, {"x": list[Any]()}
        self.register_buffer("total", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """tanh(W x + b)."""
        self.calls += 1
        self.total += 1
        self.seen["x"].append(x.detach())
        return torch.tanh(self.linear(x))


def test_what_code_keeps_of_its_calls_is_as_it_was_before() -> None:
    """Of a class, a module that a function closes over, a global list, a dict in a cell."""
    module, cache = Counting(), dict[int, Any]()

    def function(x: torch.Tensor) -> torch.Tensor:
        LOG.append("forward")
        cache[len(cache)] = x
        return module(Logged.apply(x)).sum()

    assert backproof.check_torch(function, X).status is Status.CORRECT
    assert (LOG, Logged.calls, cache) == ([], [], {})
    assert (module.calls, module.seen, module.total.item()) == (0, {"x": []}, 0.0)
    assert all(p.grad is None for p in module.parameters())
