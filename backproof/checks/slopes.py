"""Slopes of a measured run along directions: of the truth, of the claim, of its values."""

from collections.abc import Mapping, Sequence
from typing import Any

import flint
import numpy as np

from backproof.checks.errors import numbers_in
from backproof.checks.measured import Measured, Tensor
from backproof.exact.balls import Balls, numbers, to_balls
from backproof.exact.evaluate import over_balls, unmoved
from backproof.exact.precision import Floats
from backproof.exact.record import Step
from backproof.exact.taylor import weighed
from backproof.programs.run import Run
from backproof.verdict.decisions import BITS, LIMIT

Direction = Mapping[str, Floats]


def confined(deviations: Sequence[Tensor], seed: int) -> dict[str, Floats]:
    """A random direction confined to the elements that are off, or to tensors where none is."""
    random = np.random.default_rng(seed)
    found = {}
    for t in deviations:
        off = t.off if t.claimed is not None else t.ratio > LIMIT
        signs = random.choice([-1.0, 1.0], t.error.shape) * random.uniform(0.5, 1, t.error.shape)
        found[t.name] = np.where(off if off.any() else True, signs, 0.0)
    return found


def true_slope(measured: Measured, direction: Direction) -> flint.arb:
    """<g, d> of the truth."""
    return _along({n: measured.tensors[n].true for n in direction}, direction, measured.bits)


def claimed_slope(measured: Measured, direction: Direction) -> flint.arb:
    """<g, d> of what the claim says without rounding; of its floats where it was not followed."""
    tensors = (measured.tensors[n] for n in direction)
    own = {
        t.name: to_balls(numbers_in(t.returned)) if t.claimed is None else t.claimed
        for t in tensors
    }
    return _along(own, direction, measured.bits)


def _along(gradients: Mapping[str, Balls], direction: Direction, bits: int) -> flint.arb:
    total = flint.arb(0)
    with flint.ctx.workprec(bits):
        for name, d in direction.items():
            for g, v in zip(numbers(gradients[name]), d.ravel().tolist(), strict=True):
                total += g.real * v if v else 0
    return total


def known(slope: flint.arb) -> float:
    """A slope as far as its ball tells it from 0."""
    return 0.0 if slope.contains(0) else float(slope.mid())


def cotangents(run: Run) -> dict[Step, Balls]:
    """By output, its cotangent; 1 of a loss."""
    return {
        y: to_balls(dy.value if isinstance(dy, Step) else np.full(y.shape, dy))
        for y, dy in run.seeds.items()
    }


def value(run: Run) -> flint.arb:
    """The loss of a run in balls, or its outputs weighed by their cotangents."""
    dys = cotangents(run)
    return _weighed(dys, over_balls(list(dys), BITS))


def value_afresh(measured: Measured, at: Mapping[str, Floats]) -> flint.arb:
    """The outputs weighed by their cotangents elsewhere, decisions of the record made afresh."""
    dys: Mapping[Step, Any] = cotangents(measured.run)
    moving, kept = [measured.run.inputs[n].number for n in at], measured.kept
    fixed = unmoved(list(dys), moving, BITS, {}, {} if measured.decided else kept, afresh=True)
    moved = {n: to_balls(x) for n, x in at.items()}
    return _weighed(dys, over_balls(list(dys), BITS, moved, fixed, afresh=True))


def _weighed(dys: Mapping[Step, Any], values: Sequence[Balls]) -> flint.arb:
    with flint.ctx.workprec(BITS):
        return weighed(dys, dict(zip(dys, values, strict=True))).mid()
