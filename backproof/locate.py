"""Which layer is at fault: every layer is run alone.

In balls each is asked for the Taylor order of its own backward pass, in floats for its conduct.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from architectures import INPUT, Tensors
from backproof.claims import TARGET, Claim
from backproof.conduct import observe
from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import lift
from reference.exact.taylor import Order
from reference.exact.witness import BITS, Point, examine
from reference.testimony import LOSS

CONSTANT = 1e-13
"""The largest residue that the rounding of a constant leaves; formula faults start near 1e-10."""
COTANGENT = "dy"
"""The name of a layer's cotangent among the tensors of its run alone."""
SIZES = (1.0, 2.0**30, 2.0**-30)
"""Cotangents are tried in these sizes: what clips is found by large ones alone."""

Backward = Callable[[Mapping[str, Any]], dict[str, Any]]
"""A layer's tensors with a cotangent, by name, to <y, dy> as "loss" and the gradients by name."""


def wrong(order: Order) -> bool:
    """Whether an order convicts: 1, and more is missing than the rounding of a constant."""
    return not order.right and order.residue > CONSTANT


def culprits(claim: Claim, at: Point, seed: int) -> list[str]:
    """The layers whose own backward pass is wrong, each with its tensor: "layer 2 (Dense): W".

    at: a point of balls where the network is smooth. Cotangents are random, never ones.
    """
    found, a = [], at[INPUT]
    for j, (where, rule, p) in enumerate(_layers(claim, at)):
        with exactly(BITS):
            y = rule(p, a)[0]
        names: list[str] = []
        for size in SIZES:
            here = {INPUT: a, **p, COTANGENT: _cotangent(y.shape, size, [seed, j + 1])}
            names = names or _wrong(partial(_loss, rule), partial(_backward, rule), here, seed)
        found += [f"{where}: {name}" for name in names]
        a = y
    where, backward = _loss_alone(claim)
    at_loss = {INPUT: a, TARGET: at[TARGET]}
    found_dz = _wrong(lambda here: backward(here)[LOSS], backward, at_loss, seed)
    return found + [f"{where}: {_dz(name)}" for name in found_dz]


def misbehaving(claim: Claim, tensors: Tensors) -> list[str]:
    """The layers that misbehave alone in floats, and how: "layer 1 (ReLU): dx, has shape ...".

    A layer misbehaves if it raises, misfits, changes its input, changes its mind, or makes what is
    not finite of what is.
    """
    found: list[str] = []
    a = tensors[INPUT]
    with np.errstate(all="ignore"):
        for j, (where, rule, p) in enumerate(_layers(claim, tensors)):
            try:
                y = rule({name: t.copy() for name, t in p.items()}, a.copy())[0]
                dy = np.random.default_rng(j).uniform(-1, 1, y.shape).astype(y.dtype)
            except Exception as error:  # somebody's code may raise anything
                return [*found, f"{where}: raises {type(error).__name__}: {error}"]
            here = {INPUT: a, **p, COTANGENT: dy}
            lines = _misconduct(partial(_backward, rule), here, [INPUT, *p])
            found += [f"{where}: {line}" for line in lines]
            a = y
        where, backward = _loss_alone(claim)
        lines = _misconduct(backward, {INPUT: a, TARGET: tensors[TARGET]}, [INPUT])
    return found + [f"{where}: {_dz(line)}" for line in lines]


def _layers(
    claim: Claim, at: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Each layer's place and kind, its rule of (p, x), and its parameters."""
    for j, (layer, _, names) in enumerate(claim.network.shapes()):
        p = {name.removeprefix(f"{j}."): at[name] for name in names}
        yield f"layer {j} ({type(layer).__name__})", partial(claim.rules[type(layer)], layer), p


def _loss(rule: Callable[..., Any], here: Mapping[str, Any]) -> Any:
    return (rule(_parameters(here), here[INPUT])[0] * here[COTANGENT]).sum()


def _backward(rule: Callable[..., Any], here: Mapping[str, Any]) -> dict[str, Any]:
    y, pullback = rule(_parameters(here), here[INPUT])
    dx, dp = pullback(here[COTANGENT])
    return {LOSS: (y * here[COTANGENT]).sum(), INPUT: dx, **dp}


def _parameters(here: Mapping[str, Any]) -> dict[str, Any]:
    return {name: t for name, t in here.items() if name not in (INPUT, COTANGENT)}


def _loss_alone(claim: Claim) -> tuple[str, Backward]:
    loss = claim.network.loss
    rule = claim.loss_rules[type(loss)]

    def backward(here: Mapping[str, Any]) -> dict[str, Any]:
        L, pullback = rule(loss, here[INPUT], here[TARGET])
        return {LOSS: L, INPUT: pullback(L**0)}

    return f"loss ({type(loss).__name__})", backward


def _dz(line: str) -> str:
    """The gradient of a loss is called dz."""
    return "dz" + line.removeprefix(INPUT) if line.startswith(INPUT) else line


def _wrong(
    loss: Callable[[Any], Any], backward: Backward, here: Mapping[str, Any], seed: int
) -> list[str]:
    names = []
    for name in here:
        if name in (COTANGENT, TARGET):
            continue
        try:
            if wrong(examine(loss, backward, here, [name], seed).order):
                names.append(name)
        except (CannotFollow, KeyError, TypeError, ValueError) as error:
            names.append(f"{name} ({type(error).__name__}: {error})")
    return names


def _misconduct(backward: Backward, here: Tensors, names: Collection[str]) -> list[str]:
    """What a layer does wrong with finite inputs; what it does with others is not its own doing."""
    if not all(np.isfinite(t).all() for t in here.values()):
        return []
    conduct = observe(backward, here, list(names))
    if conduct.broken:
        return [f"{f.tensor}, {f.note}" for f in conduct.broken]
    wild = [name for name, g in conduct.results.items() if not np.isfinite(g).all()]
    return [f"{name}, not finite though its inputs are" for name in wild]


def _cotangent(shape: tuple[int, ...], size: float, seed: list[int]) -> Any:
    """Random numbers of a size; the seed has two parts, so that no direction has the same."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(1, 2**20, shape) * rng.choice([-1.0, 1.0], shape) * 2.0**-20
    with exactly(BITS):
        return lift(numbers * size)
