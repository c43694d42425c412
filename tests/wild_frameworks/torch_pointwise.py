# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Elementwise `autograd.Function`s, most of them with one line of backward."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import Function

from wild_frameworks import normal, off_kinks, twins

Drawn = Callable[[int], tuple[Any, ...]]


def tensors(draw: Drawn) -> Drawn:
    """The same arrays as torch's tensors."""
    return lambda seed: tuple(map(torch.from_numpy, draw(seed)))


class Gelu(Function):
    """x Phi(x), Phi being the normal distribution."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        return dy * (cdf + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi))


class GeluWithoutPi(Gelu):
    """The density's constant is 1/sqrt(2)."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        cdf = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
        return dy * (cdf + x * torch.exp(-x * x / 2) / math.sqrt(2))


class Tanh(Function):
    """Saves its output, which is all that the derivative needs."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = torch.tanh(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (y,) = ctx.saved_tensors
        return dy * (1 - y * y)


class TanhOfItsOutput(Tanh):
    """Takes the output that was saved for the input."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return dy * (1 - torch.tanh(x) ** 2)


class HardTanh(Function):
    """x between -1 and 1."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return dy * ((x > -1) & (x < 1))


class HardTanhBelowOnly(HardTanh):
    """Lets the gradient through above 1."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return dy * (x > -1)


class Round(Function):
    """Steps, whose derivative is 0 between them."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return torch.round(x)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return torch.zeros_like(dy)


class StraightThrough(Round):
    """The straight-through estimator: useful in training, and no derivative."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return dy


class Exp(Function):
    """In the newer style, with a context set up apart."""

    @staticmethod
    def forward(x: Any) -> Any:
        return torch.exp(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return dy * ctx.saved_tensors[0]


class ExpForALoss(Exp):
    """As if its output were the loss."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return ctx.saved_tensors[0]


class Cosine(Function):
    """cos x."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return torch.cos(x)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return -dy * torch.sin(x)


class CosineWithoutMinus(Cosine):
    """The minus is lost."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        return dy * torch.sin(x)


PLAIN, KINKED = normal((3, 4)), off_kinks((3, 4))

ROUNDED = "constant-rounding"

CLAIMS = [
    claim
    for name, right, wrong, cause, draw, right_cause in (
        ("torch gelu", Gelu, GeluWithoutPi, "unexplained", PLAIN, ROUNDED),
        ("torch tanh", Tanh, TanhOfItsOutput, "at-the-output", PLAIN, ""),
        ("torch hard tanh", HardTanh, HardTanhBelowOnly, "one-sided-clamp", KINKED, ""),
        ("torch round", Round, StraightThrough, "path-left-out", KINKED, ""),
        ("torch exp", Exp, ExpForALoss, "cotangent-ignored", PLAIN, ""),
        ("torch cosine", Cosine, CosineWithoutMinus, "sign", PLAIN, ""),
    )
    for claim in twins(
        "check_torch", name, right.apply, wrong.apply, cause, tensors(draw), right_cause
    )
]
