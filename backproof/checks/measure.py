"""A recorded run, measured: the truth, the claim's formula and floats, and the unit of rounding."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.errors import numbers_in
from backproof.checks.measured import Measured, Tensor
from backproof.checks.widened import widened
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import finite, midpoints
from backproof.exact.beside import settled_beside
from backproof.exact.evaluate import over_balls
from backproof.exact.isolated import isolated
from backproof.exact.logistic import exponent
from backproof.exact.precision import FLOAT64, precision_of
from backproof.exact.primitives.decisions import pick
from backproof.exact.primitives.elementwise import subtract
from backproof.exact.primitives.reductions import total
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros
from backproof.exact.rounding import units
from backproof.exact.truth import Known, known
from backproof.programs.run import CannotFollow, Run
from backproof.verdict.decisions import BITS, SAMPLES

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
    seeds = run.seeds
    counting = partial(_counting, run, names, projections)
    own = len(run.record.steps)
    true = counting(gradients_or_zeros(seeds, inputs, stable=True))
    two = _has_two_forms(run)
    usual = counting(gradients_or_zeros(seeds, inputs, stable=False)) if two else true
    claims = counting([run.claimed.get(n) for n in names])
    formats = [precision_of(dtypes[n]) or FLOAT64 for n in names]
    decided = isolated(ancestors(list(run.outputs.values())), run.inputs, seed)
    adjoints = [s for s in ancestors([*true, *usual]) if s.number >= own]
    _put_numbers(run, adjoints, decided, seed)
    found = units(usual, SAMPLES, seed)
    if two and any(map(_exact, found, map(returned.get, names))):
        whole = units(true, SAMPLES, seed)
        found = [np.where(u == 0, v, u) for u, v in zip(found, whole, strict=True)]
    followed = [c for c in claims if c is not None]
    wanted = [*true, *followed]
    extra = [found[k] for k, c in enumerate(claims) if c is not None]
    told = known(wanted, [*found, *extra], decided=decided)
    told = settled_beside(wanted, told, list(run.inputs.values()), seed, decided, returned)
    values = iter(told.values[len(true) :])
    tensors = {}
    for k, name in enumerate(names):
        claimed = next(values) if claims[k] is not None else None
        size = formats[k].half_ulp(midpoints(told.values[k]))
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
    measured = Measured(run, tensors, told.bits, told.bounded, decided, told.kept)
    return widened(measured, true, usual, seed)


def _exact(unit: Any, returned: Any) -> bool:
    """Whether an element is not 0 that no rounding reaches by the usual form of the slopes, which
    leaves out what takes itself away.
    """
    own = numbers_in(returned) if isinstance(returned, np.ndarray) else np.zeros(1)
    return own.shape == unit.shape and bool(((unit == 0) & (own != 0)).any())


def _largest(returned: Any) -> Any:
    """The largest size in what a claim returned, as an array."""
    sizes = np.abs(numbers_in(returned)) if isinstance(returned, np.ndarray) else np.zeros(1)
    return np.asarray(sizes[np.isfinite(sizes)].max(initial=0.0))


def _put_numbers(run: Run, steps: Sequence[Step], decided: Mapping[int, Any], seed: int) -> None:
    """Put the float values of adjoints that are no numbers where they are some without rounding, at
    the point or beside it: of 0 times infinity. What has no bound there carries no rounding.

    Raises CannotFollow where a slope is no number at all, there being no formula of it.
    """
    lost = [s for s in steps if not np.isfinite(s.value).all()]
    for step in lost:
        if not step.inputs and np.isnan(step.value).any():
            raise CannotFollow(f"the slope by a parameter is not known, at {step.place}")
    here = Known(tuple(over_balls(lost, BITS, decided=decided)), BITS)
    told = settled_beside(lost, here, list(run.inputs.values()), seed, decided)
    for step, balls in zip(lost, told.values, strict=True):
        known = np.where(finite(balls), midpoints(balls), 0.0)
        step.value = np.where(np.isfinite(step.value), step.value, known)


def _counting(run: Run, names: Sequence[str], projections: Any, steps: Sequence[Any]) -> list[Any]:
    """Of each gradient what counts."""
    return [
        projections[n](g, run.inputs[n]) if n in projections and g is not None else g
        for n, g in zip(names, steps, strict=True)
    ]


def _has_two_forms(run: Run) -> bool:
    steps = run.record.steps
    steep = any(s.primitive.steep or s.primitive is pick or exponent(s) is not None for s in steps)
    return steep or _takes_sums_away(steps)


def _takes_sums_away(steps: Sequence[Step]) -> bool:
    """Whether anything is centred: what a mean does there nobody derives by hand."""
    sums: set[int] = set()
    for s in steps:
        if s.primitive is subtract and s.inputs[1].number in sums:
            return True
        if s.primitive is total or any(x.number in sums for x in s.inputs):
            sums.add(s.number)
    return False
