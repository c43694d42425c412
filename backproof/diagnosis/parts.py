"""Hypotheses: a part of what has to be added up stands for the whole of it."""

from collections.abc import Iterator

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer, as_floats
from backproof.diagnosis.evidence import Floats

SAMPLES = 8
"""So many samples are tried alone from the first on, and as many to the last."""


def one_sample(s: Deviation) -> str | None:
    """claimed = what a batch of one of its samples alone gives, as a sum or as its share.

    That is the truth in no more elements than those to which no other sample adds.
    """
    n = _batch(s)
    if np.count_nonzero(s.wrong) * n < np.count_nonzero(s.true):
        return None
    for k in sorted({*range(min(n, SAMPLES)), *range(max(n - SAMPLES, 0), n)}):
        for alone in _alone(s, k, n):
            for share, words in ((1.0, ""), (1 / n, ", as its share of the mean")):
                if alone.shape == s.true.shape and s.explained_by(alone * share):
                    return f"the gradient of sample {k} of {n} alone{words}"
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
