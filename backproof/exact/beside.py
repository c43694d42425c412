"""What a gradient is to the sides of a point where it has no value: its limits, over balls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import (
    INFINITE,
    UNKNOWN,
    ZERO,
    Balls,
    filled,
    finite,
    numbers,
)
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import Floats
from backproof.exact.record import Step
from backproof.exact.truth import Known
from backproof.verdict.decisions import (
    BESIDE,
    BOUNDED,
    GROWN,
    UNEVEN,
)


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
