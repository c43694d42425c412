"""The true gradient of every element, with its bound, by reverse mode over balls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
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
    finite,
    midpoints,
    numbers,
    radii,
)
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, Floats
from backproof.exact.record import Step
from backproof.verdict.decisions import (
    BESIDE,
    BITS,
    BOUNDED,
    GROWN,
    KNOWN,
    MOST_BITS,
    SURELY,
    UNEVEN,
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
    wanted = precision.half_ulp(np.abs(midpoints(values)))
    if bits > BITS:
        wanted = np.maximum(wanted, np.nan_to_num(unit, nan=0.0))
    return bool((~finite(values) | (radii(values) <= KNOWN * wanted)).all())


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
    claimed: Mapping[str, Any] | None = None,
) -> Known:
    """The values with those that are no numbers replaced by what they are 2^-200 aside.

    Where all sides agree, that; where they are several numbers, as of a norm at 0, a ball that
    holds them; where the value grows without bound, infinity; else it stays unknown. claimed: by
    the name of an input, a gradient: of a norm it is the slope to its own side, if any.
    """
    if all(finite(v).all() for v in found.values):
        return found
    sides = [
        [_moved(steps, inputs, BESIDE * k, directions, decided) for k in (1, 2)]
        for directions in _directions(inputs, seed, claimed or {})
    ]
    values = []
    for k, v in enumerate(found.values):
        limits = [map(_limit, numbers(near[k]), numbers(far[k])) for near, far in sides]
        values.append(filled(map(_settled, numbers(v), *limits), v.shape))
    return replace(found, values=tuple(values), beside=True)


def _directions(
    inputs: Sequence[Step], seed: int, claimed: Mapping[str, Any]
) -> Iterator[Mapping[str, Floats]]:
    """Random ones, to either side: of one size, and twice of very different sizes, what is small in
    the first being large in the second; and that of a claim.
    """
    random = np.random.default_rng(seed)
    even = {
        s.settings["name"]: random.integers(64, 128, s.shape) / random.choice([-128, 128], s.shape)
        for s in inputs
    }
    powers = {n: random.integers(0, UNEVEN, d.shape) for n, d in even.items()}
    small = {n: d * 2.0 ** -powers[n] for n, d in even.items()}
    large = {n: d * 2.0 ** (powers[n] - UNEVEN) for n, d in even.items()}
    own = {n: _towards(claimed[n], even[n]) for n in even if n in claimed}
    for directions in (even, small, large, {**small, **own}):
        yield directions
        yield {n: -d for n, d in directions.items()}


def _towards(gradient: Any, beside: Floats) -> Floats:
    """A gradient as a direction, its largest element 1; another one's where it is no number."""
    g = np.asarray(gradient, dtype=np.float64)
    known = np.isfinite(g)
    size = np.abs(g[known]).max(initial=0.0) or 1.0
    return np.where(known, np.where(known, g, 0.0) / size + 2.0**-UNEVEN * beside, beside)


def _moved(
    steps: Any, inputs: Sequence[Step], power: int, directions: Any, decided: Any
) -> list[Balls]:
    """The values a step of 2^-power aside."""
    bits, least = 3 * power + UNEVEN, flint.arb(2) ** -power
    return over_balls(steps, bits, _at(inputs, directions, power), decided, least=least)


def _at(inputs: Any, directions: Any, power: int) -> dict[str, Balls]:
    step = flint.arb(2) ** -power
    found = {}
    with flint.ctx.workprec(3 * power + UNEVEN):
        for s in inputs:
            name = s.settings["name"]
            pairs = zip(s.value.ravel().tolist(), directions[name].ravel().tolist(), strict=True)
            scale = [flint.arb(x) + step * d * max(abs(x), 1.0) for x, d in pairs]
            found[name] = filled(scale, s.shape)
    return found


def _settled(here: Any, *limits: Any) -> Any:
    """What a value is, by its limits on the sides on which it has one."""
    if here.is_finite():
        return here
    first, *others = [x for x in limits if x is not None] or [UNKNOWN]
    if all(x.is_finite() for x in (first, *others)):
        if max(map(abs, others), default=ZERO) > BOUNDED * abs(first) > 0:
            return UNKNOWN
        return reduce(lambda a, b: a if _same(a, b) else a.union(b), others, first)
    infinite = not any(x.is_finite() or x.is_nan() for x in (first, *others))
    return first if infinite and all((x > 0) == (first > 0) for x in others) else UNKNOWN


def _limit(near: Any, nearer: Any) -> Any:
    """What a value tends to: infinity where a smaller distance makes it larger, be it as slowly as
    a logarithm does; None where it is not defined.
    """
    if not (near.is_finite() and nearer.is_finite()):
        return None
    if abs(nearer.mid()) < flint.arb(2) ** (-BESIDE // 4) or abs(near) > GROWN * abs(nearer):
        return ZERO
    if abs(nearer) > GROWN * abs(near):
        return INFINITE if nearer > 0 else -INFINITE
    return nearer.mid() if _same(near, nearer) else UNKNOWN


def _same(a: Any, b: Any) -> bool:
    size = max(abs(a), abs(b))
    return bool(abs(a - b) <= size * flint.arb(2) ** (-BESIDE // 4))
