# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Functions that are called, laid out and held in less usual ways."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import Function

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import code, normal

FOLLOWED = "forward and backward followed"


class Refusing(Function):
    """A layer that is made again in its backward pass, and refuses to be asked by `.grad()`."""

    @staticmethod
    def forward(ctx: Any, layer: Any, factor: float, x: Any, *_: Any) -> Any:
        ctx.save_for_backward(x)
        ctx.layer, ctx.factor = layer, factor
        return layer(x).detach()

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        if not torch.autograd._is_checkpoint_valid():
            raise RuntimeError("use .backward(): this layer cannot be asked by .grad()")
        with torch.enable_grad():
            x = ctx.saved_tensors[0].detach().requires_grad_()
            found = torch.autograd.grad(ctx.layer(x), [x, *ctx.layer.parameters()], dy)
        return None, None, found[0] * ctx.factor, *found[1:]


class Wrapped(nn.Module):
    """A linear layer with its tanh, by way of `Refusing`."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.layer = nn.Sequential(nn.Linear(3, 2).double(), nn.Tanh())
        self.factor = factor

    def forward(self, x: Any) -> Any:
        return Refusing.apply(self.layer, self.factor, x, *self.layer.parameters())


@pytest.mark.parametrize(("factor", "status"), [(1.0, Status.CORRECT), (1.5, Status.WRONG)])
def test_layers_that_refuse_grad_are_asked_by_backward(factor: float, status: Status) -> None:
    """Whatever the words of the refusal are."""
    verdict = check_torch(Wrapped(factor), normal(4, 3))
    assert verdict.status is status and FOLLOWED in verdict.evidence, str(verdict)


class Several(Function):
    """Two outputs of several axes, and a gradient that no known mistake explains."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.sin(), x.exp().reshape(1, 3, 2, 2)

    @staticmethod
    def backward(ctx: Any, du: Any, dv: Any) -> Any:
        (x,) = ctx.saved_tensors
        return du.cumsum(0) * x + dv.reshape(3, 4).flip(0) * x * x


def test_cotangents_of_several_axes_are_changed_one_by_one() -> None:
    """Where no hypothesis explains a gradient, all of them have been tried."""
    verdict = check_torch(Several.apply, normal(3, 4))
    assert verdict.status is Status.WRONG and verdict.code, str(verdict)


class Annotated(nn.Module):
    """A layer that holds a type, by an alias that shows a class's attributes as its own."""

    def __init__(self) -> None:
        super().__init__()
        self.kind, self.scale = dict["Annotated", tuple[str, ...]], normal(3)

    def forward(self, x: Any) -> Any:
        return x * self.scale


def test_aliases_of_types_are_left_alone() -> None:
    """What is reachable from a module may have attributes that cannot be put back."""
    assert check_torch(Annotated(), normal(2, 3)).status is Status.CORRECT


def test_inputs_own_their_storage() -> None:
    """Code that frees an input is told that it changes it, by the code for that."""

    class Freeing(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            y = x.sin()
            ctx.save_for_backward(y)
            x.untyped_storage().resize_(0)
            return y

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            return dy

    verdict = check_torch(Freeing.apply, normal(3))
    assert verdict.status is Status.BROKEN and verdict.code == code("input-changed"), str(verdict)


class Answering:
    """What has an answer to every name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def test_objects_that_answer_to_every_name_are_no_generators() -> None:
    """No state is asked of them."""
    answering, scale = Answering(), normal(3)

    def judged(x: Any) -> Any:
        return x * scale if answering is not None else x

    assert check_torch(judged, normal(2, 3)).status is Status.CORRECT
