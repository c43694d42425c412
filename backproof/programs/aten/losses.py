"""Losses and their backward operations."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation, constant_like

NONE, MEAN, SUM = 0, 1, 2
"""torch's numbers for what is done with the losses of the elements."""


def reduced(each: Step, reduction: int = MEAN) -> Step:
    """The losses of the elements, their mean or their sum."""
    if reduction == NONE:
        return each
    return c.mean(each) if reduction == MEAN else summed(each)


def shared(dy: Step, x: Step, reduction: int) -> Step:
    """The cotangent of each element's loss."""
    return dy / float(x.size) if reduction == MEAN else dy


def mse(x: Step, t: Step, reduction: int = MEAN) -> Step:
    """(x - t)^2."""
    return reduced(e.square(x - t), reduction)


def mse_backward(dy: Step, x: Step, t: Step, reduction: int) -> Step:
    """2 (x - t) dy."""
    return (x - t) * 2.0 * shared(dy, x, reduction)


def smooth_l1(x: Step, t: Step, reduction: int = MEAN, beta: float = 1.0) -> Step:
    """z^2 / (2 beta) for |z| < beta, |z| - beta / 2 elsewhere."""
    z = c.absolute(x - t)
    if beta == 0:
        return reduced(z, reduction)
    return reduced(d.choose(d.less(z, beta), 0.5 * z * z / beta, z - 0.5 * beta), reduction)


def smooth_l1_backward(dy: Step, x: Step, t: Step, reduction: int, beta: float) -> Step:
    """z / beta, or the sign of z."""
    z, g = x - t, shared(dy, x, reduction)
    if beta == 0:
        return d.sign(z) * g
    return d.choose(d.less(c.absolute(z), beta), z / beta, d.sign(z)) * g


def huber(x: Step, t: Step, reduction: int = MEAN, delta: float = 1.0) -> Step:
    """z^2 / 2 for |z| <= delta, delta (|z| - delta / 2) elsewhere."""
    z = c.absolute(x - t)
    inner = d.less_equal(z, delta)
    return reduced(d.choose(inner, 0.5 * z * z, delta * (z - 0.5 * delta)), reduction)


def huber_backward(dy: Step, x: Step, t: Step, reduction: int, delta: float) -> Step:
    """z, or delta times the sign of z."""
    z = x - t
    return d.choose(d.less_equal(c.absolute(z), delta), z, d.sign(z) * delta) * shared(
        dy, x, reduction
    )


def bce(x: Step, t: Step, weight: Step | None = None, reduction: int = MEAN) -> Step:
    """-(t log x + (1 - t) log(1 - x)), logarithms not below -100."""
    low = constant_like(x, -100.0)
    one, other = c.maximum(e.log(x), low), c.maximum(e.log1p(-x), low)
    each = (t - 1.0) * other - t * one
    return reduced(each if weight is None else each * weight, reduction)


def bce_backward(
    dy: Step, x: Step, t: Step, weight: Step | None = None, reduction: int = MEAN
) -> Step:
    """(x - t) / max(x (1 - x), 1e-12) dy."""
    g = dy * (x - t) / c.maximum((1.0 - x) * x, constant_like(x, 1e-12))
    return shared(g if weight is None else g * weight, x, reduction)


def bce_with_logits(
    x: Step, t: Step, weight: Any = None, pos_weight: Any = None, reduction: int = MEAN
) -> Step:
    """(1 - t) x + (1 + (p - 1) t) log(1 + exp(-x))."""
    negative = c.minimum(x, constant_like(x, 0.0))
    tail = e.log1p(e.exp(-c.absolute(x))) - negative
    scaled = tail if pos_weight is None else ((pos_weight - 1.0) * t + 1.0) * tail
    each = (1.0 - t) * x + scaled
    return reduced(each if weight is None else each * weight, reduction)


def soft_margin(x: Step, t: Step, reduction: int = MEAN) -> Step:
    """log(1 + exp(-t x))."""
    return reduced(e.log1p(e.exp(-t * x)), reduction)


def soft_margin_backward(dy: Step, x: Step, t: Step, reduction: int) -> Step:
    """-t z / (1 + z), z = exp(-t x)."""
    z = e.exp(-t * x)
    return -t * z / (z + 1.0) * shared(dy, x, reduction)


def _labels(o: Operation, x: Step, target: Step, ignore: int) -> tuple[Any, Any, int]:
    """Where the element of every label lies in x, from 1, or 0; which labels count; the axis."""
    axis = 1 if x.ndim > 1 else 0
    labels = np.asarray(target.value)
    counted = labels != ignore
    safe = np.where(counted, labels, 0)
    positions = np.arange(1, x.size + 1).reshape(x.shape)
    if x.ndim == 1:
        places = positions[safe.reshape(labels.shape)]
    else:
        places = np.take_along_axis(positions, np.expand_dims(safe, axis), axis).squeeze(axis)
    return np.where(counted, places, 0), counted, axis


def _weights(x: Step, weight: Step | None, labels: Any, counted: Any) -> Step:
    if weight is None:
        return x.record.constant(counted.astype(np.float64))
    at = np.where(counted, labels, -1)
    return moved(lambda p: np.concatenate([p, [0]])[at], weight)


def nll(
    o: Operation, x: Step, target: Step, weight: Any, reduction: int, ignore: int
) -> tuple[Step, Step]:
    """-w x at the labels, and the sum of the weights."""
    places, counted, _ = _labels(o, x, target, ignore)
    at = moved(lambda p: np.concatenate([[0], p.ravel()])[places], x)
    w = _weights(x, weight, np.asarray(target.value), counted)
    each, whole = -(at * w), summed(w)
    if reduction == NONE:
        return each, whole * 0.0
    return (summed(each) / whole if reduction == MEAN else summed(each)), whole


def nll_backward(
    o: Operation,
    dy: Step,
    x: Step,
    target: Step,
    weight: Any,
    reduction: int,
    ignore: int,
    whole: Step,
) -> Step:
    """-w dy at the labels, 0 elsewhere."""
    places, counted, _ = _labels(o, x, target, ignore)
    w = _weights(x, weight, np.asarray(target.value), counted)
    g = -(w * dy)
    return spread(g / whole if reduction == MEAN else g, places=places, shape=x.shape)


LOSSES: dict[str, Lowering] = {
    "mse_loss": mse,
    "mse_loss_backward": mse_backward,
    "smooth_l1_loss": smooth_l1,
    "smooth_l1_loss_backward": smooth_l1_backward,
    "huber_loss": huber,
    "huber_loss_backward": huber_backward,
    "binary_cross_entropy": bce,
    "binary_cross_entropy_backward": bce_backward,
    "binary_cross_entropy_with_logits": bce_with_logits,
    "soft_margin_loss": soft_margin,
    "soft_margin_loss_backward": soft_margin_backward,
}
LABELLED: dict[str, Lowering] = {
    "nll_loss": lambda *args: nll(*args)[0],
    "nll_loss_forward": nll,
    "nll_loss2d_forward": nll,
    "nll_loss_backward": nll_backward,
    "nll_loss2d_backward": nll_backward,
}
