"""The judge: three questions about a measured run, and what is asked when something disagrees.

A right claim at a smooth point meets `plain` and nothing else. The rest is asked in this order:
constants, ties, sides, declarations, iterations, staircases, surrogates; then the claim is wrong,
and that is confirmed.
"""

from collections.abc import Sequence

import numpy as np

from backproof.checks.constants import by_constants
from backproof.checks.declared import declared, surrogate
from backproof.checks.errors import numbers_in
from backproof.checks.judgement import Judgement, Loss, Nearby, finding, plain
from backproof.checks.limits import Further, by_limit
from backproof.checks.measured import Measured, Tensor
from backproof.checks.remarks import remarks
from backproof.checks.sides import Elsewhere, by_sides
from backproof.checks.slopes import claimed_slope, confined, cotangents
from backproof.checks.stairs import by_stairs
from backproof.checks.ties import Convention, by_convention, matters
from backproof.exact.taylor import remainder
from backproof.verdict import Status
from backproof.verdict.decisions import CONTRADICTED

RIGHT = (Status.CORRECT, Status.KINK)


def judge(
    measured: Measured,
    loss: Loss | None = None,
    seed: int = 0,
    nearby: Nearby | None = None,
    elsewhere: Elsewhere | None = None,
    further: Further | None = None,
) -> Judgement:
    """Judge the gradients of a measured run.

    loss: runs the claim's forward pass elsewhere; without it no staircase is looked for. nearby:
    the claim measured at further points, where one has too few elements to tell. elsewhere: records
    it at other points; without it no branches but those of the run are known. further: records it
    with its loops run on.
    """
    tensors = measured.tensors.values()
    deviations = [t for t in tensors if plain(t) is Status.WRONG]
    if deviations:
        found = _explained(measured, nearby, elsewhere)
        found = found or (by_limit(measured, further) if further else None)
        return found or _of_deviations(measured, deviations, loss, seed)
    if all(plain(t) in RIGHT for t in tensors):
        tie = matters(measured) if measured.decisions else None
        return by_stairs(measured, _flat(measured, tie), loss, seed) or _right(measured, tie)
    return Judgement([finding(t, plain(t)) for t in tensors])


def _flat(measured: Measured, tie: Convention | None) -> list[Tensor]:
    """The tensors whose truth is 0 throughout, and no matter of convention: those have two slopes
    at a tie, not a stair.
    """
    moved = tie.moved if tie is not None else frozenset[str]()
    tensors = measured.tensors.values()
    return [t for t in tensors if t.truth.size and not t.truth.any() and t.name not in moved]


def _right(measured: Measured, tie: Convention | None) -> Judgement:
    """Right throughout; a kink where numbers tie and another convention has another gradient."""
    moved = tie.moved if tie is not None else frozenset[str]()
    findings = [
        finding(t, Status.KINK if t.bends.any() or t.name in moved else Status.CORRECT)
        for t in measured.tensors.values()
    ]
    bends = [t.name for t in measured.tensors.values() if t.bends.any()]
    said = [f"BP501, {tie}"] if moved else []
    said += [f"BP501, {n} has other slopes to other sides" for n in bends if not moved]
    said += [f"the value jumps at {line}" for line in (tie.jumps if tie is not None else ())]
    return Judgement(findings, said + remarks(measured))


def _explained(
    measured: Measured, nearby: Nearby | None, elsewhere: Elsewhere | None
) -> Judgement | None:
    """What explains a difference, in order."""
    return (
        by_constants(measured, nearby)
        or by_convention(measured)
        or (by_sides(measured, elsewhere) if elsewhere and _may_branch(measured) else None)
        or declared(measured)
    )


def _may_branch(measured: Measured) -> bool:
    """Whether the code saw a number, a truth value or an index by which it could branch."""
    record = measured.run.record
    seen = (s for s in record.steps if not s.is_float)
    return (
        bool(record.escapes)
        or any(s.size == 1 or s.value.dtype.kind != "b" for s in seen)
        or any(s.settings.get("decisions") for s in record.steps)
    )


def _of_deviations(
    measured: Measured, deviations: Sequence[Tensor], loss: Loss | None, seed: int
) -> Judgement:
    """A staircase, on a step or on the edge of one, a surrogate, or else it is wrong."""
    return (
        by_stairs(measured, deviations, loss, seed)
        or surrogate(measured, deviations)
        or _wrong(measured, deviations)
    )


def _wrong(measured: Measured, deviations: Sequence[Tensor]) -> Judgement:
    """Wrong, and confirmed without any derivative rule; where that contradicts, nobody is."""
    direction = confined(deviations, seed=1)
    claimed, order = claimed_slope(measured, direction), None
    finite = all(np.isfinite(numbers_in(t.returned)).all() for t in deviations)
    if claimed.is_finite() and finite:
        inputs, dys = measured.run.inputs, cotangents(measured.run)
        bits, decided, kept = measured.bits, measured.decided, measured.kept
        order = remainder(dys, inputs, direction, claimed, bits, decided, kept).order
    if order is not None and order >= CONTRADICTED:
        return _at_fault(measured, order)
    findings = [finding(t, plain(t), order=order) for t in measured.tensors.values()]
    return Judgement(findings, order=order)


def _at_fault(measured: Measured, order: float) -> Judgement:
    """The record's reverse mode and its Taylor remainder contradict each other: it is the judge."""
    detail = f"by reverse mode it is wrong, by the Taylor remainder, of order {order:.3g}, right"
    findings = [
        finding(t, Status.UNDECIDED if plain(t) is Status.WRONG else plain(t), order=order)
        for t in measured.tensors.values()
    ]
    return Judgement(findings, order=order, code="BP901", detail=detail)
