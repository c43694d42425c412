"""Distances of rows from each other, and their backward operations: 0 at distance 0."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import reductions as r
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like
from backproof.programs.aten.reductions import vector_norm


def _across(a: Step, b: Step) -> Step:
    """Every row of a less every row of b."""
    rows = moved(lambda q: q[..., :, None, :], a)
    return rows - moved(lambda q: q[..., None, :, :], b)


def cdist(a: Step, b: Step, p: float = 2.0, mode: Any = None) -> Step:
    """The distances of rows of a from rows of b."""
    return vector_norm(_across(a, b), p, [-1])


def cdist_backward(dy: Step, a: Step, b: Step, p: float, distance: Step) -> Step:
    """The gradient by a."""
    return r.summed(_by_difference(dy, _across(a, b), p, distance), -2)


def _by_difference(dy: Step, left: Step, p: float, distance: Step) -> Step:
    """dy sign(a - b) (|a - b| / distance)^(p - 1), 0 at distance 0."""
    g, y = (moved(lambda q: q[..., None], x) for x in (dy, distance))
    if p == 1:
        return g * d.sign(left)
    zero = d.equal(y, 0.0)
    safe = d.choose(zero, 1.0, y)
    if p == 2:
        each = left / safe
    elif np.isinf(p):
        each = d.choose(d.equal(c.absolute(left), y), d.sign(left), 0.0)
    else:
        each = d.sign(left) * e.power(c.absolute(left) / safe, constant_like(left, p - 1))
    return d.choose(zero, 0.0, g * each)


def _between(x: Step) -> Step:
    """Every row of x less every later one."""
    i, j = np.triu_indices(x.shape[0], 1)
    return moved(lambda q: q[i], x) - moved(lambda q: q[j], x)


def pdist(x: Step, p: float = 2.0) -> Step:
    """The distances of all pairs of rows."""
    return vector_norm(_between(x), p, [-1])


def pdist_backward(dy: Step, x: Step, p: float, distance: Step) -> Step:
    """Added at one row of each pair and taken from the other."""
    each = _by_difference(dy, _between(x), p, distance)
    positions = np.arange(1, x.size + 1).reshape(x.shape)
    first, second = (
        spread(each, places=positions[k], shape=x.shape) for k in np.triu_indices(x.shape[0], 1)
    )
    return first - second


DISTANCES: dict[str, Lowering] = {
    "_cdist_forward": cdist,
    "_euclidean_dist": cdist,
    "_cdist_backward": cdist_backward,
    "_pdist_forward": pdist,
    "_pdist_backward": pdist_backward,
}
