"""A recorded run, measured: the truth, the claim's formula and floats, and the unit of rounding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import NOTHING, Balls, as_balls, midpoints, radii, to_balls
from backproof.exact.evaluate import ancestors
from backproof.exact.faithful import carried_on, library_errors
from backproof.exact.logistic import exponent
from backproof.exact.precision import FLOAT64, Floats, Precision, precision_of
from backproof.exact.primitives.decisions import pick
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.exact.rounding import units
from backproof.exact.ties import isolated
from backproof.exact.truth import known, settled_beside
from backproof.programs.run import Run
from backproof.verdict.decisions import (
    BENT,
    DOUBTFUL,
    FIRST_DIGIT,
    KEPT,
    LIMIT,
    MANY,
    SAMPLES,
)

Projection = Callable[[Any, Any], Any]
"""A gradient and its tensor, in steps, to what of the gradient counts."""
NO_PROJECTIONS: Mapping[str, Projection] = {}


@dataclass(frozen=True)
class Tensor:
    """One gradient on trial.

    true: the truth. claimed: the claim's formula without rounding, None where its backward was not
    followed. returned: what the claim returned. unit: the error that rounding makes of each
    element; half: half an ulp of it. step, claim: the steps that make the two gradients. beside:
    whether the truth was looked up beside the point.
    """

    name: str
    true: Balls
    claimed: Balls | None
    returned: Any
    unit: Floats
    step: Step
    claim: Step | None
    precision: Precision
    flushes: bool = False
    beside: bool = False

    @cached_property
    def bends(self) -> Any:
        """The elements that have another slope to each side of the point."""
        if not self.beside:
            return np.zeros(self.truth.shape, dtype=bool)
        return radii(self.true) > BENT * np.abs(self.truth)

    @cached_property
    def unknown(self) -> Any:
        """The elements that have no true value: the function has no gradient there."""
        return np.isnan(self.truth)

    @cached_property
    def truth(self) -> Floats:
        """The true values as the nearest float64; 0 where no digit tells one from it."""
        found = midpoints(self.true)
        for k in np.flatnonzero((found != 0) & (np.abs(found) < self.unit)):
            ball: Any = self.true.flat[k]
            if ball.contains(0):
                found.flat[k] = 0.0
        return found

    @cached_property
    def half(self) -> Floats:
        """Half an ulp of each true element, and never less than of the smallest that is kept."""
        own = self.precision.half_ulp(np.abs(self.truth))
        return np.maximum(own, self.precision.floor(self.flushes))

    @cached_property
    def residue(self) -> Floats:
        """How far the claim's formula is from the truth; infinite where one is no number."""
        assert self.claimed is not None
        return np.where(self.unknown, 0.0, distances(self.claimed, self.true))

    @cached_property
    def error(self) -> Floats:
        """How far the returned floats are from the truth."""
        found = distances(to_balls(numbers_in(self.returned)), self.true)
        return np.where(self.unknown, 0.0, found)

    @cached_property
    def ratio(self) -> Floats:
        """The error in units of rounding; 0 where there is none, infinite without a unit."""
        return ratios(self.error, self.unit)

    @cached_property
    def rounding(self) -> Floats:
        """How far the returned floats are from the claim's own formula, in units of rounding; from
        the truth where that is the same, or no formula is known.
        """
        if self.claimed is None or not self.off.any():
            return self.ratio
        return ratios(distances(to_balls(numbers_in(self.returned)), self.claimed), self.unit)

    @cached_property
    def off(self) -> Any:
        """The elements whose formula is wrong: where its residue is one that a float would show,
        and more than is known of the element.
        """
        assert self.claimed is not None
        known = radii(self.claimed) + radii(self.true)
        known = np.where(np.isfinite(known) & ~self.bends, known, 0.0)  # a bend's is in the residue
        return self.residue > self.allowed + known

    @cached_property
    def bad(self) -> Any:
        """The elements whose error no rounding makes, or whose formula is wrong."""
        above = self.ratio > LIMIT
        return above if self.claimed is None else above | self.off

    @cached_property
    def allowed(self) -> Floats:
        """What a right formula is off by at most: half an ulp, of a true zero its unit."""
        return np.where(self.truth == 0, np.maximum(self.unit, self.half), self.half)

    @property
    def keeps_a_digit(self) -> bool:
        """Whether any element is right in its first digit, or there is none to be right in: none
        that the format holds to a digit.
        """
        size = np.abs(self.truth)
        known = (size > KEPT * self.precision.floor(self.flushes)) & np.isfinite(size)
        return not known.any() or bool((self.error[known] <= FIRST_DIGIT * size[known]).any())

    @property
    def size(self) -> float:
        """The largest error relative to the largest true element, or the largest claimed one where
        all true ones are 0.
        """
        errors = self.error if self.claimed is None else np.maximum(self.error, self.residue)
        largest = np.abs(self.truth[np.isfinite(self.truth)]).max(initial=0.0)
        largest = largest or np.abs(numbers_in(self.returned)).max(initial=0.0)
        worst = float(errors.max(initial=0.0))
        return worst / float(largest) if largest else np.inf if worst else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """All gradients of a run, with the steps of its outputs and inputs.

    bits: of the balls that told; bounded: whether they bound the truth. decided: decisions that the
    run took at this point alone, and how they are taken to either side of it.
    """

    run: Run
    tensors: Mapping[str, Tensor]
    bits: int
    bounded: bool
    decided: Mapping[int, Any]

    @property
    def decisions(self) -> list[Step]:
        """The decisions that the outputs depend on."""
        return [s for s in ancestors(list(self.run.outputs.values())) if s.primitive.decides]


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
    lost = [~np.isfinite(radii(v)) for v in told.values]
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
    measured = _again(measured, usual, seed) if _doubtful(measured) else measured
    if two and _rounds_badly(measured):
        measured = _again(measured, true, seed)
    if two and _rounds_badly(measured):
        measured = _with_stable(measured, true, seed)
    measured = _with_libraries(measured, usual, seed) if _rounds_badly(measured) else measured
    return _without_slopes(measured, dict(zip(names, lost, strict=False)))


