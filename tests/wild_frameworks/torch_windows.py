# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Functions that read some numbers more than once: an embedding, and a convolution by unfolding."""

from typing import Any

import numpy as np
import torch.nn.functional as F
from torch.autograd import Function

from wild_frameworks import normal, twins
from wild_frameworks.torch_pointwise import tensors


class Embedding(Function):
    """Rows of a table; ids occur more than once."""

    @staticmethod
    def forward(ctx: Any, table: Any, ids: Any) -> Any:
        ctx.save_for_backward(ids)
        ctx.rows = len(table)
        return table[ids]

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (ids,) = ctx.saved_tensors
        return dy.new_zeros(ctx.rows, dy.shape[1]).index_add(0, ids, dy), None


class EmbeddingAssigned(Embedding):
    """The last occurrence of an id overwrites the others."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (ids,) = ctx.saved_tensors
        dtable = dy.new_zeros(ctx.rows, dy.shape[1])
        for k, i in enumerate(ids.tolist()):
            dtable[i] = dy[k]
        return dtable, None


class Conv(Function):
    """Cross-correlation by unfolding, of an image and a kernel that are not square."""

    @staticmethod
    def forward(ctx: Any, x: Any, W: Any) -> Any:
        (n, _, h, w), (o, _, kh, kw) = x.shape, W.shape
        columns = F.unfold(x, (kh, kw))
        ctx.save_for_backward(columns, W)
        ctx.image = (h, w)
        return (W.reshape(o, -1) @ columns).reshape(n, o, h - kh + 1, w - kw + 1)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        columns, W = ctx.saved_tensors
        dy = dy.flatten(2)
        dx = F.fold(W.flatten(1).T @ dy, ctx.image, W.shape[2:])
        return dx, (dy @ columns.transpose(1, 2)).sum(0).reshape(W.shape)


class ConvFlipped(Conv):
    """The kernel's gradient is that of a true convolution, whose kernel is flipped."""

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        dx, dW = Conv.backward(ctx, dy)
        return dx, dW.flip(-1, -2)


def rows_and_ids(seed: int) -> tuple[Any, ...]:
    """A table of five rows, and six ids of which some must be equal."""
    draw = np.random.default_rng(seed)
    return draw.standard_normal((5, 3)), draw.integers(0, 5, 6)


CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        ("torch embedding", Embedding, EmbeddingAssigned, "assigned", rows_and_ids),
        ("torch conv", Conv, ConvFlipped, "shifted", normal((2, 2, 5, 4), (3, 2, 3, 2))),
    )
    for claim in twins("check_torch", name, right.apply, wrong.apply, cause, tensors(draw))
]
