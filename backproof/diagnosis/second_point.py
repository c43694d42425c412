"""Whether what fits at one point fits at a second one as well."""

from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer, as_floats, largest
from backproof.diagnosis.evidence import Floats

SEVERAL = 3
"""So many elements that show the same factor are no coincidence."""


def is_confirmed(s: Deviation, k: float) -> bool:
    """Whether claimed = k true holds for more than a number or two: at a second point, if there is
    one, and else in several elements.
    """
    second = elsewhere(s)
    if second is None:
        return int(s.told_apart(k * s.true).sum()) >= SEVERAL
    claimed, true = second
    return largest(claimed - k * true) <= s.tolerance(k * true)


def elsewhere(s: Deviation) -> tuple[Floats, Floats] | None:
    """The claimed gradient and the true one at a second point: another cotangent, else inputs a
    little aside; None where there is none.
    """
    evidence, random = s.evidence, np.random.default_rng(4)
    if evidence.dy is not None:
        dy = evidence.dy * random.uniform(0.5, 2.0, evidence.dy.shape)
        pair = answer(evidence.rerun, dy), answer(evidence.true_rerun, dy)
    else:
        moved = {n: _aside(x, random) for n, x in evidence.inputs.items()}
        pair = answer(evidence.at, moved), answer(evidence.true_at, moved)
    claimed, true = (as_floats(found.get(s.name)) for found in pair)
    if claimed is None or true is None or claimed.shape != true.shape or not true.any():
        return None
    return claimed, true


def _aside(x: Any, random: np.random.Generator) -> Any:
    array = np.asarray(x)
    if array.dtype.kind != "f" or not array.ndim:
        return x
    return (array * (1 + random.integers(-8, 9, array.shape) / 512)).astype(array.dtype)
