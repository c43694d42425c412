"""Hypotheses: a part of what has to be added up stands for the whole of it."""

from collections.abc import Iterator

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer, as_floats
from backproof.diagnosis.evidence import Floats
from backproof.diagnosis.jacobians import true_jacobian

SAMPLES = 8
"""So many samples are tried alone from the first on, and as many to the last."""


def one_sample(s: Deviation) -> str | None:
    """claimed = what a batch of one of its samples alone gives, as a sum or as its share."""
    n = _batch(s)
    for k in sorted({*range(min(n, SAMPLES)), *range(max(n - SAMPLES, 0), n)}):
        for alone in _alone(s, k, n):
            for share, words in ((1.0, ""), (1 / n, ", as its share of the mean")):
                if alone.shape == s.true.shape and s.explained_by(alone * share):
                    return f"the gradient of sample {k} of {n} alone{words}"
    return None


def assigned(s: Deviation) -> str | None:
    """Elements with several contributions have one of them alone, the others are right."""
    for parts in _contributions(s):
        touched = np.array([np.where(p != 0, p, np.inf) for p in parts])
        nearest = np.abs(touched - s.claimed).argmin(axis=0)[None]
        one = np.take_along_axis(touched, nearest, 0)[0]
        h = np.where(s.wrong, np.where(np.isfinite(one), one, s.true), s.true)
        if s.explained_by(h) and s.wrong.sum() > 1:
            return "elements that are used more than once have the gradient of one use alone"
    return None


def truth_at(s: Deviation, dy: Floats) -> Floats | None:
    """The true gradient of the tensor at another cotangent, if it can be had."""
    return as_floats(answer(s.evidence.true_rerun, dy).get(s.name))


def _batch(s: Deviation) -> int:
    """The number of samples: the first axis of dy, or else of the first array among the inputs."""
    first = [s.evidence.dy, *(x for n, x in s.evidence.inputs.items() if n != s.name)]
    shapes = [np.shape(x) for x in first if x is not None]
    return next((shape[0] for shape in shapes if shape), 0)


def _alone(s: Deviation, k: int, n: int) -> Iterator[Floats]:
    """The truth for sample k: its part of the cotangent, or the inputs without the others."""
    dy = s.evidence.dy
    if dy is not None and dy.ndim:
        only = np.where(np.arange(n).reshape(-1, *[1] * (dy.ndim - 1)) == k, dy, 0.0)
        found = truth_at(s, only)
        if found is not None:
            yield found
    cut = {
        name: x[k : k + 1] if np.ndim(x) and len(x) == n and name != s.name else x
        for name, x in s.evidence.inputs.items()
    }
    found = as_floats(answer(s.evidence.true_at, cut).get(s.name))
    if found is not None:
        yield found


def _contributions(s: Deviation) -> Iterator[list[Floats]]:
    """What the parts of the cotangent contribute: each element, then each line along an axis."""
    dy, J = s.evidence.dy, true_jacobian(s.evidence, s.name)
    if dy is None or J is None:
        return
    every = (dy.reshape(-1, 1) * J).reshape(*dy.shape, *s.true.shape)
    for axis in (None, *range(dy.ndim)):
        lines = every if axis is None else every.sum(axis=axis)
        yield list(lines.reshape(-1, *s.true.shape))
