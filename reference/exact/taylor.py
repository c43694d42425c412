"""Is the formula right? The order of the Taylor remainder along a random direction."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np

from reference.exact.arithmetic import CannotFollow, TooFewBits
from reference.exact.arrays import balls, filled
from reference.exact.ball import ball
from reference.testimony import LOSS

STEP = flint.arb(2) ** -100
SHRINK = 256
RIGHT = 1.5
"""Orders are 1 where a term is missing, 2 or 3 where none is: this lies between."""
VACUOUS, UNSEEN = 2.0**-120, flint.arb(2) ** -1100
"""A remainder that may be 0 proves the formula only if it is surely below VACUOUS times the slope,
or, where the slope vanishes, below UNSEEN times the loss or 1: less than the smallest float64."""
NOTHING, STRAIGHT, BENT = 2.0**-180, 2.0**-60, 2.0**-20
"""One step of 2^-100 is enough if the odd remainder is below NOTHING times the slope, or below
2^-80 times the slope of every single tensor, and the even one below STRAIGHT times the slope; also
where equal numbers were compared and the even one is above BENT times the slope: a kink."""
HIDDEN = 2.0**-80

GRAIN = flint.arb(2) ** -20

Directions = Mapping[str, list[int]]
"""Odd integers for the elements of every tensor that moves, in units of GRAIN."""

Loss = Callable[[Mapping[str, Any]], Any]
"""The tensors, by the names of their gradients, to the loss, a number."""

Values = Mapping[str, list[flint.arb]]
"""The claim's results at a point, "loss" and each gradient by name, as flat balls."""

