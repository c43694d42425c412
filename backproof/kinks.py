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

import numpy as np

from architectures import INPUT, Network
from backproof.alone import Backward, layers_alone, loss_alone
from backproof.claims import TARGET, Claim
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, lift
from reference.exact.ball import Ball
from reference.exact.taylor import STEP, Loss, directions, order
from reference.exact.witness import BITS
from reference.testimony import LOSS

Place = tuple[int, str, str]
"""What a kink begins with: its place, layer and tensor."""

NEAR = 2.0**-40
"""Slopes closer than this are one: the kinks of common functions are larger, 2^-100 is smaller."""


@dataclass(frozen=True, slots=True)
class Kink:
    """An element where a layer's slopes from the left and from the right differ.

    place: how many layers lie before it. layer: its place and kind, "layer 1 (ReLU)"; tensor: what
    its slope is called, "dx" or "dz"; left, right, claimed: the slopes.
    """

    place: int
    layer: str
    tensor: str
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
        where = f"{self.layer} at element {list(self.index)}"
        return f"{where}: slopes {self.left:.4g} and {self.right:.4g}, claimed {self.claimed:.4g}"


def kinks(claim: Claim, at: Mapping[str, Any]) -> list[Kink]:
    """Every kink of every layer and of the loss at a point of balls.

    Only what compared equal numbers can have one.
    """
    found, a = [], at[INPUT]
    with exactly(BITS, presume=True) as watch:
        for j, (where, rule, p) in enumerate(layers_alone(claim, at)):
            watch.ties = 0
            y, pullback = rule(p, a)
            if watch.ties and not p:
                ahead, behind = (rule(p, a + Ball(s))[0] for s in (STEP, -STEP))
                slopes = pullback(lift(np.ones(y.shape)))[0]
                found += _compare((j, where, "dx"), y, ahead, behind, slopes)
            a = y
        where, loss = loss_alone(claim)
        z = {INPUT: a, TARGET: at[TARGET]}
        watch.ties = 0
        there = loss(z)
        if watch.ties and _bends(lambda at: loss(at)[LOSS], z, there):
            place = (len(claim.network.layers), where, "dz")
            found += _loss_kinks(place, loss, a, at[TARGET], there)
        return found


def upstream(network: Network, place: int) -> list[str]:
    """The tensors that move the input of what has `place` layers before it."""
    return [INPUT, *(n for n in network.parameters if int(n.partition(".")[0]) < place)]


def _bends(loss: Loss, at: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Whether a loss is not smooth along a random direction in its input."""
    values = {name: balls(t) for name, t in there.items()}
    return not order(loss, at, values, directions({INPUT: at[INPUT]}, 0)).smooth


def _loss_kinks(place: Place, loss: Backward, z: Any, target: Any, there: Any) -> list[Kink]:
    """The loss is no element-wise function of z, so one element moves at a time."""
    ahead, behind = np.empty(z.shape, object), np.empty(z.shape, object)
    for index in np.ndindex(z.shape):
        for moved, s in ((ahead, STEP), (behind, -STEP)):
            beside = z.copy()
            beside[index] = beside[index] + Ball(s)
            moved[index] = loss({INPUT: beside, TARGET: target})[LOSS]
    flat = np.full(z.shape, there[LOSS], dtype=object)
    return _compare(place, flat, ahead, behind, there[INPUT])


def _compare(place: Place, y: Any, ahead: Any, behind: Any, slopes: Any) -> list[Kink]:
    parts = zip(np.ndindex(y.shape), *map(balls, (y, ahead, behind, slopes)), strict=True)
    found = []
    for index, here, up, down, claimed in parts:
        left, right = (here - down) / STEP, (up - here) / STEP
        if abs(right - left) > NEAR:
            found.append(Kink(*place, index, *(float(s.mid()) for s in (left, right, claimed))))
    return found
