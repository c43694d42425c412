"""Points a little aside of a point, at which a record is made once more."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backproof.exact.precision import FLOAT32, FLOAT64, Precision, coarser
from backproof.programs.run import Tensors
from backproof.verdict.decisions import ASIDE, ULPS_ASIDE


def scales(formats: Mapping[str, Precision]) -> Sequence[float]:
    """From the farthest to the nearest, of the format that has the fewest bits."""
    coarse = coarser(FLOAT64, *formats.values())
    if coarse.bits < FLOAT32.bits:
        return (ULPS_ASIDE * 2.0 ** (1 - coarse.bits),)
    return ASIDE if coarse is FLOAT64 else ASIDE[:2]


def aside(
    tensors: Tensors, formats: Mapping[str, Precision], scale: float, seed: int
) -> Mapping[str, Any]:
    """Every element moved by a random part of itself, within its format; where all of a tensor are
    0, by as much of 1.
    """
    random = np.random.default_rng([seed, 13])

    def moved(t: Any, precision: Precision) -> Any:
        d = random.uniform(0.5, 1.0, size=t.shape) * random.choice([-1.0, 1.0], size=t.shape)
        wide = np.asarray(t, dtype=np.float64)
        wide = wide * (1 + scale * d) if wide.any() else scale * d
        return np.asarray(precision.rounded(wide)).astype(t.dtype)

    return {name: moved(t, formats.get(name, FLOAT64)) for name, t in tensors.items()}
