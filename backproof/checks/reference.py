"""The forward pass against an independent one: element by element of its outputs."""

from contextlib import suppress
from typing import Any

import numpy as np

from backproof.checks.claim import Claim
from backproof.checks.errors import distances, numbers_in, ratios
from backproof.checks.ladder import Reached, of_reference
from backproof.exact.balls import midpoints, to_balls
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64
from backproof.exact.rounding import units
from backproof.programs.run import Run
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import BITS, COARSE, LIMIT, MANY
from backproof.verdict.finding import LOSS

REFERENCE = "reference"
"""The witness named where a forward contradicts the reference."""


def against_reference(claim: Claim, reached: Reached, seed: int) -> list[Finding]:
    """The claim's outputs against the reference's, in units of what rounding makes of these."""
    if claim.reference is None or not claim.observed.outputs:
        return []
    with suppress(Exception):  # a reference that cannot be followed is run in floats
        run = of_reference(claim, claim.tensors)
        if not run.record.escapes:  # what has left a record rounds unseen
            return [_compared(claim, run, seed)]
    return _in_floats(claim, reached)


def _compared(claim: Claim, run: Run, seed: int) -> Finding:
    names = [n for n in run.outputs if n in claim.observed.outputs]
    steps = [run.outputs[n] for n in names]
    found = units(steps, MANY, seed)
    values = over_balls(steps, BITS)
    made = list[tuple[float, Finding]]()
    for name, step, unit, value in zip(names, steps, found, values, strict=True):
        own = numbers_in(claim.observed.outputs[name]).reshape(step.shape)
        errors = distances(to_balls(own), value)
        ratio = ratios(errors, np.maximum(unit, (step.precision or FLOAT64).floor()))
        made += [_finding(own, midpoints(value), ratio)] if ratio.size else []
    worst = max(made, key=lambda m: m[0], default=None)
    return worst[1] if worst else Finding(LOSS, REFERENCE, Status.CORRECT)


def _finding(own: Any, true: Any, ratio: Any) -> tuple[float, Finding]:
    """The largest ratio of an output's elements, and what is to be said of that one."""
    k = int(np.argmax(ratio))
    ours, theirs, off = float(own.flat[k]), float(true.flat[k]), float(ratio.flat[k])
    status = Status.CORRECT if off <= LIMIT else Status.WRONG
    note = "" if status else f"the forward computes {ours:.9g}, the reference {theirs:.9g}"
    index = tuple(int(i) for i in np.unravel_index(k, own.shape))
    return off, Finding(LOSS, REFERENCE, status, index, ours, theirs, off, note=note)


def _in_floats(claim: Claim, reached: Reached) -> list[Finding]:
    assert claim.reference is not None
    at = {name: np.asarray(t, dtype=np.float64) for name, t in claim.at.items()}
    try:
        ours, theirs = claim.runs.value(at), claim.reference.runs.value(at)
    except Exception as error:  # whatever the reference raises
        reached.silent[REFERENCE] = f"raises {type(error).__name__}: {error}"
        return []
    same = abs(ours - theirs) <= COARSE * abs(theirs)
    note = "" if same else f"the forward computes {ours:.9g}, the reference {theirs:.9g}"
    status = Status.CORRECT if same else Status.WRONG
    return [Finding(LOSS, REFERENCE, status, (), ours, theirs, note=note)]
