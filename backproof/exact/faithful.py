"""Library functions that err by more than a rounding: what their own error makes of a gradient.

An operation of the run is evaluated over balls from the floats that it was given. How far its float
value is from that is its own error, of which nobody who calls it knows; it is carried on as noise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import flint
import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.balls import as_balls, midpoints, to_balls
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, Floats
from backproof.exact.record import Step
from backproof.exact.rounding import carried_errors, root_mean_square
from backproof.verdict.decisions import LIBRARY, LIBRARY_BITS, SAMPLES

ARITHMETIC = {"add", "subtract", "multiply", "divide", "square", "sqrt", "reciprocal", "cast"}
"""What every library rounds correctly."""


def library_errors(targets: Sequence[Step], least: float = LIBRARY) -> dict[int, Floats]:
    """By the number of a step, the error of its float value where that is more than `least` half
    ulps: of functions and composites, not of arithmetic, nor of sums, which have a noise of theirs.
    """
    found = {}
    for step in ancestors(targets):
        if not _is_function(step):
            continue
        own = _error(step, least)
        if own is not None:
            found[step.number] = own
    return found


def _is_function(step: Step) -> bool:
    plain = step.primitive.name in ARITHMETIC or step.primitive.terms is not None
    rounded = step.is_float and step.primitive.rounds and bool(step.inputs)
    return rounded and step.precision is not None and (not plain or step.began < step.number)


def _error(step: Step, least: float) -> Floats | None:
    given = _given(step)
    try:
        with flint.ctx.workprec(LIBRARY_BITS):
            exact = over_balls([step], LIBRARY_BITS, decided=given)[0]
            apart = np.abs(midpoints(as_balls(to_balls(step.value) - exact)))
    except (ArithmeticError, ValueError):  # a value at which the function has no ball
        return None
    half = (step.precision or FLOAT64).half_ulp(step.value)
    errs = np.isfinite(apart) & (apart > least * half)
    return np.where(errs, apart, 0.0) if errs.any() else None


def _given(step: Step) -> dict[int, Any]:
    """The floats that an operation was given, by the numbers of the steps they come from."""
    within = step.record.steps[step.began : step.number + 1]
    outside = {x.number: x for s in within for x in s.inputs if x.number < step.began}
    return {n: to_balls(x.value) if x.is_float else x.value for n, x in outside.items()}


def carried_on(
    outputs: Sequence[Step], errors: Mapping[int, Floats], count: int = SAMPLES, seed: int = 0
) -> list[Floats]:
    """The root mean square of what errors of steps make of each output."""
    with np.errstate(all="ignore"):
        found = map(np.nan_to_num, carried_errors(outputs, errors, count, seed))
        return [root_mean_square(np.abs(t)) for t in found]
