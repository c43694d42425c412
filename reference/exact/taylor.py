"""Is the formula right? The order of the Taylor remainder along a random direction."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from reference.exact.arithmetic import CannotFollow
from reference.exact.arrays import balls, lift
from reference.exact.ball import Ball

STEP = flint.arb(2) ** -100
SHRINK = 256
RIGHT = 1.5
"""Orders are 1 where a term is missing, 2 or 3 where none is: this lies between."""
VACUOUS = 2.0**-120
UNSEEN = 2.0**-200
"""A remainder that may be 0 proves the formula only if it is surely below VACUOUS times the slope,
or, where the slope vanishes, below UNSEEN times the loss or 1. It lies within the noise of 400 bits
then: what it may hide is smaller than the smallest float32 by far."""

Loss = Callable[[Mapping[str, Any]], Any]
"""The tensors, by the names of their gradients, to the loss, a number."""

Gradient = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The same tensors to the claim: "loss", and the gradient of each tensor by its name."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the remainder says along one direction.

    odd: the order of L(t + hv) - L(t - hv) - 2h <g, v>; infinite where the remainder is 0.
    even: the order of L(t + hv) + L(t - hv) - 2 L(t).
    residue: the part of the slope that is missing: |odd| / 2h over the larger of sum |g v| and the
    slope itself, at the smaller step.
    """

    odd: float
    even: float
    residue: float

    @property
    def right(self) -> bool:
        """Whether g has no first-order term too many or too few along the direction."""
        return self.odd > RIGHT

    @property
    def smooth(self) -> bool:
        """Whether the loss has a derivative along the direction."""
        return self.even > RIGHT


def directions(tensors: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """A random direction of few bits for every tensor: multiples of 2^-20 in [-1, 1], never 0."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for name, tensor in tensors.items():
        numerators = rng.integers(1, 2**20, tensor.shape) * rng.choice([-1, 1], tensor.shape)
        drawn[name] = lift(numerators * 2.0**-20)
    return drawn


def order(
    loss: Loss,
    at: Mapping[str, Any],
    base: Any,
    gradient: Mapping[str, Any],
    direction: Mapping[str, Any],
) -> Order:
    """Read the orders off two steps, 2^-100 and 2^-108, along `direction`.

    at: the point, base: the loss there, gradient: the claim there, all in balls; direction: the
    tensors that move (the others stay). Call it within `exactly(400)`.

    Source: the Taylor remainder test of Farrell, Ham, Funke and Rognes (2013), section 4, with
    the remainder split into its odd and even part.
    """
    terms = [g * v for n in direction for g, v in zip(balls(gradient[n]), balls(direction[n]), strict=True)]
    slope = sum(terms, flint.arb(0))
    if not (slope.is_finite() and balls(base)[0].is_finite()):
        raise CannotFollow("the claim is no finite number in exact arithmetic either")
    odds, evens, h = [], [], STEP
    for _ in range(2):
        ahead, behind = (_at(loss, at, direction, s) for s in (h, -h))
        odds.append(ahead - behind - 2 * h * slope)
        evens.append(ahead + behind - 2 * balls(base)[0])
        h = h / SHRINK
    h = h * SHRINK
    seen = abs((ahead - behind) / (2 * h)).abs_upper()
    scale = max(sum((abs(term) for term in terms), flint.arb(0)).abs_upper(), seen)
    residue = _ratio(odds[1] / (2 * h), scale)
    odd, even = _order(*odds), _order(*evens)
    loose = (odds[1] / (2 * h)).abs_upper() > UNSEEN * max(balls(base)[0].abs_upper(), flint.arb(1))
    if odd == math.inf and residue > VACUOUS and loose:
        raise CannotFollow(f"{flint.ctx.prec} bits are too few: the loss is known too loosely")
    return Order(odd, even, residue)


def _at(loss: Loss, at: Mapping[str, Any], direction: Mapping[str, Any], h: Any) -> flint.arb:
    moved = {**at, **{name: at[name] + Ball(h) * direction[name] for name in direction}}
    return balls(loss(moved))[0]


def _order(large: flint.arb, small: flint.arb) -> float:
    """The order that two remainders show; where a ball reaches 0, the least that they prove."""
    if large.contains(0):
        return math.inf
    if small.contains(0):
        return _log2(large.abs_lower() / small.abs_upper()) / math.log2(SHRINK)
    return _log2(abs(large / small).mid()) / math.log2(SHRINK)


def _log2(value: flint.arb) -> float:
    return float((value.log() / flint.arb(2).log()).mid())


def _ratio(part: flint.arb, whole: flint.arb) -> float:
    """At most this part of the whole; 0 of nothing is nothing."""
    upper = part.abs_upper()
    if upper == 0:
        return 0.0
    return float(upper / whole) if whole > 0 else math.inf
