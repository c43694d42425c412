"""The true gradient of every element, with its bound, by reverse mode over balls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backproof.exact.balls import (
    Balls,
    accuracy,
    filled,
    finite,
    midpoints,
    numbers,
    radii,
)
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, Floats
from backproof.exact.record import Step
from backproof.verdict.decisions import (
    BITS,
    KNOWN,
    MOST_BITS,
    SURELY,
)


@dataclass(frozen=True, slots=True)
class Known:
    """Values of steps over balls.

    values: in the order asked for. bits: that were needed. bounded: whether the radii bound them;
    otherwise two precisions agree, and nothing else stands behind the values. beside: whether some
    are what they are to either side of the point. kept: by number, the values of all steps on the
    way there, empty where these are many.
    """

    values: tuple[Balls, ...]
    bits: int
    bounded: bool = True
    beside: bool = False
    kept: Mapping[int, Any] = field(default_factory=dict)


def known(
    steps: Sequence[Step],
    units: Sequence[Floats],
    at: Mapping[str, Balls] | None = None,
    decided: Mapping[int, Any] | None = None,
) -> Known:
    """The values of steps, each to `KNOWN` of half an ulp or, where that is not to be had though
    the bits are doubled, of its unit of rounding.
    """
    bits = BITS
    while True:
        kept = dict[int, Any]()
        values = over_balls(steps, bits, at, decided, kept=kept)
        close = [_close(v, s, u, bits) for v, s, u in zip(values, steps, units, strict=True)]
        if all(close):
            return Known(tuple(values), bits, kept=kept)
        if 2 * bits > MOST_BITS:
            return _agreed(steps, at, decided, bits)
        bits *= 2


def _close(values: Balls, step: Step, unit: Floats, bits: int) -> bool:
    """Whether the radii are small enough; what is not a number at all no bits will tell."""
    precision = step.precision or FLOAT64
    if accuracy(values).min(initial=bits) >= precision.bits + SURELY:
        return True
    wanted = precision.half_ulp(midpoints(values))
    if bits > BITS:
        wanted = np.maximum(wanted, np.nan_to_num(unit, nan=0.0))
    return bool((~finite(values) | (radii(values) <= KNOWN * wanted)).all())


def _agreed(steps: Any, at: Any, decided: Any, bits: int) -> Known:
    """Midpoints at two precisions, where the radii of the last one are still too wide."""
    values = over_balls(steps, bits, at, decided)
    return Known(tuple(filled(_centres(v), v.shape) for v in values), bits, bounded=False)


def _centres(values: Balls) -> list[Any]:
    return [x.mid() if x.is_finite() else x for x in numbers(values)]
