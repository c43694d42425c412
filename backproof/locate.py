"""Which layer is at fault: every layer alone, asked for the Taylor order of its own backward pass."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from architectures import INPUT
from backproof.claims import TARGET, Claim
from reference.exact.arrays import lift
from reference.exact.numbers import Ball, CannotFollow, arithmetic
from reference.exact.taylor import Order
from reference.exact.witness import BITS, Point, examine
from reference.testimony import LOSS

CONSTANT = 1e-13
"""The largest residue that the rounding of a constant leaves; formula faults start near 1e-10."""


def wrong(order: Order) -> bool:
    """Whether an order convicts: 1, and more is missing than the rounding of a constant."""
    return not order.right and order.residue > CONSTANT


def culprits(claim: Claim, at: Point, seed: int) -> list[str]:
    """The layers whose own backward pass is wrong, each with its tensor: "layer 2 (Dense): W".

    at: a point of balls where the network is smooth. Cotangents are random, never ones.
    """
    found, a = [], at[INPUT]
    for j, (layer, _, names) in enumerate(claim.network.shapes()):
        p = {name.removeprefix(f"{j}."): at[name] for name in names}
        where = f"layer {j} ({type(layer).__name__})"
        rule = claim.rules[type(layer)]

        def run(here: Mapping[str, Any], rule: Any = rule, layer: Any = layer) -> Any:
            p = {name: t for name, t in here.items() if name not in (INPUT, "cotangent")}
            return rule(layer, p, here[INPUT])

        with arithmetic(Ball, BITS):
            y = run({INPUT: a, **p})[0]
        dy = _cotangent(y, seed + j)

        def loss(here: Mapping[str, Any], run: Any = run, dy: Any = dy) -> Any:
            return (run(here)[0] * dy).sum()

        def gradient(here: Mapping[str, Any], run: Any = run, dy: Any = dy) -> Any:
            y, pullback = run(here)
            dx, dp = pullback(dy)
            return {LOSS: (y * dy).sum(), INPUT: dx, **dp}

        found += [f"{where}: {n}" for n in _wrong_tensors(loss, gradient, {INPUT: a, **p}, seed)]
        a = y
    return found + [f"loss ({type(claim.network.loss).__name__}): dz"] * _loss_is_wrong(claim, a, at, seed)


def _loss_is_wrong(claim: Claim, z: Any, at: Point, seed: int) -> bool:
    loss, target = claim.network.loss, at[TARGET]
    rule = claim.loss_rules[type(loss)]

    def gradient(here: Mapping[str, Any]) -> Any:
        L, pullback = rule(loss, here[INPUT], target)
        return {LOSS: L, INPUT: pullback(L**0)}

    return bool(_wrong_tensors(lambda h: gradient(h)[LOSS], gradient, {INPUT: z}, seed))


def _wrong_tensors(
    loss: Callable[[Any], Any], gradient: Callable[[Any], Any], at: Point, seed: int
) -> list[str]:
    names = []
    for name in at:
        try:
            if wrong(examine(loss, gradient, at, [name], seed).order):
                names.append(name)
        except (CannotFollow, KeyError, TypeError, ValueError) as error:
            names.append(f"{name} ({type(error).__name__}: {error})")
    return names


def _cotangent(y: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    with arithmetic(Ball, BITS):
        return lift(rng.integers(1, 2**20, y.shape) * rng.choice([-1.0, 1.0], y.shape) * 2.0**-20)
