"""Which layer is wrong: every layer alone, asked for the Taylor order of its own backward pass."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from architectures import INPUT
from backproof.alone import COTANGENT, Backward, backward, dz, layers_alone, loss_alone, weighted
from backproof.claims import TARGET, Claim
from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import lift
from reference.exact.taylor import Order
from reference.exact.witness import BITS, Point, examine, nudged
from reference.testimony import LOSS

CONSTANT = 1e-13
"""The largest residue that the rounding of a constant leaves; formula faults start near 1e-10."""
SIZES = (1.0, 2.0**30, 2.0**-30)
"""Cotangents are tried in these sizes: what clips is found by large ones alone."""


def wrong(order: Order) -> bool:
    """Whether an order convicts: 1, and more is missing than the rounding of a constant."""
    return not order.right and order.residue > CONSTANT


def culprits(claim: Claim, at: Point, seed: int) -> list[str]:
    """The layers whose own backward pass is wrong, each with its tensor: "layer 2 (Dense): W".

    at: a point of balls where the network is smooth. Cotangents are random, never ones.
    """
    found, a = [], at[INPUT]
    for j, (where, rule, p) in enumerate(layers_alone(claim, at)):
        with exactly(BITS):
            y = rule(p, a)[0]
        names: list[str] = []
        for size in SIZES:
            here = {INPUT: a, **p, COTANGENT: _cotangent(y.shape, size, [seed, j + 1])}
            names = names or _wrong(partial(weighted, rule), partial(backward, rule), here, seed)
        found += [f"{where}: {name}" for name in names]
        a = y
    where, alone = loss_alone(claim)
    at_loss = {INPUT: a, TARGET: at[TARGET]}
    found_dz = _wrong(lambda here: alone(here)[LOSS], alone, at_loss, seed)
    return found + [f"{where}: {dz(name)}" for name in found_dz]


def _wrong(
    loss: Callable[[Any], Any], run: Backward, here: Mapping[str, Any], seed: int
) -> list[str]:
    names = []
    for name in here:
        if name in (COTANGENT, TARGET):
            continue
        try:
            order = examine(loss, run, here, [name], seed).order
            if wrong(order) and not order.smooth:  # a kink within the step, which is none here
                beside = nudged(here, [name], seed)
                order = examine(loss, run, beside, [name], seed).order
            if wrong(order):
                names.append(name)
        except (CannotFollow, KeyError, TypeError, ValueError) as error:
            names.append(f"{name} ({type(error).__name__}: {error})")
    return names


def _cotangent(shape: tuple[int, ...], size: float, seed: list[int]) -> Any:
    """Random numbers of a size; the seed has two parts, so that no direction has the same."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(1, 2**20, shape) * rng.choice([-1.0, 1.0], shape) * 2.0**-20
    with exactly(BITS):
        return lift(numbers * size)
