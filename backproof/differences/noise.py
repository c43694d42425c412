"""How much noise a loss has: measured by the scatter of its values very near a point."""

import math
from dataclasses import dataclass

import numpy as np

from backproof.differences.box import Box
from backproof.differences.probes import proportional
from backproof.exact.precision import Array
from backproof.verdict.numeric import DEVIATIONS, LOUDER, SATURATED, STEEP

FINE, COARSE, WIDE, WIDEST = (1.37 * 2.0**-k for k in (44, 21, 17, 6))
"""Spacings of the values, relative to each element: below and above the grid of float32, on which a
loss that rounds its inputs does not move at the finest; of bfloat16, at all but the widest."""
POINTS, DISTINCT, FLAT = 4, 4, 3
"""Nine values lie on a line; fewer than DISTINCT say nothing, FLAT of twice nine may be a step."""
ORDERS = (5, 6)
"""Differences of so high an order keep nothing of what is smooth."""
HALF, SINGLE, DOUBLE = 2.0**-11, 2.0**-24, 2.0**-53
"""Half a unit in the last place of float16, float32 and float64, relative."""


@dataclass(frozen=True, slots=True)
class Noise:
    """The scatter of a loss around a point, its value there, and the rounding of any value.

    closest: the scatter of values that lie so near to each other that they may show none.
    stairs: whether the loss rises in steps, far apart and higher than rounding makes them.
    """

    here: float
    deviation: float
    closest: float
    roundoff: float
    stairs: bool = False

    def of(self, value: float) -> float:
        """By how much noise may change a value of the loss."""
        return max(DEVIATIONS * self.deviation, 2 * self.roundoff * abs(value))

    @property
    def least(self) -> float:
        """By how much noise changes the value at the point at least."""
        return max(DEVIATIONS * self.closest, 2 * self.roundoff * abs(self.here))

    @property
    def ambiguous(self) -> bool:
        """Whether what looks like noise may be a ripple of the loss itself."""
        return self.closest < self.deviation


def measure(box: Box, name: str, seed: int) -> Noise:
    """The noise as one tensor moves, by 18 to 27 evaluations; `here` is finite where the loss is.

    A loss that is not the same twice at the point itself is as noisy as it differs.
    """
    tensor = box.at[name]
    flat = tensor.reshape(-1)
    eps = float(np.finfo(tensor.dtype).eps)
    along = proportional(flat, seed) * np.random.default_rng(seed).uniform(0.5, 1, flat.size)

    def run(spacing: float) -> Array:
        ts = [i * max(spacing, 8 * eps) for i in range(-POINTS, POINTS + 1)]
        return np.array([box.moved(name, 0, flat.size, along, t) for t in ts])

    near, far = run(FINE), run(COARSE)
    here, twice = float(near[POINTS]), abs(float(near[POINTS] - far[POINTS]))
    if not math.isfinite(here):
        return Noise(here, 0.0, 0.0, DOUBLE)
    if _distinct(near, far) <= FLAT:
        return _flat(here, near, far, run(WIDEST))
    roundoff = _roundoff(near, far)
    fine, coarse = scatter(near), scatter(far)
    if not math.isfinite(fine):  # the border of where the loss is finite
        fine = 2.0**8 * roundoff * abs(here)
    fine = max(fine, roundoff * abs(here) / 2)  # values that near may agree by accident
    deviation = max(fine, coarse) if math.isfinite(coarse) else fine
    closest = deviation
    if coarse > LOUDER * fine and _distinct(near) >= DISTINCT:
        closest = fine
        if scatter(run(WIDE)) > SATURATED * coarse:
            deviation = fine
    stairs = _stairs(near, here) or _stairs(far, here)
    return Noise(here, max(deviation, twice), max(closest, twice), roundoff, stairs)


def scatter(values: Array) -> float:
    """The standard deviation of the noise in equally spaced values; infinite if one is not finite.

    Source: Moré and Wild, Estimating computational noise (2011), section 3: k-th differences take
    away what is smooth, and multiply the variance of independent noise by (2k)! / (k!)^2.
    """
    if not np.isfinite(values).all():
        return math.inf
    found = 0.0
    for k in ORDERS:
        share = math.factorial(k) ** 2 / math.factorial(2 * k)
        found = max(found, math.sqrt(share * float(np.mean(np.diff(values, k) ** 2))))
    return found


def _flat(here: float, near: Array, far: Array, widest: Array) -> Noise:
    """The noise of a loss that hardly moves at the smaller spacings.

    If its numbers may have few digits (they all are float32), that may be why: it is measured at
    the widest.
    """
    few = np.isfinite(widest).all() and _roundoff(near, far, widest) >= SINGLE
    if not few:
        found = scatter(far)
        found = found if math.isfinite(found) else 0.0
        return Noise(here, found, found, _roundoff(near, far))
    found = max(scatter(far), scatter(widest))
    return Noise(here, found, found, _roundoff(near, far, widest), _stairs(widest, here))


def _stairs(values: Array, here: float) -> bool:
    """Whether one difference between neighbours towers above most others, and above rounding."""
    steps = np.abs(np.diff(values[np.isfinite(values)]))
    if steps.size == 0:
        return False
    return float(steps.max()) > STEEP * max(float(np.median(steps)), SINGLE * abs(here))


def _distinct(*runs: Array) -> int:
    return len(np.unique(np.concatenate(runs)))


def _roundoff(*runs: Array) -> float:
    """The rounding of the shortest floats that hold every value, where they are not all equal."""
    values = np.concatenate(runs)
    values = values[np.isfinite(values)]
    for dtype, roundoff in ((np.float16, HALF), (np.float32, SINGLE)):
        if _distinct(values) > 1 and (values.astype(dtype) == values).all():
            return roundoff
    return DOUBLE
