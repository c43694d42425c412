"""Batch norms, trained and evaluated, with their running statistics."""

from typing import Any

from backproof.exact import composites as c
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import reshaped, summed
from backproof.exact.record import Step
from backproof.programs.aten.norms import Mask, affine, asked, channels
from backproof.programs.aten.operations import Lowering, Operation


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


def batch_norm_backward(
    dy: Step,
    x: Step,
    weight: Step | None,
    running_mean: Step | None,
    running_var: Step | None,
    mean: Step | None,
    invstd: Step | None,
    train: bool,
    eps: float,
    mask: Mask,
) -> tuple[Step, ...]:
    """dx = w invstd (dy - mean(dy) - z mean(dy z)) in training, w invstd dy otherwise."""
    axes, w = [k for k in range(x.ndim) if k != 1], channels(weight, x.ndim)
    if train:
        m, s = channels(mean, x.ndim), channels(invstd, x.ndim)
    else:
        assert running_var is not None
        m = channels(running_mean, x.ndim)
        s = 1.0 / e.sqrt(channels(running_var, x.ndim) + eps)
    z = (x - m) * s

    def by_x() -> Step:
        inner = dy
        if train:
            inner = dy - c.mean(dy, axes, True) - z * c.mean(dy * z, axes, True)
        return inner * s if w is None else inner * (s * w)

    return asked(mask, by_x, lambda: summed(dy * z, axes), lambda: summed(dy, axes))


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


def reserved_backward(
    x: Step, dy: Step, w: Any, mean: Any, var: Any, m: Step, s: Step, eps: float, *_: Any
) -> tuple[Step, ...]:
    """The backward operation of cuDNN's batch norm."""
    return batch_norm_backward(dy, x, w, mean, var, m, s, True, eps, (True, True, True))


TRAINED: dict[str, Lowering] = {
    "native_batch_norm": updating(batch_norm),
    "_batch_norm_with_update": updating(with_update),
    "cudnn_batch_norm": updating(with_reserve),
    "_native_batch_norm_legit": updating(batch_norm),
    "_native_batch_norm_legit_functional": updating(batch_norm),
    "_native_batch_norm_legit_no_training": updating(evaluated),
}


BATCH_NORMS: dict[str, Lowering] = {
    "native_batch_norm_backward": batch_norm_backward,
    "batch_norm_backward": lambda *args: batch_norm_backward(*args[:10]),
    "cudnn_batch_norm_backward": reserved_backward,
}
