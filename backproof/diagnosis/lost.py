"""Digits that a right formula loses: how many, and in which expression."""

from typing import Any

import numpy as np

from backproof.diagnosis.evidence import Diagnosis
from backproof.diagnosis.gathering import Measured
from backproof.diagnosis.written import cited
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64
from backproof.exact.record import Step
from backproof.verdict.decisions import BITS

JUMP = 16.0
"""By so many times an expression makes the error of its operands larger, or none is blamed."""


def is_rounding(measured: Measured) -> bool:
    """Whether every formula is right, so that only rounding can be to blame."""
    tensors = measured.tensors.values()
    return all(t.claimed is not None and not t.off.any() for t in tensors)


def lost(measured: Measured) -> Diagnosis | None:
    """What is said of right formulas whose floats are not; None where nothing is off."""
    off = [t for t in measured.tensors.values() if t.bad.any() or not t.keeps_a_digit]
    if not off:
        return None
    told = "; ".join(f"{t.name}: {_how_far(t)}" for t in off)
    step = _where(measured, off[0])
    placed = f"the digits are lost in {cited(step.place)}" if step and step.place else ""
    return Diagnosis("imprecise", tuple(t.name for t in off), told, step=placed)


def _how_far(tensor: Any) -> str:
    error = float(tensor.error.max(initial=0.0))
    if not tensor.bad.any():
        return "no digit of it is right, and the forward pass leaves none"
    ratio = float(tensor.ratio.max(initial=0.0))
    return (
        f"without rounding the code is right, with it it is off by {error:.3g}, {ratio:.3g} times "
        "what rounding makes here"
    )


def _where(measured: Measured, tensor: Any) -> Step | None:
    """The step of a claim's backward pass at which most digits go, by the size of its result."""
    forward = {s.number for s in ancestors(list(measured.run.outputs.values()))}
    steps = [s for s in ancestors([tensor.claim]) if s.is_float]
    values = over_balls(steps, BITS, decided=measured.decided)
    errors = {s.number: _error(s, v) for s, v in zip(steps, values, strict=True)}
    jumps = {
        s.number: errors[s.number] / max(_least(s), *(errors[x.number] for x in own))
        for s in steps
        if s.number not in forward and (own := [x for x in s.inputs if x.number in errors])
    }
    worst = max(jumps, key=lambda n: jumps[n], default=None)
    if worst is None or not jumps[worst] > JUMP:
        return None
    return next(s for s in steps if s.number == worst)


def _error(step: Step, exact: Any) -> float:
    """The largest relative error of an element."""
    true = midpoints(exact)
    with np.errstate(all="ignore"):
        parts = np.abs(np.asarray(step.value) - true) / np.abs(true)
    return float(np.max(parts[np.isfinite(parts)], initial=0.0))


def _least(step: Step) -> float:
    """The error that a right operand has."""
    return (step.precision or FLOAT64).u
