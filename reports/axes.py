"""Axes: from numbers to pixels, with ticks where a reader expects them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FARTHEST = 1e300
"""An axis ends here, and a logarithmic one begins at its inverse: float64 has no more room."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers from low to high on pixels from start to stop; `log` puts decades at equal distances.

    On a logarithmic axis whatever is not above 0 stands at `zero`, a place of its own.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False
    zero: float = math.nan

    def __call__(self, value: float) -> float:
        """The pixel of a value; a value beyond the ends stands at the end."""
        if self.log and value <= 0:
            return self.zero
        low, high, value = (_log(v, self.log) for v in (self.low, self.high, value))
        share = (value - low) / (high - low)
        return self.start + min(max(share, 0.0), 1.0) * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Between 2 and 8 numbers to write at the axis."""
        if self.log:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            stride = math.ceil((last - first) / 7)
            return [10.0**k for k in range(first, last + 1, stride)]
        rough = (self.high - self.low) / 5
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(f for f in (1.0, 2.0, 5.0, 10.0) if f * size >= rough * 0.999) * size
        below, above = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [k * step for k in range(below, above + 1)]


def fit(values: Iterable[float], start: float, stop: float, log: bool = False) -> Axis:
    """An axis on which the values have their place; those that are not finite have none."""
    finite = [v for v in values if abs(v) <= FARTHEST]
    if log:
        return _decades(finite, start, stop)
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return Axis(low, high, start, stop)


def _decades(values: Sequence[float], start: float, stop: float) -> Axis:
    """A logarithmic axis from decade to decade, with room at its start for 0 if it is needed."""
    positive = [v for v in values if v > 0] or [1.0]
    least, most = max(min(positive), 1 / FARTHEST), max(positive)
    low, high = math.floor(math.log10(least)), math.ceil(math.log10(most))
    nothing = min(values, default=1.0) <= 0
    begin = start + (stop - start) * 0.08 if nothing else start
    zero = start if nothing else math.nan
    return Axis(10.0**low, 10.0 ** max(high, low + 1), begin, stop, True, zero)


def _log(value: float, log: bool) -> float:
    return math.log10(value) if log else value
