"""Backward operations that are by definition reverse mode of an operation: of which, by what."""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import torch
import torch.nn.functional as F

from backproof.exact.record import Step
from backproof.programs.aten import bags

aten = torch.ops.aten
MEAN = 1
"""torch's number for the mean of the losses of the elements."""
Pulled = tuple[Callable[..., Any], Sequence[torch.Tensor]]
"""A function of tensors, and these: the cotangent is of its first result."""
Adjoint = Callable[..., Pulled]
"""From the cotangent and the other arguments of a backward operation to what it pulls through."""


def by_first(forward: Any, count: int = 1) -> Adjoint:
    """(dy, x, ..., the operation's own arguments), by the first tensors."""

    def adjoint(dy: Any, *args: Any, **named: Any) -> Pulled:
        return lambda *xs: forward(*xs, *args[count:], **named), args[:count]

    return adjoint


def _loss(forward: Any, *names: str) -> Adjoint:
    """(dy, x, target, reduction, ...): each element's loss is pulled, its cotangent may be one."""

    def adjoint(dy: Any, x: Any, target: Any, reduction: int, *rest: Any) -> Pulled:
        count, named = x.numel() if reduction == MEAN else 1, dict(zip(names, rest, strict=True))
        return lambda x: forward(x, target, reduction="none", **named) / count, [x]

    return adjoint


def _resized(forward: Any) -> Adjoint:
    """(dy, size, shape of the image, ...), of what is linear in the image."""

    def adjoint(dy: Any, size: Any, shape: Any, *rest: Any) -> Pulled:
        return lambda x: forward(x, size, *rest), [dy.new_zeros(shape)]

    return adjoint


def _adaptive(forward: Any, rank: int) -> Adjoint:
    return lambda dy, x: (lambda x: forward(x, dy.shape[-rank:]), [x])


def _grid(forward: Any) -> Adjoint:
    return lambda dy, x, grid, *rest: (lambda *xs: forward(*xs, *rest[:3]), [x, grid])


def _convolution(
    dy: Any, x: Any, W: Any, _: Any, stride: Any, padding: Any, dilation: Any, *rest: Any
) -> Pulled:
    transposed, extra, groups = rest[:3]
    b = dy.new_zeros(W.shape[1] * groups if transposed else W.shape[0])

    def convolution(x: Any, W: Any, b: Any) -> Any:
        return aten.convolution(x, W, b, stride, padding, dilation, transposed, extra, groups)

    return convolution, [x, W, b]


def _batch_norm(
    dy: Any, x: Any, w: Any, mean: Any, var: Any, m: Any, s: Any, train: bool, eps: float, *_: Any
) -> Pulled:
    weight, bias = (x.new_ones(x.shape[1]) if w is None else w), x.new_zeros(x.shape[1])

    def normed(x: Any, weight: Any, bias: Any) -> Any:
        return aten.native_batch_norm(x, weight, bias, mean, var, train, 0.0, eps)[0]

    return normed, [x, weight, bias]


def _weight_norm(dw: Any, v: Any, g: Any, norms: Any, dim: int) -> Pulled:
    return lambda v, g: aten._weight_norm_interface(v, g, dim)[0], [v, g]


def _attention(
    dy: Any, q: Any, k: Any, v: Any, y: Any, lse: Any, dropout: float, causal: bool, **named: Any
) -> Pulled:
    forward = aten._scaled_dot_product_flash_attention_for_cpu
    return lambda *xs: forward(*xs, dropout, causal, **named)[0], [q, k, v]


def _ctc(
    dy: Any, x: Any, targets: Any, frames: Any, lengths: Any, loss: Any, _: Any, *rest: Any
) -> Pulled:
    """torch's slope is that by what a softmax is of: the sum of the probabilities counts as one."""
    until = torch.as_tensor(frames)
    inside = torch.arange(len(x))[:, None, None] < until[:, None]
    zero_infinity = len(rest) > 1 and rest[1]

    def whole(x: Any) -> Any:
        sums = (x.exp() * inside).sum((0, 2))
        if zero_infinity:
            sums = sums * ~loss.isinf()
        return aten._ctc_loss(x, targets, frames, lengths, *rest)[0] + sums

    return whole, [x]


_PLAIN = """hardshrink softshrink softplus gelu hardsigmoid avg_pool2d avg_pool3d multi_margin_loss
replication_pad1d replication_pad2d replication_pad3d reflection_pad1d reflection_pad2d
reflection_pad3d"""
_IMAGES = """upsample_linear1d upsample_bilinear2d upsample_trilinear3d upsample_bicubic2d
_upsample_bilinear2d_aa _upsample_bicubic2d_aa upsample_nearest1d upsample_nearest2d
upsample_nearest3d _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d"""
ADJOINTS: dict[str, Adjoint] = {
    **{f"{name}_backward": by_first(getattr(aten, name)) for name in _PLAIN.split()},
    "mse_loss_backward": _loss(F.mse_loss),
    "smooth_l1_loss_backward": _loss(F.smooth_l1_loss, "beta"),
    "huber_loss_backward": _loss(F.huber_loss, "delta"),
    **{f"{name}_backward": _resized(getattr(aten, name)) for name in _IMAGES.split()},
    "_adaptive_avg_pool2d_backward": _adaptive(aten._adaptive_avg_pool2d, 2),
    "_adaptive_avg_pool3d_backward": _adaptive(aten._adaptive_avg_pool3d, 3),
    "grid_sampler_2d_backward": _grid(aten.grid_sampler_2d),
    "grid_sampler_3d_backward": _grid(aten.grid_sampler_3d),
    "convolution_backward": _convolution,
    "convolution_backward_overrideable": _convolution,
    "native_batch_norm_backward": _batch_norm,
    "batch_norm_backward": _batch_norm,
    "_ctc_loss_backward": _ctc,
    "_embedding_bag_backward": bags.by_weight_with_offsets,
    "_embedding_bag_dense_backward": bags.by_weight,
    "_embedding_bag_per_sample_weights_backward": bags.by_samples,
    "_weight_norm_interface_backward": _weight_norm,
    "_scaled_dot_product_flash_attention_for_cpu_backward": _attention,
}


def wanted(args: Sequence[Any], gradients: list[Step]) -> list[Step]:
    """Those gradients that a mask among the arguments asks for."""
    masks = [x for x in args if isinstance(x, list) and x and isinstance(x[0], bool)]
    every = [True] * len(gradients)
    return list(compress(gradients, next(iter(masks), every)))
