"""Operations of libraries that are several primitives: what each of them is made of.

A branch is a decision and a choice; so every tie stands in the record as a decision whose margin is
small, and no primitive has a slope that is not one function.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import axes_of, reshaped, summed
from backproof.exact.record import Step

Axis = int | Sequence[int] | None


def absolute(x: Step) -> Step:
    """|x|, of complex numbers by their parts."""
    if x.is_complex:
        return e.sqrt(e.square(e.real(x)) + e.square(e.imag(x)))
    return d.choose(d.greater_equal(x, 0.0), x, -x)


def maximum(a: Step, b: Step) -> Step:
    """The larger of two, element by element."""
    return d.choose(d.greater_equal(a, b), a, b)


def minimum(a: Step, b: Step) -> Step:
    """The smaller of two, element by element: of equal ones the one that is not the larger, so that
    both together are always a + b.
    """
    return d.choose(d.greater_equal(a, b), b, a)


def clip(x: Step, low: Any = None, high: Any = None) -> Step:
    """x between two bounds, of which either may be None; each bound is a tie of its own."""
    raised = x if low is None else d.choose(d.greater_equal(x, low), x, low)
    return raised if high is None else d.choose(d.less_equal(raised, high), raised, high)


def relu(x: Step) -> Step:
    """x where it is positive, else 0."""
    return d.choose(d.greater(x, 0.0), x, 0.0)


def floor_divide(a: Step, b: Step) -> Step:
    """The largest integer that is not above a / b: a decision."""
    return d.other(a, b, function=np.floor_divide)


def remainder(a: Step, b: Step) -> Step:
    """a - b floor(a / b)."""
    return a - b * floor_divide(a, b)


def fmod(a: Step, b: Step) -> Step:
    """a - b trunc(a / b)."""
    return a - b * d.other(a, b, function=lambda x, y: np.trunc(x / y))


def largest(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """The largest element along axes."""
    return _winning(x, axis, keepdims, largest=True)


def smallest(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """The smallest element along axes."""
    return _winning(x, axis, keepdims, largest=False)


def _winning(x: Step, axis: Axis, keepdims: bool, largest: bool) -> Step:
    axes = axes_of(axis, x.ndim)
    rows = rowwise(x, axes)
    won = d.pick(d.winner(rows, axis=rows.ndim - 1, largest=largest), rows, axis=rows.ndim - 1)
    kept = tuple(1 if k in axes else n for k, n in enumerate(x.shape))
    return reshaped(won, kept) if keepdims else won


def rowwise(x: Step, axes: Sequence[int]) -> Step:
    """The axes laid end to end as one last axis."""
    rest = [k for k in range(x.ndim) if k not in axes]
    shape = (*(x.shape[k] for k in rest), -1)
    order = [*rest, *axes]
    if order == list(range(x.ndim)) and len(axes) == 1:
        return x
    return moved(lambda p: p.transpose(order).reshape(shape), x)


def ordered(x: Step, axis: int = -1, descending: bool = False) -> tuple[Step, Step]:
    """The elements in order along an axis, and the decision that is this order, as indices."""
    axis = axis % x.ndim
    order = d.order(-x if descending else x, axis=axis)
    return along(x, order, axis), order


def partitioned(x: Step, kth: Any, axis: int) -> Step:
    """The elements along an axis with those around the kth in order."""
    return along(x, d.order(x, axis=axis, kth=tuple(np.ravel(kth).tolist())), axis)


def along(x: Step, indices: Step, axis: int) -> Step:
    """The elements that indices name along an axis, as numpy.take_along_axis."""
    return moved(lambda p, i: np.take_along_axis(p, i, axis), x, by=(indices,))


def mean(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """The sum over axes by how many they are."""
    total = summed(x, axis, keepdims)
    return total / float(x.size / max(total.size, 1))


def variance(x: Step, axis: Axis = None, keepdims: bool = False, ddof: float = 0) -> Step:
    """The mean square of what is left without the mean, in two passes."""
    left = x - mean(x, axis, keepdims=True)
    total = summed(e.square(left), axis, keepdims)
    return total / float(x.size / max(total.size, 1) - ddof)


def norm(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """The Euclidean norm along axes, of all elements together without axis."""
    squares = e.square(absolute(x)) if x.is_complex else e.square(x)
    return e.sqrt(summed(squares, axis, keepdims))


def shift(x: Step, axis: Axis) -> Step:
    """The largest elements along axes as a decision, kept as axes of one: what log-sum-exp is
    shifted by, on which it does not depend.
    """
    return d.shift(x, axes=axes_of(axis, x.ndim))


def logsumexp(x: Step, axis: Axis = None, keepdims: bool = False) -> Step:
    """log(sum(exp(x))) along axes."""
    top = shift(x, axis)
    y = e.log(summed(e.exp(x - top), axis, keepdims=True)) + top
    axes = axes_of(axis, x.ndim)
    flat = tuple(n for k, n in enumerate(x.shape) if k not in axes)
    return y if keepdims else reshaped(y, flat)


def softmax(x: Step, axis: Axis = -1) -> Step:
    """exp(x) by its sum along axes."""
    grown = e.exp(x - shift(x, axis))
    return grown / summed(grown, axis, keepdims=True)


def log_softmax(x: Step, axis: Axis = -1) -> Step:
    """x without its log-sum-exp along axes."""
    moved_down = x - shift(x, axis)
    return moved_down - e.log(summed(e.exp(moved_down), axis, keepdims=True))
