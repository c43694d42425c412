"""The true gradient of every element, with its bound, by reverse mode over balls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import (
    INFINITE,
    UNKNOWN,
    ZERO,
    Balls,
    accuracy,
    filled,
    midpoints,
    numbers,
    radii,
)
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, Floats
from backproof.exact.record import Step
from backproof.verdict.decisions import BESIDE, BITS, GROWN, GROWS, KNOWN, MOST_BITS, SURELY


@dataclass(frozen=True, slots=True)
class Known:
    """Values of steps over balls.

    values: in the order asked for. bits: that were needed. bounded: whether the radii bound them;
    otherwise two precisions agree, and nothing else stands behind the values. beside: whether some
    are what they are to either side of the point.
    """

    values: tuple[Balls, ...]
    bits: int
    bounded: bool = True
    beside: bool = False


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
        values = over_balls(steps, bits, at, decided)
        close = [_close(v, s, u, bits) for v, s, u in zip(values, steps, units, strict=True)]
        if all(close):
            return Known(tuple(values), bits)
        if 2 * bits > MOST_BITS:
            return _agreed(steps, at, decided, bits)
        bits *= 2


def _close(values: Balls, step: Step, unit: Floats, bits: int) -> bool:
    """Whether the radii are small enough; what is not a number at all no bits will tell."""
    precision = step.precision or FLOAT64
    if accuracy(values).min(initial=bits) >= precision.bits + SURELY:
        return True
    wanted = precision.half_ulp(np.abs(midpoints(values)))
    if bits > BITS:
        wanted = np.maximum(wanted, np.nan_to_num(unit, nan=0.0))
    lost = np.array([not x.is_finite() for x in numbers(values)]).reshape(values.shape)
    return bool((lost | (radii(values) <= KNOWN * wanted)).all())


def _agreed(steps: Any, at: Any, decided: Any, bits: int) -> Known:
    """Midpoints at two precisions, where the radii of the last one are still too wide."""
    values = over_balls(steps, bits, at, decided)
    return Known(tuple(filled(_centres(v), v.shape) for v in values), bits, bounded=False)


def _centres(values: Balls) -> list[Any]:
    return [x.mid() if x.is_finite() else x for x in numbers(values)]


def settled_beside(
    steps: Sequence[Step],
    found: Known,
    inputs: Sequence[Step],
    seed: int = 0,
    decided: Mapping[int, Any] | None = None,
) -> Known:
    """The values with those that are no numbers replaced by what they are 2^-200 to either side.

    Where both sides agree, that; where they are two numbers, as of a norm at 0, a ball that holds
    both; where the value grows without bound, infinity; what is known on no side stays unknown.
    """
    if all(all(x.is_finite() for x in numbers(v)) for v in found.values):
        return found
    near, far = ((_moved(steps, inputs, BESIDE * k, seed, decided)) for k in (1, 2))
    values = tuple(
        filled(map(_settled, numbers(v), *(map(numbers, rows))), v.shape)
        for v, *rows in (
            (v, near[0][k], near[1][k], far[0][k], far[1][k]) for k, v in enumerate(found.values)
        )
    )
    return Known(values, found.bits, found.bounded, beside=True)


def _moved(
    steps: Any, inputs: Sequence[Step], power: int, seed: int, decided: Any
) -> list[list[Balls]]:
    """The values a step of 2^-power ahead and behind, along a random direction."""
    random = np.random.default_rng(seed)
    directions = {s.settings["name"]: random.integers(64, 128, s.shape) / 128 for s in inputs}
    signs = {n: d * random.choice([-1.0, 1.0], d.shape) for n, d in directions.items()}
    return [
        over_balls(steps, 3 * power, _at(inputs, signs, side, power), decided) for side in (1, -1)
    ]


def _at(inputs: Any, directions: Any, side: int, power: int) -> dict[str, Balls]:
    step = flint.arb(2) ** -power * side
    found = {}
    with flint.ctx.workprec(3 * power):
        for s in inputs:
            name = s.settings["name"]
            pairs = zip(s.value.ravel().tolist(), directions[name].ravel().tolist(), strict=True)
            scale = [flint.arb(x) + step * d * max(abs(x), 1.0) for x, d in pairs]
            found[name] = filled(scale, s.shape)
    return found


def _settled(here: Any, ahead: Any, behind: Any, ahead2: Any, behind2: Any) -> Any:
    if here.is_finite():
        return here
    sides = [(a, b) for a, b in ((ahead, ahead2), (behind, behind2)) if b.is_finite()]
    if not sides:
        return UNKNOWN
    first, last = _limit(*sides[0]), _limit(*sides[-1])
    if first.is_finite() and last.is_finite():
        return first if _same(first, last) else first.union(last)
    return first if not first.is_finite() and bool(first > 0) == bool(last > 0) else UNKNOWN


def _limit(near: Any, nearer: Any) -> Any:
    """What a value tends to: infinity where a far smaller distance makes it far larger."""
    if abs(nearer) > GROWS and (not near.is_finite() or abs(nearer) > GROWN * abs(near)):
        return INFINITE if nearer > 0 else -INFINITE
    return ZERO if abs(nearer.mid()) < flint.arb(2) ** (-BESIDE // 4) else nearer.mid()


def _same(a: Any, b: Any) -> bool:
    size = max(abs(a), abs(b))
    return bool(abs(a - b) <= size * flint.arb(2) ** (-BESIDE // 4))
