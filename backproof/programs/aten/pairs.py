"""Distances of pairs of rows, and their backward operations."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like
from backproof.programs.aten.reductions import vector_norm


def _pairs(x: Step) -> tuple[Any, Any]:
    return np.triu_indices(x.shape[0], 1)


def pdist(x: Step, p: float = 2.0) -> Step:
    """The distances of all pairs of rows."""
    i, j = _pairs(x)
    return vector_norm(moved(lambda q: q[i], x) - moved(lambda q: q[j], x), p, [-1])


def pdist_backward(dy: Step, x: Step, p: float, distance: Step) -> Step:
    """dy sign(a - b) (|a - b| / distance)^(p - 1), added at one row and taken from the other."""
    i, j = _pairs(x)
    left = moved(lambda q: q[i], x) - moved(lambda q: q[j], x)
    g, y = (moved(lambda q: q[:, None], v) for v in (dy, distance))
    zero = d.equal(y, 0.0)
    share = c.absolute(left) / d.choose(zero, 1.0, y)
    if np.isinf(p):
        each = d.choose(d.equal(c.absolute(left), y), d.sign(left), 0.0)
    else:
        each = d.sign(left) * (share if p == 2 else e.power(share, constant_like(x, p - 1)))
    each = d.choose(zero, 0.0, each * g)
    positions = np.arange(1, x.size + 1).reshape(x.shape)
    both = (spread(each, places=positions[k], shape=x.shape) for k in (i, j))
    first, second = both
    return first - second


PAIRS: dict[str, Lowering] = {
    "_pdist_forward": pdist,
    "_pdist_backward": pdist_backward,
}
