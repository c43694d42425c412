"""Training runs side by side: how far the parameters of each are from the true ones, step by step.

The unit is the court's: a 16th of the error that the same run makes when every operation is rounded
to p - 4 bits. The truth is the same run once more, in far more bits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import manual
from architectures import INPUT, Array, DType, Network, Tensors
from backproof.units import Units
from backproof.witnesses import JAX, TORCH, absent
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, distances, filled, lift
from reference.exact.ball import ball
from reference.exact.rounding import FEWER, bits, unit_of
from reference.exact.short import rounded, shorten
from reference.exact.taylor import Values

MANUAL = "manual"
TRUE_BITS = 200
"""Far more than training can lose: with 400 bits every excess is the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Plain gradient descent as data: all that decides a run, but for whose gradients it follows.

    start: the first parameters, in the dtype. batches: the inputs (n, i) and the targets of every
    step. rate: of p - 4 bits at most, so that it is the same number in every run.
    """

    network: Network
    start: Tensors
    batches: Sequence[tuple[Array, Array]]
    rate: float
    dtype: DType


def runs(training: Training) -> dict[str, Iterator[Tensors] | None]:
    """The runs of `manual`, torch and JAX, alike but for that; None for what is not installed."""
    setting = (training.network, training.start, training.batches, training.rate)
    found: dict[str, Iterator[Tensors] | None] = {MANUAL: descend(training), TORCH: None, JAX: None}
    if not absent(TORCH):
        from reference import torch_autograd

        found[TORCH] = torch_autograd.descend(*setting)
    if not absent(JAX):
        from reference import jax_grad

        found[JAX] = jax_grad.descend(*setting)
    return found


def descend(training: Training) -> Iterator[Tensors]:
    """The run of `manual`; the parameters after every batch."""
    p = training.start
    for x, target in training.batches:
        p = _step(training, p, x, target)
        yield p


def losses(training: Training, run: Sequence[Tensors]) -> list[float]:
    """The loss of each batch at the parameters that it was about to change."""
    pairs = zip([training.start, *run[:-1]], training.batches, strict=True)
    return [float(manual.loss(training.network, {INPUT: x, **p}, t)) for p, (x, t) in pairs]


def excesses(
    training: Training, runs: Mapping[str, Sequence[Tensors]], true_bits: int = TRUE_BITS
) -> Iterator[dict[str, float]]:
    """After every batch, the excess of each run: the largest of its tensors of parameters.

        excess = max |run - true| / max(max |short - true| / 16, max |true| / 2^p)

    short: the same descent at p - 4 bits; the second unit, half a unit in the last place, stands
    in where rounding cancels by accident.
    """
    p = bits(training.dtype)
    both = zip(_true(training, true_bits), _short(training, p - FEWER), strict=True)
    for k, (true, short) in enumerate(both):
        units = Units({name: unit_of(short[name], t, p) for name, t in true.items()}, {})
        yield {name: _excess(run[k], true, units) for name, run in runs.items()}


def _step(training: Training, p: Any, x: Any, target: Array) -> Any:
    g = manual.gradient(training.network, {INPUT: x, **p}, target)
    return {name: p[name] - training.rate * g[name] for name in p}


def _true(training: Training, precision: int) -> Iterator[Values]:
    """The run of `manual` in balls; the parameters after every batch.

    Balls are cut down to their midpoints after each step: radii, which take all errors to add up,
    grow 30-fold a step in the digits' network, and would soon say nothing.
    """
    p = {name: lift(t) for name, t in training.start.items()}
    for x, target in training.batches:
        with exactly(precision):  # not around the yield: what takes turns must not stay inside
            p = _step(training, p, lift(x), target)
            now = {name: [value.mid() for value in balls(t)] for name, t in p.items()}
            p = {name: filled(list(map(ball, now[name])), t.shape) for name, t in p.items()}
        yield now


def _short(training: Training, precision: int) -> Iterator[Values]:
    """The run of `manual` at fewer bits; the parameters after every batch."""
    p = {name: shorten(t) for name, t in training.start.items()}
    for x, target in training.batches:
        with rounded(precision):
            p = _step(training, p, shorten(x), target)
        yield {name: balls(t) for name, t in p.items()}


def _excess(run: Tensors, true: Values, units: Units) -> float:
    errors = {
        name: float(distances(balls(run[name]), t).max(initial=0)) for name, t in true.items()
    }
    return max((units.excess(name, error) for name, error in errors.items()), default=0.0)
