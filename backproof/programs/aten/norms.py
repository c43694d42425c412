"""Batch norms with their running statistics, the backward operation of group norms, softmax."""

from collections.abc import Sequence
from typing import Any

from backproof.exact import composites as c
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import reshaped, summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation


def affine(x: Step, weight: Step | None, bias: Step | None) -> Step:
    """x weight + bias, either of which may be left out."""
    scaled = x if weight is None else x * weight
    return scaled if bias is None else scaled + bias


def channels(x: Step | None, ndim: int) -> Any:
    """One number for every channel, beside an image."""
    return None if x is None else reshaped(x, (1, x.size, *[1] * (ndim - 2)))


def batch_norm(
    x: Step,
    weight: Step | None,
    bias: Step | None,
    running_mean: Step | None,
    running_var: Step | None,
    training: bool,
    momentum: float,
    eps: float,
    *_: Any,
) -> tuple[Step, ...]:
    """y, and the mean and 1 / deviation of every channel while it is trained."""
    axes, w, b = (
        [k for k in range(x.ndim) if k != 1],
        channels(weight, x.ndim),
        channels(bias, x.ndim),
    )
    if not training:
        assert running_mean is not None and running_var is not None
        mean, variance = channels(running_mean, x.ndim), channels(running_var, x.ndim)
        y = affine((x - mean) / e.sqrt(variance + eps), w, b)
        empty = moved(lambda p: p.ravel()[:0], running_mean)
        return y, empty, empty, running_mean, running_var
    mean = c.mean(x, axes, keepdims=True)
    variance = c.mean(e.square(x - mean), axes, keepdims=True)
    invstd = 1.0 / e.sqrt(variance + eps)
    y = affine((x - mean) * invstd, w, b)
    flat = (x.shape[1],)
    saved = (y, reshaped(mean, flat), reshaped(invstd, flat))
    if running_mean is None or running_var is None:
        return saved
    n = x.size / x.shape[1]
    unbiased = reshaped(variance, flat) * (n / max(n - 1, 1))
    new = [
        now * momentum + old * (1.0 - momentum)
        for now, old in ((saved[1], running_mean), (unbiased, running_var))
    ]
    return (*saved, *new)


def updating(norm: Lowering) -> Lowering:
    """A batch norm in training, its running statistics after its results."""

    def lowering(o: Operation, *args: Any) -> tuple[Step, ...]:
        return tuple(norm(*args))[: len(o.results)]

    return lowering


def evaluated(x: Step, w: Any, b: Any, mean: Step, var: Step, momentum: float, eps: float) -> Any:
    """A batch norm by its running statistics."""
    return batch_norm(x, w, b, mean, var, False, momentum, eps)


def with_update(
    x: Step, w: Any, b: Any, mean: Any, var: Any, momentum: float, eps: float
) -> tuple[Step | None, ...]:
    """A batch norm in training; a reserve of bytes after its statistics."""
    y, m, s, *new = batch_norm(x, w, b, mean, var, True, momentum, eps)
    return (y, m, s, None, *new)


def with_reserve(*args: Any) -> tuple[Step | None, ...]:
    """cuDNN's batch norm."""
    y, m, s, *new = batch_norm(*args)
    return (y, m, s, None, *new)


def group_norm_backward(
    dy: Step,
    x: Step,
    mean: Step,
    rstd: Step,
    weight: Step | None,
    n: int,
    width: int,
    rest: int,
    groups: int,
    mask: Sequence[bool],
) -> list[Step]:
    """dx = rstd (g - mean(g) - z mean(g z)), g = dy weight, z = (x - mean) rstd, by groups."""
    shape = (n, groups, width * rest // groups)
    m, s = (reshaped(v, (n, groups, 1)) for v in (mean, rstd))
    z = (reshaped(x, shape) - m) * s
    w = channels(weight, x.ndim)
    g = reshaped(dy if w is None else dy * w, shape)
    axes = [k for k in range(x.ndim) if k != 1]
    dx = reshaped((g - c.mean(g, -1, True) - z * c.mean(g * z, -1, True)) * s, x.shape)
    every = (dx, summed(dy * reshaped(z, x.shape), axes), summed(dy, axes))
    return [made for made, asked in zip(every, mask, strict=True) if asked]


def rowless(function: Any) -> Lowering:
    """A function along an axis, of a number alone too."""

    def lowering(x: Step, dim: int, *_: Any) -> Step:
        if x.ndim:
            return function(x, dim)
        return reshaped(function(reshaped(x, (1,)), 0), ())

    return lowering


TRAINED: dict[str, Lowering] = {
    "native_batch_norm": updating(batch_norm),
    "_batch_norm_with_update": updating(with_update),
    "cudnn_batch_norm": updating(with_reserve),
    "_native_batch_norm_legit": updating(batch_norm),
    "_native_batch_norm_legit_functional": updating(batch_norm),
    "_native_batch_norm_legit_no_training": updating(evaluated),
}
NORMS: dict[str, Lowering] = {
    "native_group_norm_backward": group_norm_backward,
    "_softmax": rowless(c.softmax),
    "_log_softmax": rowless(c.log_softmax),
}
