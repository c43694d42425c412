"""Axes: from numbers to pixels, with ticks where a reader expects them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


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
            step = math.ceil((last - first) / 7)
            return [10.0**k for k in range(first, last + 1, step)]
        rough = (self.high - self.low) / 5
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(f for f in (1.0, 2.0, 5.0, 10.0) if f * size >= rough * 0.999) * size
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [k * step for k in range(first, last + 1)]


def fit(values: Iterable[float], start: float, stop: float, log: bool = False) -> Axis:
    """An axis on which all the values that are finite have their place."""
    finite = [v for v in values if math.isfinite(v)]
    if log:
        positive = [v for v in finite if v > 0] or [1.0]
        low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
        zero, low = (start, low) if min(finite, default=1.0) <= 0 else (math.nan, low)
        beyond = start + (stop - start) * 0.08 if zero == start else start
        return Axis(10.0**low, 10.0 ** max(high, low + 1), beyond, stop, True, zero)
    low_value, high_value = min(finite, default=0.0), max(finite, default=1.0)
    if low_value == high_value:
        low_value, high_value = low_value - 0.5, high_value + 0.5
    return Axis(low_value, high_value, start, stop)


def _log(value: float, log: bool) -> float:
    return math.log10(value) if log else value
