"""A recorded run, measured: the truth, the claim's formula and floats, and the unit of rounding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.errors import numbers_in
from backproof.checks.measured import Measured, Tensor
from backproof.checks.widened import widened
from backproof.exact.balls import finite, midpoints, radii
from backproof.exact.evaluate import ancestors
from backproof.exact.logistic import exponent
from backproof.exact.precision import FLOAT64, precision_of
from backproof.exact.primitives.decisions import pick
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.exact.rounding import units
from backproof.exact.ties import isolated
from backproof.exact.truth import known, settled_beside
from backproof.programs.run import Run
from backproof.verdict.decisions import SAMPLES

Projection = Callable[[Any, Any], Any]
"""A gradient and its tensor, in steps, to what of the gradient counts."""
NO_PROJECTIONS: Mapping[str, Projection] = {}


def measure(
    run: Run,
    returned: Mapping[str, Any],
    dtypes: Mapping[str, Any],
    seed: int,
    projections: Mapping[str, Projection] = NO_PROJECTIONS,
) -> Measured:
    """Measure a run. returned: the gradients to judge, by name; dtypes: of the arguments;
    projections: what of a gradient counts, by the name of its tensor.

    Raises what FLINT raises where a function has no ball.
    """
    names = [n for n in run.inputs if n in returned]
    inputs = [run.inputs[n] for n in names]
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    counting = partial(_counting, run, names, projections)
    true = counting(_gradients(run, seeds, inputs, stable=True))
    two = _has_two_forms(run)
    usual = counting(_gradients(run, seeds, inputs, stable=False)) if two else true
    claims = counting([run.claimed.get(n) for n in names])
    formats = [precision_of(dtypes[n]) or FLOAT64 for n in names]
    found = units(usual, SAMPLES, seed)
    followed = [c for c in claims if c is not None]
    wanted = [*true, *followed]
    extra = [found[k] for k, c in enumerate(claims) if c is not None]
    decided = isolated(ancestors(list(run.outputs.values())), run.inputs, seed)
    told = known(wanted, [*found, *extra], decided=decided)
    lost = [~finite(v) for v in told.values]
    told = settled_beside(wanted, told, list(run.inputs.values()), seed, decided, returned)
    values = iter(told.values[len(true) :])
    tensors = {}
    for k, name in enumerate(names):
        claimed = next(values) if claims[k] is not None else None
        size = formats[k].half_ulp(np.abs(midpoints(told.values[k])))
        unit = np.maximum(np.maximum(found[k], size), formats[k].floor(run.flushes))
        if name in projections:  # what does not count is rounded as well
            unit = unit + formats[k].half_ulp(_largest(run.returned.get(name)))
        tensors[name] = Tensor(
            name,
            told.values[k],
            claimed,
            returned[name],
            unit,
            true[k],
            claims[k],
            formats[k],
            run.flushes,
            told.beside,
        )
    measured = Measured(run, tensors, told.bits, told.bounded, decided)
    measured = widened(measured, true, usual, seed)
    return _without_slopes(measured, dict(zip(names, lost, strict=False)))


def _largest(returned: Any) -> Any:
    """The largest size in what a claim returned, as an array."""
    sizes = np.abs(numbers_in(returned)) if isinstance(returned, np.ndarray) else np.zeros(1)
    return np.asarray(sizes[np.isfinite(sizes)].max(initial=0.0))


def _without_slopes(measured: Measured, lost: Mapping[str, Any]) -> Measured:
    """With another unit where the slopes are no numbers, and so is what they make of rounding."""
    tensors = {
        n: replace(t, unit=_usual(t, lost[n])) if lost[n].any() else t
        for n, t in measured.tensors.items()
    }
    return replace(measured, tensors=tensors)


def _usual(t: Tensor, lost: Any) -> Any:
    """The unit, in its place half an ulp of what an element may be at most, as many of them as are
    usual in the others.
    """
    size = np.abs(midpoints(t.true)) + np.nan_to_num(radii(t.true), posinf=0.0)
    half = np.maximum(t.precision.half_ulp(size), t.precision.floor(t.flushes))
    usual = np.median((t.unit / half)[~lost]) if not lost.all() else 1.0
    return np.where(lost, half * max(float(usual), 1.0), t.unit)


def _gradients(run: Run, seeds: Any, inputs: Any, stable: bool) -> list[Step]:
    found = gradients(seeds, inputs, stable)
    return [
        run.record.constant(np.zeros(x.shape)) if g is None else g
        for g, x in zip(found, inputs, strict=True)
    ]


def _counting(run: Run, names: Sequence[str], projections: Any, steps: Sequence[Any]) -> list[Any]:
    """Of each gradient what counts."""
    return [
        projections[n](g, run.inputs[n]) if n in projections and g is not None else g
        for n, g in zip(names, steps, strict=True)
    ]


def _has_two_forms(run: Run) -> bool:
    steps = run.record.steps
    return any(s.primitive.steep or s.primitive is pick or exponent(s) is not None for s in steps)
