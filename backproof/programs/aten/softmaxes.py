"""Softmax and its logarithm, norms of weights, and their backward operations."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.reductions import reshaped, summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def softmax_backward(dy: Step, y: Step, dim: int, *_: Any) -> Step:
    """y (dy - sum(dy y))."""
    g = dy * y
    return g - y * summed(g, dim, keepdims=True) if y.ndim else g - y * g


def log_softmax_backward(dy: Step, y: Step, dim: int, *_: Any) -> Step:
    """dy - exp(y) sum(dy)."""
    return dy - e.exp(y) * (summed(dy, dim, keepdims=True) if y.ndim else dy)


def safe_softmax(x: Step, dim: int, dtype: Any = None) -> Step:
    """Softmax; 0 in a row that is -inf throughout."""
    masked = d.other(x, function=lambda v: np.all(np.isneginf(v), axis=dim, keepdims=True))
    return d.choose(masked, 0.0, c.softmax(d.choose(masked, 0.0, x), dim))


def rowless(function: Any) -> Lowering:
    """A function along an axis, of a number alone too."""

    def lowering(x: Step, dim: int, *_: Any) -> Step:
        if x.ndim:
            return function(x, dim)
        return reshaped(function(reshaped(x, (1,)), 0), ())

    return lowering


SOFTMAXES: dict[str, Lowering] = {
    "_softmax": rowless(c.softmax),
    "_log_softmax": rowless(c.log_softmax),
    "_safe_softmax": safe_softmax,
    "_softmax_backward_data": softmax_backward,
    "_log_softmax_backward_data": log_softmax_backward,
}
