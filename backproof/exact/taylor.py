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
from backproof.exact.evaluate import over_balls, unmoved
from backproof.exact.precision import Floats
from backproof.exact.record import Step
from backproof.verdict.decisions import BITS, MOST_BITS, TAYLOR


@dataclass(frozen=True, slots=True)
class Remainder:
    """slope: the record's own slope along the direction. order: the power of the step with which
    the remainder of a claimed slope shrinks; NaN where it is not told from 0.
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
    decided: Mapping[int, Any] | None = None,
    kept: Mapping[int, Any] | None = None,
) -> Remainder:
    """The order of the remainder of a claimed slope along a direction of the inputs.

    outputs: by a step, its cotangent. Decisions are the run's. kept: by number, values of steps at
    these bits. Three forward evaluations, with more bits where these leave the remainder open; NaN
    where it stays so.
    """
    decided, moving = decided or {}, [inputs[n].number for n in direction]
    known = kept if kept and bits >= 4 * TAYLOR else {}
    bits = max(bits, 4 * TAYLOR)
    while True:
        with flint.ctx.workprec(bits):
            here = _value(outputs, inputs, {}, 0, bits, {**known, **decided})
            own = {**unmoved(list(outputs), moving, bits, decided, known), **decided}
            near, far = (_value(outputs, inputs, direction, k, bits, own) for k in (1, 2))
            found = _remainder(here, near, far, claimed)
        if found.order == found.order or 2 * bits > MOST_BITS:
            return found
        bits, known = 2 * bits, {}


def _remainder(here: flint.arb, near: flint.arb, far: flint.arb, claimed: flint.arb) -> Remainder:
    """By the values at the point, and one and two steps away."""
    h = flint.arb(2) ** -TAYLOR
    slope = (4 * near - far - 3 * here) / (2 * h)
    r1, r2 = near - here - h * claimed, far - here - 2 * h * claimed
    if r1.contains(0):
        return Remainder(slope, np.nan)
    return Remainder(slope, float((abs(r2).mid() / abs(r1).mid()).log() / flint.arb(2).log()))


def _value(
    outputs: Any, inputs: Any, direction: Any, times: int, bits: int, decided: Any
) -> flint.arb:
    at = {n: moved(inputs[n], d, times) for n, d in direction.items()}
    values = over_balls(list(outputs), bits, at, decided)
    return weighed(outputs, dict(zip(outputs, values, strict=True)))


def moved(step: Step, direction: Floats, times: float, power: int = TAYLOR) -> Balls:
    """An input's value, `times` 2^-power of its direction away; small elements by as much less."""
    h, found = flint.arb(2) ** -power * times, to_balls(step.value)
    moving = direction != 0
    d = filled(map(float, direction[moving]), (int(moving.sum()),))
    found[moving] = found[moving] + d * h
    return found
