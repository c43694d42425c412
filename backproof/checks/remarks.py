"""Remarks on a right gradient: digits that its forward pass lost, tensors that say nothing."""

import numpy as np

from backproof.checks.measured import Measured, Tensor
from backproof.exact.ancestry import ancestors
from backproof.exact.faithful import carried_on
from backproof.exact.record import Step
from backproof.exact.rounding import noise
from backproof.verdict.decisions import MANY_DIGITS

LOOKED_AT = 400
"""Steps of a forward pass that are asked one by one what their rounding makes of a gradient."""


def remarks(measured: Measured) -> list[str]:
    """What a reader should know of gradients that are right."""
    said = [
        f"{t.name}: the true gradient is 0 throughout, which says little"
        for t in measured.tensors.values()
        if t.truth.size and not t.truth.any()
    ]
    worst = max(measured.tensors.values(), key=_lost, default=None)
    if worst is not None and _lost(worst) > MANY_DIGITS:
        said += _unstable(measured, worst)
    return said


def _lost(tensor: Tensor) -> float:
    """The digits that rounding takes from half of a tensor's elements, at least."""
    known = (np.abs(tensor.truth) > 0) & np.isfinite(tensor.unit)
    if not known.any():
        return 0.0
    return float(np.log10(np.median(tensor.unit[known] / tensor.half[known])))


def _unstable(measured: Measured, tensor: Tensor) -> list[str]:
    """The step of the forward pass whose rounding costs the most digits, in words."""
    forward = [s for s in ancestors(list(measured.run.outputs.values())) if s.inputs]
    if len(forward) > LOOKED_AT:
        return []
    parts = [(_part(s, tensor), s) for s in forward]
    part, step = max(parts, key=lambda p: p[0], default=(0.0, None))
    digits = tensor.precision.bits * np.log10(2)
    share = np.log10(max(part / float(np.median(tensor.half)), 1.0))
    if step is None or share <= MANY_DIGITS:
        return []
    return [f"{share:.0f} of {digits:.0f} digits are lost by the forward pass, {step.named}"]


def _part(step: Step, tensor: Tensor) -> float:
    """The median error that the rounding of one step makes of a gradient."""
    own = noise(step, {})
    if own is None:
        return 0.0
    (made,) = carried_on([tensor.step], {step.number: own})
    return float(np.median(made))
