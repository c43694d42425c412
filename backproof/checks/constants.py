"""Constants: a claim that is right but for one rounding of the numbers written in its code."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.checks.judgement import Judgement, Nearby, finding
from backproof.checks.measured import Measured, Tensor
from backproof.exact.ancestry import ancestors
from backproof.exact.constants import Pair, System, explained
from backproof.exact.precision import FLOAT64
from backproof.exact.record import Step
from backproof.exact.rounding import carried_errors, root_mean_square
from backproof.exact.scalars import meant
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT, MOVED, SAMPLES


def by_constants(measured: Measured, nearby: Nearby | None = None) -> Judgement | None:
    """What is to be said where such a rounding explains every difference; None where it does not.

    nearby: the claim at further points, asked for where one has too few elements to tell.
    """
    here = system(measured)
    if here is None:
        return None
    others = (system(m) for m in nearby()) if nearby is not None else iter(())
    found = explained(here, (s for s in others if s is not None))
    if found is None and not _by_arrays(measured):
        return None
    tensors = list(measured.tensors.values())
    typed = found is not None and found.typed
    right = {t.name: bool((t.rounding <= LIMIT).all()) and not typed for t in tensors}
    status = {True: Status.CORRECT, False: Status.IMPRECISE}
    findings = [finding(t, status[right[t.name]]) for t in tensors]
    said = f"right up to the rounding of a constant (a part of {_largest(tensors):.1e} is missing)"
    if all(right.values()):
        return Judgement(findings, [f"BP117, {said}"])
    return Judgement(findings, code="BP117", detail=said)


def system(measured: Measured) -> System | None:
    """The differences of a point; None where a backward was not followed."""
    tensors = measured.tensors.values()
    pairs = [
        Pair(t.claim, t.step, t.truth, t.allowed, bool(t.off.any()))
        for t in tensors
        if t.claim is not None
    ]
    if len(pairs) < len(tensors):
        return None
    return System(pairs, measured.bits, measured.decided, measured.kept)


def _by_arrays(measured: Measured) -> bool:
    """Whether the rounding of arrays explains every difference that no float shows: of those that
    the claim alone reads, or the truth alone, made beforehand and elsewhere of what both know.
    Where the truth reads none, an array of the claim is no rounding of anything.
    """
    tensors = list(measured.tensors.values())
    claims, trues = [t.claim for t in tensors if t.claim is not None], [t.step for t in tensors]
    ours, theirs = _arrays(claims), _arrays(trues)
    alone = [s for key in ours.keys() ^ theirs.keys() for s in ours.get(key, theirs.get(key, []))]
    if not (alone and theirs and all((t.ratio <= LIMIT).all() for t in tensors)):
        return False
    errors = carried_errors([*claims, *trues], {s.number: _rounded(s) for s in alone}, SAMPLES, 0)
    pairs = zip(tensors, errors[: len(claims)], errors[len(claims) :], strict=True)
    return all(_explains(t, own - other) for t, own, other in pairs)


def _arrays(steps: Sequence[Step]) -> dict[Any, list[Step]]:
    """The arrays of constants that steps read, by what is in them."""
    found: dict[Any, list[Step]] = {}
    for s in ancestors(steps):
        if s.primitive.name == "constant" and s.size > 1 and s.is_float and s.precision:
            found.setdefault((s.shape, s.value.tobytes()), []).append(s)
    return found


def _rounded(step: Step) -> Any:
    precision = step.precision or FLOAT64
    half = precision.half_ulp(step.value)
    return np.where(meant(np.real(step.value), precision), 0.0, half)


def _explains(tensor: Tensor, errors: Any) -> bool:
    """A part too much of what nearly cancels is not excused by what cancels there."""
    spread = root_mean_square(np.abs(np.nan_to_num(errors)))
    small = tensor.residue <= np.sqrt(tensor.precision.u) * np.abs(tensor.truth)
    return bool((~tensor.off | (small & (tensor.residue <= MOVED * spread))).all())


def _largest(tensors: list[Tensor]) -> float:
    """The largest part of an element that is missing."""
    parts = (t.residue / np.maximum(np.abs(t.truth), 1e-300) for t in tensors)
    return max(float(np.max(part, initial=0)) for part in parts)
