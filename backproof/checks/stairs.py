"""Staircases: a program whose slope at the point nobody means is judged by what it shows around."""

from collections.abc import Mapping, Sequence
from functools import partial

import flint

from backproof.checks.judgement import Judgement, Loss, finding
from backproof.checks.measured import Measured, Tensor
from backproof.checks.slopes import claimed_slope, confined, known, true_slope, value_afresh
from backproof.exact.precision import Floats
from backproof.exact.staircase import Stairs, staircase
from backproof.verdict import Status
from backproof.verdict.decisions import FLAT, STAIRS_AGREE


def by_stairs(
    measured: Measured, deviations: Sequence[Tensor], loss: Loss | None, seed: int
) -> Judgement | None:
    """What is to be said where the program is a staircase along the elements that deviate; None
    where it is none. loss: runs the claim's forward pass elsewhere.
    """
    if not deviations or not measured.decisions or loss is None:
        return None
    direction = confined(deviations, seed)
    recorded = known(true_slope(measured, direction))
    u = max(t.precision.u for t in measured.tensors.values())
    ways: list[Loss] = [partial(value_afresh, measured)]
    if any(d.size == 1 and d.value.dtype == bool for d in measured.decisions):
        ways.append(loss)  # Python's own branches are other steps elsewhere
    for value in map(_once, ways):
        found = staircase(measured.decisions, measured.run.inputs, direction, recorded, value, u)
        if found is not None:
            return _on_stairs(measured, found, direction, recorded, u)
    return None


def _once(loss: Loss) -> Loss:
    """The same, computed once at each point."""
    values: dict[bytes, flint.arb] = {}

    def value(at: Mapping[str, Floats]) -> flint.arb:
        key = b"".join(x.tobytes() for x in at.values())
        if key not in values:
            values[key] = loss(at)
        return values[key]

    return value


def _on_stairs(
    measured: Measured,
    found: Stairs,
    direction: Mapping[str, Floats],
    recorded: float,
    u: float,
) -> Judgement:
    """The slope to either side decides: for a claim that agrees, against one that does not, however
    little is known of it.
    """
    claimed = known(claimed_slope(measured, direction))
    close = STAIRS_AGREE * max(found.known, u * abs(found.slope))
    close = min(close, FLAT * abs(found.slope - recorded))
    agrees = abs(claimed - found.slope) <= close
    note = f"a staircase: its slope to either side is {found.slope:.9g}, known to {found.known:.1e}"
    findings = [
        finding(t, Status.CORRECT if agrees or t.name not in direction else Status.WRONG, note)
        for t in measured.tensors.values()
    ]
    if agrees:
        return Judgement(findings, [note])
    return Judgement(findings, code="BP502", detail=f"{note}; the claim's is {claimed:.9g}")
