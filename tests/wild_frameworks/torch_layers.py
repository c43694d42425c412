# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Layers as `autograd.Function`s: linear, softmax, normalisation."""

from typing import Any

import torch
from torch.autograd import Function

from wild_frameworks import normal, twins
from wild_frameworks.torch_pointwise import tensors


class Linear(Function):
    """y = x W.T + b. What the bias's gradient has too many axes of, torch sums by itself."""

    @staticmethod
    def forward(ctx: Any, x: Any, W: Any, b: Any) -> Any:
        ctx.save_for_backward(x, W)
        return x @ W.T + b

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, W = ctx.saved_tensors
        return dy @ W, dy.T @ x, dy


class LinearTransposed(Linear):
    """W is square, so that no shape gives the transposed gradient away."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, W = ctx.saved_tensors
        return dy @ W, x.T @ dy, dy.sum(0)


class LinearMean(Linear):
    """The bias's gradient is averaged over the batch, though nothing else is."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, W = ctx.saved_tensors
        return dy @ W, dy.T @ x, dy.mean(0)


class LinearFirstSample(Linear):
    """The bias's gradient is the first sample's."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, W = ctx.saved_tensors
        return dy @ W, dy.T @ x, dy[0]


class Softmax(Function):
    """Over the last axis: dx = y (dy - <dy, y>)."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (y,) = ctx.saved_tensors
        return y * (dy - (dy * y).sum(-1, keepdim=True))


class SoftmaxDiagonal(Softmax):
    """As if it were a sigmoid: the diagonal of the Jacobian alone."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (y,) = ctx.saved_tensors
        return dy * y * (1 - y)


class LayerNorm(Function):
    """Over the last axis, with the variance's 1e-5."""

    @staticmethod
    def forward(ctx: Any, x: Any, gamma: Any, beta: Any) -> Any:
        centred = x - x.mean(-1, keepdim=True)
        inv = (centred.square().mean(-1, keepdim=True) + 1e-5).rsqrt()
        ctx.save_for_backward(centred * inv, inv, gamma)
        return gamma * centred * inv + beta

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        xhat, inv, gamma = ctx.saved_tensors
        g = dy * gamma
        mean, along = g.mean(-1, keepdim=True), (g * xhat).mean(-1, keepdim=True)
        return inv * (g - mean - xhat * along), (dy * xhat).sum(0), dy.sum(0)


class LayerNormConstantMoments(LayerNorm):
    """Mean and variance are held for constants."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        xhat, inv, gamma = ctx.saved_tensors
        return inv * dy * gamma, (dy * xhat).sum(0), dy.sum(0)


class RMSNorm(Function):
    """x over the root of its mean square, with an epsilon large enough to be seen."""

    @staticmethod
    def forward(ctx: Any, x: Any, g: Any) -> Any:
        ctx.save_for_backward(x, g)
        return g * x * (x.square().mean(-1, keepdim=True) + 1e-2).rsqrt()

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, g = ctx.saved_tensors
        inv = (x.square().mean(-1, keepdim=True) + 1e-2).rsqrt()
        along = (dy * g * x).mean(-1, keepdim=True)
        return inv * dy * g - inv**3 * x * along, (dy * x * inv).sum(0)


class RMSNormWithoutEpsilon(RMSNorm):
    """The backward has forgotten the epsilon."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, g = ctx.saved_tensors
        inv = x.square().mean(-1, keepdim=True).rsqrt()
        along = (dy * g * x).mean(-1, keepdim=True)
        return inv * dy * g - inv**3 * x * along, (dy * x * inv).sum(0)


LINEAR, SQUARE = normal((4, 3), (2, 3), (2,)), normal((4, 3), (3, 3), (3,))
NORM = normal((4, 5), (5,), (5,))

CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        ("torch square linear", Linear, LinearTransposed, "transposed", SQUARE),
        ("torch linear", Linear, LinearMean, "factor", LINEAR),
        ("torch linear bias", Linear, LinearFirstSample, "one-sample", LINEAR),
        ("torch softmax", Softmax, SoftmaxDiagonal, "diagonal", normal((3, 4))),
        ("torch layer norm", LayerNorm, LayerNormConstantMoments, "path-left-out", NORM),
        ("torch rms norm", RMSNorm, RMSNormWithoutEpsilon, "one-sided-clamp", normal((4, 3), (3,))),
    )
    for claim in twins("check_torch", name, right.apply, wrong.apply, cause, tensors(draw))
]
