# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Larger pieces: attention, a module with parameters, a residual block, a recurrent cell."""

import math
from typing import Any

import torch
from torch import nn
from torch.autograd import Function

from wild_frameworks import normal, twins
from wild_frameworks.torch_pointwise import tensors


class Attention(Function):
    """softmax(q k.T / sqrt(d)) v, causal."""

    @staticmethod
    def forward(ctx: Any, q: Any, k: Any, v: Any) -> Any:
        hidden = torch.ones(len(q), len(k), dtype=torch.bool).triu(1)
        scores = (q @ k.T / math.sqrt(q.shape[1])).masked_fill(hidden, -torch.inf)
        p = torch.softmax(scores, -1)
        ctx.save_for_backward(q, k, v, p)
        return p @ v

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        q, k, v, p = ctx.saved_tensors
        dp = dy @ v.T
        ds = p * (dp - (dp * p).sum(-1, keepdim=True)) / math.sqrt(q.shape[1])
        return ds @ k, ds.T @ q, p.T @ dy


class AttentionUnscaled(Attention):
    """The backward leaves out the 1/sqrt(d) of the scores."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        dq, dk, dv = Attention.backward(ctx, dy)
        d = dq.shape[1]
        return dq * math.sqrt(d), dk * math.sqrt(d), dv


class Film(Function):
    """gamma x + beta, a feature at a time."""

    @staticmethod
    def forward(ctx: Any, x: Any, gamma: Any, beta: Any) -> Any:
        ctx.save_for_backward(x, gamma)
        return gamma * x + beta

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, gamma = ctx.saved_tensors
        return dy * gamma, (dy * x).sum(0), dy.sum(0)


class FilmSwapped(Film):
    """The gradients of gamma and beta come back in the wrong order."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, gamma = ctx.saved_tensors
        return dy * gamma, dy.sum(0), (dy * x).sum(0)


class FilmModule(nn.Module):
    """A module whose parameters pass through a Function, and then through tanh."""

    function: Any = Film.apply

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.tensor([0.5, 1.5, -2.0], dtype=torch.float64))
        self.beta = nn.Parameter(torch.tensor([0.25, 0.0, 1.0], dtype=torch.float64))

    def forward(self, x: Any) -> Any:
        return torch.tanh(type(self).function(x, self.gamma, self.beta))


class FilmModuleSwapped(FilmModule):
    """The same module around the wrong Function."""

    function: Any = FilmSwapped.apply


class Residual(Function):
    """x + tanh(x W)."""

    @staticmethod
    def forward(ctx: Any, x: Any, W: Any) -> Any:
        h = torch.tanh(x @ W)
        ctx.save_for_backward(x, W, h)
        return x + h

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, W, h = ctx.saved_tensors
        da = dy * (1 - h * h)
        return dy + da @ W.T, x.T @ da


class ResidualTwice(Residual):
    """The skip is added where the branch ends and once more where the block does."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        dx, dW = Residual.backward(ctx, dy)
        return dy + dx, dW


class Cell(Function):
    """One step of a plain recurrent network: tanh(x U + h V)."""

    @staticmethod
    def forward(ctx: Any, x: Any, h: Any, U: Any, V: Any) -> Any:
        y = torch.tanh(x @ U + h @ V)
        ctx.save_for_backward(x, h, U, V, y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        x, h, U, V, y = ctx.saved_tensors
        da = dy * (1 - y * y)
        return da @ U.T, da @ V.T, x.T @ da, h.T @ da


class CellClipped(Cell):
    """Gradients are clipped inside of backward, where no derivative clips anything."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return tuple(g.clamp(-0.1, 0.1) for g in Cell.backward(ctx, dy))


CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        (
            "torch attention",
            Attention.apply,
            AttentionUnscaled.apply,
            "factor",
            normal((4, 3), (4, 3), (4, 2)),
        ),
        ("torch film", FilmModule, FilmModuleSwapped, "swapped", normal((4, 3))),
        (
            "torch residual",
            Residual.apply,
            ResidualTwice.apply,
            "counted-twice",
            normal((4, 3), (3, 3)),
        ),
        (
            "torch cell",
            Cell.apply,
            CellClipped.apply,
            "clipped",
            normal((4, 3), (4, 2), (3, 2), (2, 2)),
        ),
    )
    for claim in twins("check_torch", name, right, wrong, cause, tensors(draw))
]
