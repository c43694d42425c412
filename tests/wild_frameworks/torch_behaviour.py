# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""`autograd.Function`s and modules that misbehave or are stubs, each beside one that is neither."""

from typing import Any

import torch
from torch import nn
from torch.autograd import Function

from wild_frameworks import normal, off_kinks, twins
from wild_frameworks.torch_pointwise import tensors


class Swish(Function):
    """x sigmoid(b x), with the slope b as an input."""

    @staticmethod
    def forward(ctx: Any, x: Any, b: Any) -> Any:
        ctx.save_for_backward(x, b)
        return x * torch.sigmoid(b * x)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, b = ctx.saved_tensors
        s = torch.sigmoid(b * x)
        return dy * (s + b * x * s * (1 - s)), dy * x * x * s * (1 - s)


class SwishInSingle(Swish):
    """The backward casts to float32, to save memory, whatever the input is."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, b = (t.float() for t in ctx.saved_tensors)
        s = torch.sigmoid(b * x)
        dx = dy * (s + b * x * s * (1 - s))
        return dx.to(dy.dtype), (dy * x * x * s * (1 - s)).to(dy.dtype)


class SwishOfXAlone(Swish):
    """The gradient of the slope was left for later."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, b = ctx.saved_tensors
        s = torch.sigmoid(b * x)
        return dy * (s + b * x * s * (1 - s)), None


class Relu(Function):
    """max(x, 0)."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x > 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return dy * ctx.saved_tensors[0]


class ReluInPlace(Relu):
    """Right, but it works in the caller's tensor and tells nobody."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x > 0)
        return x.clamp_(min=0).clone()


class Softsign(Function):
    """x / (1 + |x|)."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x / (1 + x.abs())

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return dy / (1 + x.abs()) ** 2


class SoftsignStub(Softsign):
    """A backward that was never filled in."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return torch.zeros_like(dy)


class Dropout(Function):
    """Half of the elements; the generator is seeded, so that a function comes out."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        kept = torch.rand(x.shape, generator=torch.Generator().manual_seed(5)) < 0.5
        ctx.save_for_backward(kept)
        return x * kept / 0.5

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return dy * ctx.saved_tensors[0] / 0.5


class DropoutDrawnAgain(Dropout):
    """The backward draws a mask of its own."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return dy * (torch.rand(dy.shape) < 0.5) / 0.5


class Gate(nn.Module):
    """x where x > 0."""

    def forward(self, x: Any) -> Any:
        return x * (x > 0)


class GateOfTheFirstCall(nn.Module):
    """The gate is computed once and kept."""

    kept: Any = None

    def forward(self, x: Any) -> Any:
        if self.kept is None:
            self.kept = x.detach() > 0
        return x * self.kept


class MatMul(Function):
    """a @ b."""

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        a, b = ctx.saved_tensors
        return dy @ b.T, a.T @ dy


class MatMulTransposed(MatMul):
    """The second gradient is that of b.T, a shape that torch itself refuses."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        a, b = ctx.saved_tensors
        return dy @ b.T, dy.T @ a


PLAIN, KINKED = normal((3, 4)), off_kinks((3, 4))
PAIRED, MATRICES = normal((3, 4), (3, 4)), normal((3, 4), (4, 2))

CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        ("torch swish", Swish.apply, SwishInSingle.apply, "imprecise", PAIRED),
        ("torch swish slope", Swish.apply, SwishOfXAlone.apply, "none", PAIRED),
        ("torch softsign", Softsign.apply, SoftsignStub.apply, "zero", KINKED),
        ("torch relu", Relu.apply, ReluInPlace.apply, "input-changed", KINKED),
        ("torch dropout", Dropout.apply, DropoutDrawnAgain.apply, "not-deterministic", PLAIN),
        ("torch gate", Gate, GateOfTheFirstCall, "state", KINKED),
        ("torch matmul", MatMul.apply, MatMulTransposed.apply, "wrong-shape", MATRICES),
    )
    for claim in twins("check_torch", name, right, wrong, cause, tensors(draw))
]
