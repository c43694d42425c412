"""The Taylor test: how the remainder of a record's value shrinks along a direction.

No derivative rule has a part in it. If a gradient is right along a direction the remainder
L(x + h d) - L(x) - h <g, d> shrinks with h^2 at least; if anything is missing, with h.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import Balls, filled, numbers, to_balls
from backproof.exact.evaluate import BITS, over_balls
from backproof.exact.precision import Floats
from backproof.exact.record import Step

POWER = 100
"""The step is 2^-100 of the direction, and of an element's size where that is smaller than 1."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """slope: the record's own slope along the direction. order: the power of the step with which
    the remainder of a claimed slope shrinks; infinite where nothing is left.
    """

    slope: flint.arb
    order: float


def weighed(outputs: Mapping[Step, Any], values: Mapping[Step, Balls]) -> flint.arb:
    """The sum of outputs times cotangents, real parts of complex ones."""
    total = flint.arb(0)
    for y, dy in outputs.items():
        for a, b in zip(numbers(values[y]), numbers(to_balls(dy)), strict=True):
            total += (a * b).real if hasattr(a * b, "conjugate") else a * b
    return total


def remainder(
    outputs: Mapping[Step, Any],
    inputs: Mapping[str, Step],
    direction: Mapping[str, Floats],
    claimed: flint.arb,
    bits: int = BITS,
) -> Remainder:
    """The order of the remainder of a claimed slope along a direction of the inputs.

    outputs: by a step, its cotangent. Decisions are the run's. Three forward evaluations.
    """
    bits = max(bits, 4 * POWER)
    with flint.ctx.workprec(bits):
        here, near, far = (_value(outputs, inputs, direction, times, bits) for times in (0, 1, 2))
        h = flint.arb(2) ** -POWER
        slope = (4 * near - far - 3 * here) / (2 * h)
        r1, r2 = near - here - h * claimed, far - here - 2 * h * claimed
        if abs(r1).mid() == 0 or abs(r1).mid() <= r1.rad():
            return Remainder(slope, np.inf)
        return Remainder(slope, float((abs(r2).mid() / abs(r1).mid()).log() / flint.arb(2).log()))


def _value(outputs: Any, inputs: Any, direction: Any, times: int, bits: int) -> flint.arb:
    at = {n: moved(inputs[n], d, times) for n, d in direction.items()}
    values = over_balls(list(outputs), bits, at)
    return weighed(outputs, dict(zip(outputs, values, strict=True)))


def moved(step: Step, direction: Floats, times: float, power: int = POWER) -> Balls:
    """An input's value, `times` 2^-power of its direction away; small elements by as much less."""
    h = flint.arb(2) ** -power * times
    pairs = zip(step.value.ravel().tolist(), np.ravel(direction).tolist(), strict=True)
    return filled((flint.arb(x) + h * d for x, d in pairs), step.shape)
