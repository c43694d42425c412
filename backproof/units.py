"""The one unit of error: how much rounding makes in each tensor of this case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from architectures import Array, DType

LIMIT = 32.0
"""Above this excess it is not rounding. Where cancellation takes every digit, at p bits and at
p - 4 alike, the excess is 16; a formula fault in float64 stands at 1e6."""
SUSPICIOUS = 4.0
"""Above this excess the unit itself is doubted, and a second opinion on it is asked."""


@dataclass(frozen=True, slots=True)
class Units:
    """unit: the error that rounding makes, by tensor; underflow: the part of it from underflow."""

    unit: Mapping[str, float]
    underflow: Mapping[str, float]

    def excess(self, name: str, error: float) -> float:
        """An error in units: infinitely many, where rounding makes none or what is no number."""
        if error == 0:
            return 0.0
        unit = self.unit[name]
        return float(error / unit) if 0 < unit < np.inf else np.inf

    def note(self, name: str) -> str:
        """What a reader must know about the unit of a tensor."""
        return "the unit includes underflow" if self.underflow.get(name) else ""


def coarse_units(results: Mapping[str, Array], dtype: DType | np.dtype[Any]) -> Units:
    """What is left without exact arithmetic: the square root of the dtype's epsilon is the limit.

    Half the digits of each tensor's largest element must agree; what is smaller goes unseen.
    """
    eps = 2.0**-7 if str(dtype) == "bfloat16" else float(np.finfo(dtype).eps)
    share = float(np.sqrt(eps)) / LIMIT
    sizes = {n: float(np.max(np.abs(g), initial=0)) for n, g in results.items()}
    return Units({name: share * size for name, size in sizes.items()}, {})
