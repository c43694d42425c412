"""From a case to its numbers: which magnitudes each regime draws, and from which seed."""

import numpy as np

from backproof.architectures.cases import Array, Case, Drawn, Given, Regime, Tensors
from backproof.architectures.networks import INPUT, Network

Values = tuple[Tensors, Array]
"""The tensors the loss is differentiated by, named by their gradients, and the targets."""


def values(case: Case) -> Values:
    """The case's numbers in its dtype; a fresh copy at every call.

    Returns ({"dx": x (n, i), "0.W": (o, i), "0.b": (o,), ...}, targets). Index targets are int64.
    """
    match case.data:
        case Given(tensors, target):
            return {name: t.astype(case.dtype) for name, t in tensors.items()}, _target(
                target, case
            )
        case Drawn(regime, seed):
            return _draw(case, regime, np.random.default_rng(seed))


def _draw(case: Case, regime: Regime, rng: np.random.Generator) -> Values:
    network, n = case.network, case.batch
    tensors = {INPUT: _numbers(regime, (n, network.inputs), 1.0, rng)}
    for name, shape in network.parameters.items():
        fan_in = shape[-1] if name.endswith("W") else 1
        tensors[name] = _numbers(regime, shape, fan_in**-0.5, rng)
    if regime == "zero":
        tensors = {name: t if name == INPUT else 0 * t for name, t in tensors.items()}
    target = _draw_target(network, n, regime, rng)
    return {name: t.astype(case.dtype) for name, t in tensors.items()}, _target(target, case)


def _numbers(
    regime: Regime, shape: tuple[int, ...], scale: float, rng: np.random.Generator
) -> Array:
    """Float64 numbers of a regime; `scale` keeps a layer's outputs as large as its inputs."""
    normal = scale * rng.standard_normal(shape)
    match regime:
        case "tame" | "zero":
            return normal
        case "wide":  # magnitudes over four decades, so that small terms meet large ones
            return np.copysign(2.0 ** rng.uniform(-7, 6, shape), normal)
        case "tiny":
            return normal * 2.0**-30
        case "saturated":
            return normal * 12
        case "sparse":
            return np.where(rng.random(shape) < 0.6, 0.0, normal)
        case "tied":  # few distinct values: equal logits, residuals that vanish, inputs at a kink
            return rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], shape)


def _draw_target(network: Network, n: int, regime: Regime, rng: np.random.Generator) -> Array:
    shape = network.target_shape(n)
    match network.loss.targets:
        case "real":
            return np.zeros(shape) if regime == "zero" else _numbers(regime, shape, 1.0, rng)
        case "probability":
            return rng.choice([0.0, 1.0, rng.random()], shape)
        case "index":
            return rng.integers(network.outputs, size=shape)
        case "distribution":
            return rng.dirichlet(np.ones(network.outputs), n)


def _target(target: Array, case: Case) -> Array:
    return target.astype(np.int64 if case.network.loss.targets == "index" else case.dtype)
