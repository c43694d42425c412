"""Is the rounding normal? The error that it makes here, measured with the claim's own code."""

from collections.abc import Mapping
from typing import Any

import flint
import numpy as np

from architectures import DType, Tensors
from reference.exact.arrays import balls, distances
from reference.exact.short import rounded, shorten
from reference.exact.taylor import Gradient, Values

FEWER = 4
"""The measuring run rounds to p - 4 bits: 16 times the error of p bits, well above its noise."""
NOISY_RUNS = 3
BFLOAT16 = "bfloat16"
"""A dtype by name, since NumPy has none: its arrays are float32's."""


def bits(dtype: DType | np.dtype[Any]) -> int:
    """The precision p of a dtype: 53 for float64, 24 for float32, 8 for "bfloat16"."""
    return 8 if str(dtype) == BFLOAT16 else int(np.finfo(dtype).nmant) + 1


def smallest_normal(dtype: DType | np.dtype[Any]) -> float:
    """The smallest number that a dtype holds to its full precision; bfloat16's is float32's."""
    return float(np.finfo(np.float32 if str(dtype) == BFLOAT16 else dtype).smallest_normal)


def units(
    gradient: Gradient, tensors: Tensors, exact: Values, dtype: DType | np.dtype[Any]
) -> tuple[dict[str, float], dict[str, float]]:
    """The unit of error of each tensor, and how much of it is underflow.

    gradient: the claim; exact: its results in balls. The unit is a 16th of the largest error of a
    run rounded to p - 4 bits, at least half a unit in the last place of the largest element, plus
    what results below the dtype's smallest normal number lose by being 0.
    """
    smallest, p = smallest_normal(dtype), bits(dtype)
    flushed, underflows = _run(gradient, tensors, p - FEWER, smallest)
    plain = _run(gradient, tensors, p - FEWER)[0] if underflows else flushed
    unit, underflow = {}, {}
    for name, true in exact.items():
        lost = float(distances(plain[name], flushed[name]).max(initial=0)) if underflows else 0.0
        unit[name], underflow[name] = unit_of(plain[name], true, p) + lost, lost
    return unit, underflow


def noisy_units(
    gradient: Gradient, tensors: Tensors, exact: Values, dtype: DType | np.dtype[Any], seed: int
) -> dict[str, float]:
    """A second opinion: the same unit from runs that change every result by up to 2^-(p-4) of it.

    Rounding can cancel by accident, in one element or, where terms are equal, in a whole tensor;
    random changes of the same size do not. The largest of three runs counts.

    Source: Parker, Monte Carlo Arithmetic (1997), section 4.
    """
    step, draw = 2.0 ** (FEWER - bits(dtype)), np.random.default_rng(seed)
    unit = dict.fromkeys(exact, 0.0)
    for _ in range(NOISY_RUNS):
        run, _ = _run(gradient, tensors, 53, 0.0, lambda shape: draw.uniform(-step, step, shape))
        for name, true in exact.items():
            error = float(distances(run[name], true).max(initial=0)) * 2.0**-FEWER
            unit[name] = max(unit[name], error)
    return unit


def unit_of(short: list[flint.arb], true: list[flint.arb], p: int) -> float:
    """What p bits lose in a tensor, by a run of p - 4 bits: a 16th of its largest error.

    At least half a unit in the last place of the largest element, by which any result may be off.
    """
    size = max((abs(float(t.mid())) for t in true), default=0.0)
    return max(float(distances(short, true).max(initial=0)) * 2.0**-FEWER, size * 2.0**-p)


def _run(gradient: Gradient, tensors: Tensors, *arithmetic: Any) -> tuple[Values, bool]:
    with rounded(*arithmetic) as shortness:
        result: Mapping[str, Any] = gradient({name: shorten(t) for name, t in tensors.items()})
        return {name: balls(g) for name, g in result.items()}, shortness.flushed
