"""The slope of a loss along one line: honest at kinks and borders, in noise and fast oscillation.

Not `scipy.differentiate.derivative`: it knows no noise, and at a kink it is sure of the mean.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backproof.differences.noise import Noise
from backproof.differences.slope import UNKNOWN, Slope, Values, estimated
from backproof.verdict.numeric import GLANCE, GOOD_KINK, NEAREST

LEVELS, ENOUGH = 6, 3
"""Steps halve so often in one descent; it may end after three."""
DEEPER = 6
"""So many more descents at most, each from 64 times nearer."""
DENIED = "from afar the slope is another one than from near"


@dataclass(frozen=True, slots=True)
class Line:
    """A loss along a line: value(t), its noise, and the steps to try.

    size: the step at which it is expected to bend; larger: one to try where noise hides the slope;
    nearer: one to try where it bends sooner; least: below it, floats do not move as told.
    """

    value: Callable[[float], float]
    noise: Noise
    size: float
    larger: float
    nearer: float
    least: float


def slope(line: Line) -> Slope:
    """The slope at t = 0, in 6 to 14 evaluations where the loss is smooth."""
    seen = [_descend(line, line.size)]
    first = seen[0]
    if not first.sharp and (first.noisy or not first.settled) and line.larger > line.size:
        seen.append(_descend(line, line.larger))
    for start in _nearer(line):
        if _best(seen).known:
            break
        seen.append(_descend(line, start))
    best = _best(seen)
    return replace(best, why=_doubt(best, seen, line.noise))


def _best(seen: list[Slope]) -> Slope:
    return min(seen, key=lambda s: (bool(s.why), s.border, s.error))


def _nearer(line: Line) -> Iterator[float]:
    if line.nearer < line.size / 16:
        yield line.nearer
    yield from (line.size * 2.0 ** (-LEVELS * k) for k in range(1, DEEPER + 1))


def _doubt(found: Slope, seen: list[Slope], noise: Noise) -> str:
    """The reason not to believe a slope; empty where there is none."""
    if not math.isfinite(found.error):
        return "the loss is not finite around the point"
    if not found.settled:
        return "the slopes do not settle as the step shrinks"
    if noise.stairs and not found.flat:
        return "the loss is a staircase: flat from near, steep from afar"
    if noise.ambiguous and any(other.why for other in seen):
        return DENIED
    for other in seen:
        if other.noisy or other.error <= GOOD_KINK * other.size:
            apart = max(found.low - other.high, other.low - found.high)
            if apart > found.error + other.error:
                return DENIED
    return found.why


def _descend(line: Line, start: float) -> Slope:
    """The slope by steps start / 2, start / 4, ..., confirmed by a look from much nearer."""
    values: list[Values] = []
    found = UNKNOWN
    for k in range(1, LEVELS + 1):
        h = start * 2.0**-k
        if h < line.least:
            break
        values.append((h, line.value(h), line.value(-h)))
        if len(values) >= ENOUGH:
            found = estimated(line.noise, values)
            if found.known:
                break
    if found.size + found.error in (0.0, math.inf):
        return found
    return replace(found, why=_denied(line, found, values[-1]))


def _denied(line: Line, found: Slope, last: Values) -> str:
    """The reason not to believe a slope, if a look from much nearer does not confirm it.

    From there a one-sided quotient is off by the error, by noise, and by the bend of the loss,
    which shrinks with the step.
    """
    here, least = line.noise.here, line.noise.least
    h, ahead, behind = last
    near = min(least / max(GLANCE * found.size, found.error, sys.float_info.min), h)
    step = max(2.0 ** math.ceil(math.log2(max(near, NEAREST * h))), line.least)
    if step > h / 8:
        return ""
    for sign, side, value in ((1, found.right, ahead), (-1, found.left, behind)):
        off = abs(sign * (line.value(sign * step) - here) / step - side)
        bend = abs(sign * (value - here) / h - side) * step / h
        if off > found.error + 2 * least / step + 4 * bend:
            return DENIED
    return ""
