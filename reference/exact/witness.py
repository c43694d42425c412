"""The exact witness: the claim's own code in exact arithmetic, asked whether it is its own
derivative and what it truly computes. (How much of a float result is rounding: `rounding`.)
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import flint

from architectures import Tensors
from reference.exact import taylor
from reference.exact.arithmetic import CannotFollow, TooFewBits, exactly
from reference.exact.arrays import balls, lift
from reference.exact.taylor import Gradient, Loss, Order

BITS, MORE = 400, 4
NUDGE = flint.arb(2) ** -60

Point = Mapping[str, Any]
"""Tensors of balls, by the names of their gradients."""


@dataclass(frozen=True, slots=True)
class Exact:
    """What exact arithmetic found at one point.

    values: the claim's results, "loss" and each gradient, as flat lists of balls. order: the
    Taylor order along one direction. ties: how often the claim compared equal numbers; presumed:
    how many of these are only known to differ by less than 2^-256.
    """

    values: dict[str, list[flint.arb]]
    order: Order
    ties: int
    presumed: int = 0


def point(tensors: Tensors) -> Point:
    """Where floats stand, exactly."""
    with exactly(BITS):
        return {name: lift(t) for name, t in tensors.items()}


def nudged(at: Point, moving: Collection[str], seed: int) -> Point:
    """A point within 2^-60, in a random direction: off every kink that lies at the point itself."""
    with exactly(BITS):
        return taylor.beside(at, taylor.directions({n: at[n] for n in moving}, seed), NUDGE)


def examine(
    loss: Loss,
    gradient: Gradient,
    at: Point,
    moving: Collection[str],
    seed: int,
    presume: bool = False,
) -> Exact:
    """Run the claim at 400 bits at a point, and take its Taylor order along a random direction.

    moving: the names of the tensors that the direction moves; the others stay. presume: take
    numbers for equal that differ by less than 2^-256 for sure. Where 400 bits are too few, 1600
    are taken. Raises `CannotFollow` where the code leaves exact arithmetic or a comparison is
    undecided.
    """
    try:
        return _examine(loss, gradient, at, moving, seed, presume, BITS)
    except TooFewBits:
        return _examine(loss, gradient, at, moving, seed, presume, MORE * BITS)


def examine_presuming(
    loss: Loss, gradient: Gradient, at: Point, moving: Collection[str], seed: int
) -> Exact:
    """As `examine`; numbers that balls cannot prove equal are presumed so where that stops them."""
    try:
        return examine(loss, gradient, at, moving, seed)
    except CannotFollow:
        return examine(loss, gradient, at, moving, seed, presume=True)


def _examine(
    loss: Loss,
    gradient: Gradient,
    at: Point,
    moving: Collection[str],
    seed: int,
    presume: bool,
    bits: int,
) -> Exact:
    with exactly(bits, presume=presume) as watch:
        result = gradient(at)
        ties, presumed = watch.ties, watch.presumed
        along = taylor.directions({name: at[name] for name in moving}, seed)
        values = {name: balls(g) for name, g in result.items()}
        order = taylor.order(loss, at, values, along, ties > 0)
        if order.loose:
            raise TooFewBits(f"the loss is known too loosely at {bits} bits")
        return Exact(values, order, ties, presumed)
