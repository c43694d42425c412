"""What the judge says of a measured run: a finding for each tensor, remarks, and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import flint
import numpy as np

from backproof.checks.errors import numbers_in, ratios
from backproof.checks.measured import Measured, Tensor
from backproof.exact.precision import Floats
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import LIMIT
from backproof.verdict.witnesses import EXACT

Loss = Callable[[Mapping[str, Floats]], flint.arb]
"""The value of a claim's forward pass elsewhere, its decisions made afresh, in balls."""
Nearby = Callable[[], Iterator[Measured]]
"""The claim measured at further points, one after the other."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found.

    findings: one for each tensor. order: of the Taylor remainder along the wrong elements, where
    something is wrong. code, detail: what the findings themselves say; "" where a diagnosis is due.
    codes: by tensor, the codes of all its causes.
    """

    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    order: float | None = None
    code: str = ""
    detail: str = ""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def plain(tensor: Tensor) -> Status:
    """What formula and rounding say by themselves."""
    finite = np.isfinite(numbers_in(tensor.returned)).ravel()
    if (tensor.error.ravel()[~finite] > 0).any():
        return Status.WRONG
    if tensor.claimed is not None and tensor.off.any():
        return Status.WRONG
    if (tensor.ratio <= LIMIT).all() and tensor.unknown.any():
        return Status.UNDECIDED
    if (tensor.ratio <= LIMIT).all() and tensor.bends.any():
        return Status.KINK
    if (tensor.ratio <= LIMIT).all():
        return Status.CORRECT if tensor.keeps_a_digit else Status.IMPRECISE
    return Status.WRONG if tensor.claimed is None else Status.IMPRECISE


def finding(tensor: Tensor, status: Status, note: str = "", order: float | None = None) -> Finding:
    """The finding that a tensor and a status make, with the element that is furthest off."""
    if not tensor.truth.size:
        return Finding(tensor.name, EXACT, status, note=note, error_ratio=0.0, off=0, of=0)
    followed = tensor.claimed is not None
    worst = np.maximum(tensor.error, tensor.residue) if followed else tensor.error
    shown = tensor.ratio if status else ratios(worst, tensor.unit)
    k = int(np.argmax(tensor.unknown if status is Status.UNDECIDED else shown))
    true = float(np.real(tensor.middle.flat[k]))
    return Finding(
        tensor.name,
        EXACT,
        status,
        tuple(int(i) for i in np.unravel_index(k, tensor.truth.shape)),
        float(np.real(numbers_in(tensor.returned).flat[k])),
        None if np.isnan(true) else true,
        None if status is Status.UNDECIDED else float(tensor.ratio.flat[k]),
        order,
        note or unstable(tensor, status) or without_slope(tensor, status),
        off=int(tensor.bad.sum()),
        of=tensor.truth.size,
    )


def unstable(tensor: Tensor, status: Status) -> str:
    """How many digits an unstable backward pass loses, and how many it could keep."""
    if status is not Status.IMPRECISE:
        return ""
    digits = tensor.precision.bits * np.log10(2)
    lost, must = (_digits(x, tensor) for x in (tensor.error, tensor.unit))
    kept = max(digits - must, 0.0)
    return (
        "the formula is right, the rounding is not: an unstable way to compute it; "
        f"{min(lost, digits):.0f} of {digits:.0f} digits are lost; {kept:.0f} could be kept"
    )


def without_slope(tensor: Tensor, status: Status) -> str:
    """What is said where an element has no true value."""
    if status is not Status.UNDECIDED or not tensor.unknown.any():
        return ""
    return "the function has no gradient there: its slopes to different sides have no bound"


def _digits(errors: Floats, tensor: Tensor) -> float:
    """The digits that errors take from an element, at most."""
    return float(np.max(np.log10(np.maximum(errors / tensor.half, 1.0)), initial=0.0))