Gradient = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The same tensors to the claim: "loss", and the gradient of each tensor by its name."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the remainder says along one direction.

    odd: the order of L(t + hv) - L(t - hv) - 2h <g, v>; infinite where the remainder is 0.
    even: the order of L(t + hv) + L(t - hv) - 2 L(t). Where one step was enough, both are measured
    against the slope: 1 + log(remainder / slope) / log(h).
    residue: the part of the slope that is missing, at the smallest step taken. loose: whether the
    noise of the arithmetic may hide more than it should.
    """

    odd: float
    even: float
    residue: float
    loose: bool = False

    @property
    def right(self) -> bool:
        """Whether g has no first-order term too many or too few along the direction."""
        return self.odd > RIGHT

    @property
    def smooth(self) -> bool:
        """Whether the loss has a derivative along the direction."""
        return self.even > RIGHT


def directions(tensors: Mapping[str, Any], seed: int) -> Directions:
    """A random direction for every tensor: odd multiples of GRAIN in [-1, 1], few bits and no 0."""
    rng = np.random.default_rng(seed)
    drawn = {n: rng.integers(-(2**19), 2**19, np.size(t)) for n, t in tensors.items()}
    return {name: (2 * k + 1).tolist() for name, k in drawn.items()}


def beside(at: Mapping[str, Any], direction: Directions, step: flint.arb) -> dict[str, Any]:
    """The point a step along a direction away."""
    step, moved = step * GRAIN, dict(at)
    for name, v in direction.items():
        there = [ball(x + step * k) for x, k in zip(balls(at[name]), v, strict=True)]
        moved[name] = filled(there, at[name].shape)
    return moved


def order(
    loss: Loss,
    at: Mapping[str, Any],
    values: Values,
    direction: Directions,
    tied: bool = False,
) -> Order:
    """Read the orders off steps of 2^-100 and 2^-108 along `direction`; off the first alone, where
    that tells enough.

    at: the point. values: the claim there, "loss" and each gradient, as flat balls. direction: the
    tensors that move (the others stay). tied: whether equal numbers are compared at the point.
    Call it within `exactly(400)`. Raises `CannotFollow` where the claim is not finite, `TooFewBits`
    where the noise of the arithmetic hides the order.

    Source: the Taylor remainder test of Farrell, Ham, Funke and Rognes (2013), section 4, with
    the remainder split into its odd and even part.
    """
    slope = _slope(values, direction)
    first = _remainder(loss, at, values[LOSS][0], slope, direction, STEP)
    told = first.residue < max(NOTHING, HIDDEN * slope.smallest) and first.bend < STRAIGHT
    if told or (tied and first.bent):
        return Order(_against_slope(first.residue), _against_slope(first.bend), first.residue)
    second = _remainder(loss, at, values[LOSS][0], slope, direction, STEP / SHRINK)
    found = Order(_order(first.odd, second.odd), _order(first.even, second.even), second.residue)
    unseen = UNSEEN * max(values[LOSS][0].abs_upper(), flint.arb(1))
    loose = second.residue > VACUOUS and bool(second.odd.abs_upper() > unseen)
    return replace(found, loose=loose and found.odd == math.inf)


@dataclass(frozen=True, slots=True)
class _Slope:
    """<g, v>, the sum of its terms' sizes, and the smallest tensor's part of that sum. vanishes:
    whether all of the terms may be 0.
    """

    claimed: flint.arb
    size: flint.arb
    smallest: float
    vanishes: bool


def _slope(values: Values, direction: Directions) -> _Slope:
    claimed, sizes = flint.arb(0), []
    for name, v in direction.items():
        terms = [g * k for g, k in zip(values[name], v, strict=True)]
        claimed = sum(terms, claimed)
        sizes.append(sum(map(abs, terms), flint.arb(0)))
    size = sum(sizes, flint.arb(0)).abs_upper()
    smallest = min((float(s.abs_lower() / size) for s in sizes), default=0.0) if size > 0 else 0.0
    vanishes = all(s.contains(0) for s in sizes)
    return _Slope(claimed * GRAIN, size * GRAIN, smallest, vanishes)


@dataclass(frozen=True, slots=True)
class _Remainder:
    """What is left of the loss at one step, divided by 2h; residue, bend: upper bounds of its odd
    and even part, as parts of the slope. bent: whether the even part is surely no small one.
    """

    odd: flint.arb
    even: flint.arb
    residue: float
    bend: float
    bent: bool


def _remainder(
    loss: Loss,
    at: Mapping[str, Any],
    base: flint.arb,
    slope: _Slope,
    direction: Directions,
    h: flint.arb,
) -> _Remainder:
    ahead, behind = (balls(loss(beside(at, direction, step)))[0] for step in (h, -h))
    seen = (ahead - behind) / (2 * h)
    if not (slope.claimed.is_finite() and seen.is_finite()):
        raise CannotFollow("the claim is no finite number in exact arithmetic either")
    odd, even = seen - slope.claimed, (ahead + behind - 2 * base) / (2 * h)
    scale = max(slope.size, seen.abs_upper())
    bent = not slope.vanishes and even.abs_lower() > BENT * scale
    return _Remainder(odd, even, _ratio(odd, scale), _ratio(even, scale), bent)


def _order(large: flint.arb, small: flint.arb) -> float:
    """The order that two remainders show, both divided by 2h.

    Where the smaller one may be 0, the least order that they prove; that must be enough.
    """
    if large.contains(0):
        return math.inf
    if not small.contains(0):
        return 1 + _log2(abs(large / small).mid()) / math.log2(SHRINK)
    proven = 1 + _log2(large.abs_lower() / small.abs_upper()) / math.log2(SHRINK)
    if proven <= RIGHT:
        raise TooFewBits(f"a remainder is lost in the noise of {flint.ctx.prec} bits")
    return proven


def _against_slope(part: float) -> float:
    """The order that one step of 2^-100 shows, if the slope is what a remainder is measured by."""
    return 1 - math.log2(part) / 100 if part else math.inf


def _log2(value: flint.arb) -> float:
    return float((value.log() / flint.arb(2).log()).mid())


def _ratio(part: flint.arb, whole: flint.arb) -> float:
    """At most this part of the whole; 0 of nothing is nothing."""
    upper = part.abs_upper()
    if upper == 0:
        return 0.0
    return float(upper / whole) if whole > 0 else math.inf
