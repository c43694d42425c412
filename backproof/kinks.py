"""At a kink: is every layer's claim between the one-sided slopes of that layer?

A network that is not differentiable at a point has an elementary kink there: an activation or a
loss whose two one-sided slopes differ. Whether the sum of many such kinks lies between the
one-sided slopes of the whole says nothing: relu(x) - relu(-x) is x, and by every framework's
convention its derivative at 0 is 0. So each layer is asked about its own kinks, element by element.

Source: Bolte and Pauwels, Conservative set valued fields (2021), section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from architectures import INPUT, Dense
from backproof.claims import TARGET, Claim
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, lift
from reference.exact.ball import Ball
from reference.exact.witness import BITS

STEP = flint.arb(2) ** -100
NEAR = 2.0**-40
"""Slopes closer than this are one: the kinks of common functions are larger, 2^-100 is smaller."""


@dataclass(frozen=True, slots=True)
class Kink:
    """An element where a layer's slopes from the left and from the right differ.

    layer: its place and kind, "1 ReLU"; left, right, claimed: the slopes.
    """

    layer: str
    index: tuple[int, ...]
    left: float
    right: float
    claimed: float

    @property
    def between(self) -> bool:
        """Whether the claim is one of the slopes or lies between them."""
        low, high = sorted((self.left, self.right))
        return low - NEAR <= self.claimed <= high + NEAR

    def __str__(self) -> str:
        """The kink in a line."""
        where = f"layer {self.layer} at element {list(self.index)}"
        return f"{where}: slopes {self.left:.4g} and {self.right:.4g}, claimed {self.claimed:.4g}"


def kinks(claim: Claim, at: Mapping[str, Any]) -> list[Kink]:
    """Every kink of every layer and of the loss at a point of balls."""
    network, found = claim.network, []
    with exactly(BITS, presume=True):
        a = at[INPUT]
        for j, (layer, _, names) in enumerate(network.shapes()):
            p = {name.removeprefix(f"{j}."): at[name] for name in names}
            rule = claim.rules[type(layer)]
            y, pullback = rule(layer, p, a)
            if not isinstance(layer, Dense):
                ahead, behind = (rule(layer, p, a + Ball(s))[0] for s in (STEP, -STEP))
                slopes = pullback(lift(np.ones(y.shape)))[0]
                found += _compare(f"{j} {type(layer).__name__}", y, ahead, behind, slopes)
            a = y
        return found + _loss_kinks(claim, a, at[TARGET])


def _loss_kinks(claim: Claim, z: Any, target: Any) -> list[Kink]:
    """The loss is no element-wise function of z, so one element moves at a time."""
    rule, loss = claim.loss_rules[type(claim.network.loss)], claim.network.loss
    L, pullback = rule(loss, z, target)
    slopes, ahead, behind = pullback(L**0), np.empty(z.shape, object), np.empty(z.shape, object)
    for index in np.ndindex(z.shape):
        for moved, s in ((ahead, STEP), (behind, -STEP)):
            there = z.copy()
            there[index] = there[index] + Ball(s)
            moved[index] = rule(loss, there, target)[0]
    flat = np.full(z.shape, L, dtype=object)
    return _compare(type(loss).__name__, flat, ahead, behind, slopes)


def _compare(layer: str, y: Any, ahead: Any, behind: Any, slopes: Any) -> list[Kink]:
    parts = zip(np.ndindex(y.shape), *map(balls, (y, ahead, behind, slopes)), strict=True)
    found = []
    for index, here, up, down, claimed in parts:
        left, right = (here - down) / STEP, (up - here) / STEP
        if abs(right - left) > NEAR:
            found.append(Kink(layer, index, *(float(s.mid()) for s in (left, right, claimed))))
    return found
