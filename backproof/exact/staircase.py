"""Staircases: programs whose slope at a point is not the slope that they show to either side.

A bisection is followed to its last bit, and its record's slope is that of its first bracket. Taken
afresh to either side, its decisions differ at every scale, and its values have a slope of their
own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import flint
import numpy as np

from backproof.exact.evaluate import over_floats
from backproof.exact.precision import Floats
from backproof.exact.primitives.decisions import shift
from backproof.exact.record import Step
from backproof.verdict.decisions import BITS, FLAT, NARROWEST, STAIRS, WIDEST


@dataclass(frozen=True, slots=True)
class Stairs:
    """slope: what the values show to either side. known: to how much of it, by its spread."""

    slope: float
    known: float


def staircase(
    decisions: Sequence[Step],
    inputs: Mapping[str, Step],
    direction: Mapping[str, Floats],
    recorded: float,
    loss: Callable[[Mapping[str, Floats]], flint.arb],
    u: float,
) -> Stairs | None:
    """The slope that the values show, where it overrules the record's; None where it does not.

    recorded: the record's slope along the direction. loss: the value at other inputs, decisions
    made afresh, in balls. u: of the inputs' format; steps go by octaves from 2^-2 to 8 u.
    """
    first, last = (int(-np.log2(h)) for h in (WIDEST, NARROWEST * u))
    steps = [2.0**-k for k in range(first, last + 1)]
    jumping = [d for d in decisions if d.primitive is not shift]
    differ = cache(partial(_differ, jumping, inputs, direction))
    slopes = cache(partial(_slopes, loss, inputs, direction))
    k = 0
    while k + STAIRS <= len(steps):
        octaves = np.array(steps[k : k + STAIRS])
        alike = next((j for j in reversed(range(STAIRS)) if not differ(octaves[j])), None)
        if alike is None and _one_slope(slopes, octaves, recorded):
            return _finest(np.mean([slopes(h) for h in octaves], axis=1))
        k += 1 if alike is None else alike + 1  # no stairs have a step that decides nothing
    return None


def _one_slope(slopes: Callable[[float], Any], octaves: Floats, recorded: float) -> bool:
    """Whether the slopes of all octaves are one, and another than the record's."""
    window: list[tuple[float, float]] = []
    for h in octaves:
        window.append(slopes(h))
        if not _alike(window, float(np.abs(np.subtract(window, recorded)).max())):
            return False  # nor are they with any further ones
    return _alike(window, abs(float(np.median(window)) - recorded))


def _alike(slopes: Sequence[tuple[float, float]], apart: float) -> bool:
    """Whether slopes are one, beside how far they are from the record's."""
    return bool(np.isfinite(slopes).all() and np.ptp(slopes) < FLAT * apart)


def _finest(slopes: Floats) -> Stairs:
    """The first central slope whose change to the next octave is no longer half of that before: the
    error of the difference falls fourfold from octave to octave, that of a stair's height doubles,
    save where one is met twice. Known to both changes.
    """
    changes = np.abs(np.diff(slopes))
    halved = changes[1:] < changes[:-1] / 2
    k = int(np.argmin(halved)) if not halved.all() else len(halved) - 1
    return Stairs(float(slopes[k + 1]), float(max(changes[k : k + 2])))


def _slopes(loss: Any, inputs: Any, direction: Any, h: float) -> tuple[float, float]:
    """The slopes ahead and behind: of a kink nearby they are two, of a staircase one."""
    here, ahead, behind = (loss(_aside(inputs, direction, s)) for s in (0.0, h, -h))
    with flint.ctx.workprec(BITS):
        return float((ahead - here) / h), float((here - behind) / h)


def _aside(inputs: Any, direction: Any, h: float) -> dict[str, Floats]:
    return {n: inputs[n].value + h * d for n, d in direction.items()}


def _differ(decisions: Sequence[Step], inputs: Any, direction: Any, h: float) -> bool:
    """Whether a decision is another a step ahead than a step behind."""
    sides = [over_floats(decisions, _aside(inputs, direction, s), afresh=True) for s in (h, -h)]
    return any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(*sides, strict=True))
