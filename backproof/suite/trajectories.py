"""Training runs side by side: how far the parameters of each are from the true ones, step by step.

The truth is the descent along the true gradients, in far more bits. The unit is the judge's: the
first-order errors that rounding makes, sampled and carried from every step to the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from backproof import manual
from backproof.architectures import INPUT, Array, DType, Network, Tensors
from backproof.exact.balls import Balls, as_balls, filled, midpoints, numbers, to_balls
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import Floats, precision_of
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros
from backproof.exact.rounding import root_mean_square, samples
from backproof.programs.numpy.running import run_pair
from backproof.programs.run import Run
from backproof.verdict.decisions import SAMPLES
from backproof.verdict.finding import LOSS
from backproof.verdict.witnesses import JAX, TORCH, absent

MANUAL = "manual"
TRUE_BITS = 200
"""Far more than training can lose: with 400 bits every error ratio is the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Plain gradient descent as data: all that decides a run, but for whose gradients it follows.

    start: the first parameters, in the dtype. batches: the inputs (n, i) and the targets of every
    step. rate: a number of the dtype.
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
        from backproof.reference import torch_autograd

        found[TORCH] = torch_autograd.descend(*setting)
    if not absent(JAX):
        from backproof.reference import jax_grad

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


def error_ratios(
    training: Training, runs: Mapping[str, Sequence[Tensors]], true_bits: int = TRUE_BITS
) -> Iterator[dict[str, float]]:
    """After every batch, the error ratio of each run: the largest of its tensors of parameters.

        error ratio = max |run - true| / max unit

    with the unit of an element half an ulp and the root mean square of its sampled errors.
    """
    for k, (true, unit) in enumerate(_true(training, true_bits)):
        yield {name: _error_ratio(run[k], true, unit) for name, run in runs.items()}


def _step(training: Training, p: Any, x: Any, target: Array) -> Any:
    g = manual.gradient(training.network, {INPUT: x, **p}, target)
    return {name: p[name] - training.rate * g[name] for name in p}


def _true(training: Training, bits: int) -> Iterator[tuple[dict[str, Balls], dict[str, float]]]:
    """The true parameters after every batch, and the unit of each tensor.

    Balls are cut down to their midpoints after each step: radii, which take all errors to add up,
    grow 30-fold a step in the digits' network, and would soon say nothing.
    """
    p = {name: to_balls(t) for name, t in training.start.items()}
    errors = {name: np.zeros((SAMPLES, *t.shape)) for name, t in training.start.items()}
    for k, (x, target) in enumerate(training.batches):
        here = {name: midpoints(t).astype(training.dtype) for name, t in p.items()}
        run = _recorded(training, here, x, target)
        true = dict(zip(p, over_balls(_gradients(run, stable=True), bits, p), strict=True))
        with flint.ctx.workprec(bits):
            p = {n: _centred(as_balls(p[n] - g * training.rate)) for n, g in true.items()}
        errors = _carried(training, run, errors, p, k)
        yield p, {n: _unit(training, p[n], e) for n, e in errors.items()}


def _recorded(training: Training, p: Tensors, x: Array, target: Array) -> Run:
    """The loss of a batch as a function of the parameters."""
    names = list(p)

    def loss(*tensors: Any) -> Any:
        named = dict(zip(names, tensors, strict=True))
        return manual.loss(training.network, {INPUT: x, **named}, target)

    def nothing(*_: Any) -> dict[str, None]:
        return dict.fromkeys(names)

    return run_pair(loss, nothing, p, lambda at: [at[n] for n in names], lambda found: found)


def _gradients(run: Run, stable: bool) -> list[Step]:
    return gradients_or_zeros({run.outputs[LOSS]: 1.0}, list(run.inputs.values()), stable)


def _carried(
    training: Training, run: Run, errors: Mapping[str, Floats], after: Mapping[str, Balls], k: int
) -> dict[str, Floats]:
    """The errors after a step: those before, through the gradient too, and those that it makes."""
    moved = {run.inputs[n].number: e for n, e in errors.items()}
    usual = _gradients(run, stable=False)
    slopes = samples(usual, SAMPLES, k, inputs=False, moved=moved)
    rng = np.random.default_rng([k, 1])
    return {
        n: e
        - training.rate * s
        + _rounded(training, training.rate * g.value, rng)
        + _rounded(training, midpoints(after[n]), rng)
        for (n, e), s, g in zip(errors.items(), slopes, usual, strict=True)
    }


def _rounded(training: Training, values: Floats, rng: np.random.Generator) -> Floats:
    """Half an ulp of values, up or down at random, in as many samples."""
    signs = rng.choice([-1.0, 1.0], (SAMPLES, *values.shape))
    return signs * _half_ulp(training, values)


def _half_ulp(training: Training, values: Floats) -> Floats:
    precision = precision_of(np.dtype(training.dtype))
    assert precision is not None
    return precision.half_ulp(values)


def _unit(training: Training, true: Balls, errors: Floats) -> float:
    sizes = _half_ulp(training, midpoints(true)) + root_mean_square(np.abs(errors))
    return float(sizes.max(initial=0.0))


def _centred(values: Balls) -> Balls:
    return filled([x.mid() for x in numbers(values)], values.shape)


def _error_ratio(run: Tensors, true: Mapping[str, Balls], unit: Mapping[str, float]) -> float:
    """The largest error of any tensor in its unit; infinite where one is no number."""
    found = (_error(run[n], t) / unit[n] for n, t in true.items())
    return max((e if np.isfinite(e) else np.inf for e in found), default=0.0)


def _error(tensor: Array, true: Balls) -> float:
    apart = np.abs(midpoints(as_balls(to_balls(tensor.astype(np.float64)) - true)))
    return float(np.where(np.isnan(apart), np.inf, apart).max(initial=0.0))