def _largest(returned: Any) -> Any:
    """The largest size in what a claim returned, as an array."""
    sizes = np.abs(numbers_in(returned)) if isinstance(returned, np.ndarray) else np.zeros(1)
    return np.asarray(sizes[np.isfinite(sizes)].max(initial=0.0))


def _without_slopes(measured: Measured, lost: Mapping[str, Any]) -> Measured:
    """With no unit but half an ulp where the slopes are no numbers, and so is what they make of
    rounding.
    """
    tensors = {
        n: replace(t, unit=np.where(lost[n], t.half, t.unit)) if lost[n].any() else t
        for n, t in measured.tensors.items()
    }
    return replace(measured, tensors=tensors)


def _with_stable(measured: Measured, true: list[Step], seed: int) -> Measured:
    """With units in which what rounds in the slopes that keep every digit counts as well: of a
    product of two that lose all of theirs, errors of first order show nothing.
    """
    tensors = {
        t.name: replace(t, unit=np.maximum(t.unit, unit))
        for t, unit in zip(measured.tensors.values(), units(true, SAMPLES, seed), strict=True)
    }
    return replace(measured, tensors=tensors)


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


def _doubtful(measured: Measured) -> bool:
    """Whether rounding seems large: of two errors that cancel half of the time, eight samples show
    nothing once in 256 times.
    """
    return any(t.rounding.max(initial=0.0) > DOUBTFUL for t in measured.tensors.values())


def _rounds_badly(measured: Measured) -> bool:
    """Whether floats are further than the limit from the formula that made them."""
    followed = [t for t in measured.tensors.values() if t.claimed is not None]
    return any((t.rounding > LIMIT).any() for t in followed)


def _with_libraries(measured: Measured, usual: list[Step], seed: int) -> Measured:
    """With units in which the errors of library functions count: of the forward pass all of them,
    as they are; in the claim's own backward those of inaccurate ones, since whoever calls these is
    not to blame. The ordinary error of a function is there no excuse for an unstable use of it.
    """
    tensors = dict(measured.tensors)
    claims = {n: t.claim for n, t in tensors.items() if t.claim is not None}
    forward = library_errors(usual, least=1.0)
    backward = library_errors(list(claims.values()))
    if not forward and not backward:
        return measured
    parts = [*carried_on(usual, forward, seed=seed)]
    own = dict(zip(claims, carried_on(list(claims.values()), backward, seed=seed), strict=True))
    for part, t in zip(parts, measured.tensors.values(), strict=True):
        unit = t.unit + np.maximum(part, own.get(t.name, 0.0))
        tensors[t.name] = replace(t, unit=unit)
    return replace(measured, tensors=tensors)


def _again(measured: Measured, usual: list[Step], seed: int) -> Measured:
    """With units from more samples: few of them are too small by chance in one element of many."""
    found = units(usual, MANY, seed + 1)
    tensors = {
        t.name: replace(t, unit=np.maximum(t.unit, unit))
        for t, unit in zip(measured.tensors.values(), found, strict=True)
    }
    return replace(measured, tensors=tensors)


def numbers_in(returned: Any) -> Any:
    """A returned gradient in float64, or complex128."""
    array = np.asarray(returned)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def distances(these: Balls, those: Balls) -> Floats:
    """|these - those|, element by element; 0 where both are the same infinity or those hold these,
    infinite where one of them is no number.
    """
    with flint.ctx.workprec(200):
        apart = np.array(np.abs(midpoints(as_balls(these - those, those.shape))))
    doubtful = ~(apart <= BENT * np.abs(midpoints(those)))
    for k in np.flatnonzero(doubtful & (apart != 0)):
        apart.flat[k] = _distance(these.flat[k], those.flat[k])
    return apart


def _distance(a: Any, b: Any) -> float:
    """Of two elements, with the radius of the second one: a kink's slopes lie within a ball."""
    a, b = (flint.arb(0) if x is NOTHING else x for x in (a, b))
    if not (a.is_finite() and b.is_finite()):
        same = not (_is_nan(a) or _is_nan(b) or a.is_finite() or b.is_finite())
        return 0.0 if same and (a > 0) == (b > 0) else np.inf
    radius = float(b.rad())
    if radius <= BENT * float(abs(b).mid()):
        return float(abs(a - b).mid())
    return max(float((abs(a.mid() - b.mid()) - radius).mid()), 0.0)


def _is_nan(x: Any) -> bool:
    return bool(np.isnan(complex(x)))


def ratios(errors: Floats, unit: Floats) -> Floats:
    """Errors in units; 0 where there is no error, infinite where there is one and no unit."""
    with np.errstate(all="ignore"):
        found = np.where(errors == 0, 0.0, errors / unit)
    return np.where(np.isnan(found), np.inf, found)
