"""Faults of behaviour: rules that write where they should read, remember, or change their mind."""

from itertools import count
from typing import Any

import numpy as np

from backproof import manual
from backproof.architectures import Array, Dense, Huber, ReLU, Sigmoid, Tensors
from backproof.faults.fault import Call, Fault, gives


def clips_its_input(right: manual.Rule) -> manual.Rule:
    """ReLU that saves an array: y is written over x."""

    def rule(layer: Any, p: Tensors, x: Array) -> Any:
        y, pullback = right(layer, p, x)
        x[...] = y
        return x, pullback

    return rule


def dx_over_x(dx: Array, c: Call) -> Array:
    """dx written into x's memory."""
    c.x[...] = dx
    return c.x


def first_x(right: manual.Rule) -> manual.Rule:
    """A cache that is filled once: every pullback is that of the first x."""
    cache: dict[Any, Array] = {}

    def rule(layer: Any, p: Tensors, x: Array) -> Any:
        first = cache.setdefault((x.shape, p["W"].shape), x)
        return right(layer, p, x)[0], right(layer, p, first)[1]

    return rule


def first_y(right: manual.Rule) -> manual.Rule:
    """The same for a layer without parameters."""
    cache: dict[Any, Array] = {}

    def rule(layer: Any, p: Tensors, x: Array) -> Any:
        return right(layer, p, x)[0], right(layer, p, cache.setdefault(x.shape, x))[1]

    return rule


def adds_to_the_last(right: manual.Rule) -> Any:
    """dW is added to that of the calls before, which nobody set to zero."""
    kept: dict[Any, Array] = {}

    def spoil(dW: Array, c: Call) -> Array:
        kept[dW.shape] = dW + kept.get(dW.shape, 0)
        return kept[dW.shape]

    return gives("W", spoil)(right)


def grows_tired(right: manual.Rule) -> Any:
    """db is smaller at every call: a learning rate's schedule within the gradient."""
    calls = count(1)
    return gives("b", lambda db, c: db / next(calls))(right)


def noisy(right: manual.LossRule) -> manual.LossRule:
    """A gradient with a random part of 2^-10 in it."""
    rng = np.random.default_rng(0)

    def rule(loss: Any, z: Array, t: Array) -> Any:
        L, pullback = right(loss, z, t)
        return L, lambda dL: pullback(dL) * (1 + rng.random() / 1024)

    return rule


BEHAVIOUR = (
    Fault("y written over x", "changed in place", ReLU, "dx", clips_its_input),
    Fault("dx written over x", "changed in place", Dense, "dx", gives("dx", dx_over_x)),
    Fault("dW from the first call's x", "stale cache", Dense, "W", first_x),
    Fault("dx from the first call's y", "stale cache", Sigmoid, "dx", first_y),
    Fault("dW added to the last call's", "state from call to call", Dense, "W", adds_to_the_last),
    Fault("db smaller at every call", "state from call to call", Dense, "b", grows_tired),
    Fault("noise in the gradient", "state from call to call", Huber, "dz", noisy),
)
