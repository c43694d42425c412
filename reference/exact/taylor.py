"""Is the formula right? The order of the Taylor remainder along a random direction."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from reference.exact.arithmetic import CannotFollow, TooFewBits
from reference.exact.arrays import balls, lift
from reference.exact.ball import Ball
from reference.testimony import LOSS

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

Values = Mapping[str, list[flint.arb]]
"""The claim's results at a point, "loss" and each gradient by name, as flat balls."""

Gradient = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The same tensors to the claim: "loss", and the gradient of each tensor by its name."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the remainder says along one direction.

    odd: the order of L(t + hv) - L(t - hv) - 2h <g, v>; infinite where the remainder is 0.
    even: the order of L(t + hv) + L(t - hv) - 2 L(t).
    residue: the part of the slope that is missing, at the smaller step.
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
    """A random direction for every tensor: odd multiples of 2^-20 in [-1, 1], few bits and no 0."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for name, tensor in tensors.items():
        odd = 2 * rng.integers(-(2**19), 2**19, tensor.shape) + 1
        drawn[name] = lift(odd * 2.0**-20)
    return drawn


def order(loss: Loss, at: Mapping[str, Any], values: Values, direction: Mapping[str, Any]) -> Order:
    """Read the orders off two steps, 2^-100 and 2^-108, along `direction`.

    at: the point. values: the claim there, "loss" and each gradient, as flat balls. direction: the
    tensors that move (the others stay). Call it within `exactly(400)`. Raises `CannotFollow` where
    the claim is not finite, `TooFewBits` where the noise of the arithmetic hides the order.

    Source: the Taylor remainder test of Farrell, Ham, Funke and Rognes (2013), section 4, with
    the remainder split into its odd and even part.
    """
    pairs = [zip(values[name], balls(v), strict=True) for name, v in direction.items()]
    terms = [g * v for pair in pairs for g, v in pair]
    claimed, sizes = sum(terms, flint.arb(0)), sum(map(abs, terms), flint.arb(0))
    base = values[LOSS][0]
    odds, evens = [], []
    for h in (STEP, STEP / SHRINK):
        ahead, behind = _sides(loss, at, direction, h)
        seen = (ahead - behind) / (2 * h)
        odds.append(seen - claimed)
        evens.append((ahead + behind - 2 * base) / (2 * h))
    if not (claimed.is_finite() and seen.is_finite()):
        raise CannotFollow("the claim is no finite number in exact arithmetic either")
    residue = _ratio(odds[1], max(sizes.abs_upper(), seen.abs_upper()))
    found = Order(_order(*odds), _order(*evens), residue)
    unseen = UNSEEN * max(base.abs_upper(), flint.arb(1))
    if found.odd == math.inf and residue > VACUOUS and odds[1].abs_upper() > unseen:
        raise TooFewBits(f"the loss is known too loosely at {flint.ctx.prec} bits")
    return found


def _sides(
    loss: Loss, at: Mapping[str, Any], direction: Mapping[str, Any], h: flint.arb
) -> tuple[flint.arb, flint.arb]:
    """The loss a step h ahead and a step behind."""
    moves = {name: Ball(h) * v for name, v in direction.items()}
    ahead = loss({**at, **{name: at[name] + move for name, move in moves.items()}})
    behind = loss({**at, **{name: at[name] - move for name, move in moves.items()}})
    return balls(ahead)[0], balls(behind)[0]


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


def _log2(value: flint.arb) -> float:
    return float((value.log() / flint.arb(2).log()).mid())


def _ratio(part: flint.arb, whole: flint.arb) -> float:
    """At most this part of the whole; 0 of nothing is nothing."""
    upper = part.abs_upper()
    if upper == 0:
        return 0.0
    return float(upper / whole) if whole > 0 else math.inf
