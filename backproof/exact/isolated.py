"""Points alone: equalities that hold at the very point and to neither side of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backproof.exact.evaluate import over_floats
from backproof.exact.record import Step
from backproof.verdict.decisions import ISOLATED

EQUALITIES = ("equal", "not_equal")


def isolated(steps: Sequence[Step], inputs: Mapping[str, Step], seed: int = 0) -> dict[int, Any]:
    """The comparisons for equality that hold at this very point and to neither side of it, as they
    are there: the branch that they lead to has one point, and its slope is nobody's.
    """
    found = [s for s in steps if s.primitive.name in EQUALITIES and s.inputs[0].is_float]
    met = [s for s in found if np.any(s.value == (s.primitive.name == "equal"))]
    if not met:
        return {}
    random = np.random.default_rng(seed)
    ways = {n: random.choice([-1.0, 1.0], x.shape) for n, x in inputs.items()}
    sides = [
        over_floats(met, {n: _aside(x.value, ways[n] * h) for n, x in inputs.items()}, afresh=True)
        for h in (ISOLATED, -ISOLATED)
    ]
    decided = {}
    for step, ahead, behind in zip(met, *sides, strict=True):
        alone = (ahead == behind) & (ahead != step.value)
        if alone.any():
            decided[step.number] = np.where(alone, ahead, step.value)
    return decided


def _aside(value: Any, step: Any) -> Any:
    return (
        value + step * np.where(value == 0, 1.0, np.abs(value))
        if value.dtype.kind == "f"
        else value
    )
