"""The judge: three questions about a measured run, and what is asked when something disagrees.

A right claim at a smooth point meets `plain` and nothing else. The rest is asked in this order:
constants, ties, staircases, approximations; then the claim is wrong, and that is confirmed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import flint
import numpy as np

from backproof.checks.declared import declared
from backproof.checks.measure import Measured, Tensor, distances, ratios
from backproof.checks.remarks import remarks
from backproof.checks.ties import Convention, convention, matters
from backproof.exact.balls import midpoints, numbers, to_balls
from backproof.exact.constants import System, explained
from backproof.exact.evaluate import BITS, over_balls
from backproof.exact.precision import Floats
from backproof.exact.staircase import Stairs, staircase
from backproof.exact.taylor import remainder, weighed
from backproof.verdict.decisions import LIMIT
from backproof.verdicts import Finding, Status
from backproof.witnesses import EXACT

AGREE = 16
"""Errors of a staircase's slope, as its octaves tell them, or roundings of it: so close a claim may
be.
"""

Loss = Callable[[Mapping[str, Floats]], float]
"""The value of a claim's forward pass elsewhere, its decisions made afresh, in balls."""


Nearby = Callable[[], Iterator[Measured]]
"""The claim measured at further points, one after the other."""


@dataclass(slots=True)
class Judgement:
    """What was found: a finding for each tensor, and remarks.

    order: of the Taylor remainder along the wrong elements, where something is wrong. code: and
    detail: what the findings themselves say, "" where a diagnosis is due.
    """

    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    order: float | None = None
    code: str = ""
    detail: str = ""


def judge(
    measured: Measured, loss: Loss | None = None, seed: int = 0, nearby: Nearby | None = None
) -> Judgement:
    """Judge the gradients of a measured run.

    loss: runs the claim's forward pass elsewhere; without it no staircase is looked for. nearby:
    the claim measured at further points, where one has too few elements to tell.
    """
    said = Judgement()
    if all(plain(t) in (Status.CORRECT, Status.KINK) for t in measured.tensors.values()):
        flat = [t for t in measured.tensors.values() if t.truth.size and not t.truth.any()]
        stairs = _stairs(measured, flat, loss, seed) if flat and loss is not None else None
        return _correct(measured, said) if stairs is None else _on_stairs(measured, stairs, said)
    suspects = [t for t in measured.tensors.values() if plain(t) is Status.WRONG]
    if suspects:
        return _suspected(measured, suspects, said, loss, seed, nearby)
    said.findings = [_finding(t, plain(t), _unstable(t)) for t in measured.tensors.values()]
    return said


def plain(tensor: Tensor) -> Status:
    """What formula and rounding say by themselves."""
    if not np.isfinite(numbers_of(tensor)).all() and tensor.error.max(initial=0.0) > 0:
        return Status.WRONG
    if tensor.claimed is not None and tensor.off.any():
        return Status.WRONG
    if (tensor.ratio <= LIMIT).all() and tensor.bends.any():
        return Status.KINK
    if (tensor.ratio <= LIMIT).all():
        return Status.CORRECT if tensor.keeps_a_digit else Status.IMPRECISE
    return Status.WRONG if tensor.claimed is None else Status.IMPRECISE


def numbers_of(tensor: Tensor) -> Any:
    """The returned numbers."""
    return np.asarray(tensor.returned, dtype=np.float64)


def _correct(measured: Measured, said: Judgement) -> Judgement:
    """Right throughout; a kink where numbers tie and another convention has another gradient."""
    tie = matters(measured) if measured.decisions else None
    for t in measured.tensors.values():
        kink = t.bends.any() or (tie is not None and t.name in tie.moved)
        said.findings.append(_finding(t, Status.KINK if kink else Status.CORRECT, ""))
    if tie is not None:
        _remark_tie(tie, said)
    said.remarks += remarks(measured)
    return said


def _remark_tie(tie: Convention, said: Judgement) -> None:
    said.remarks += [f"BP501, {tie}"] if tie.moved else []
    said.remarks += [f"the value jumps at {line}" for line in tie.jumps]


def _suspected(
    measured: Measured,
    suspects: list[Tensor],
    said: Judgement,
    loss: Loss | None,
    seed: int,
    nearby: Nearby | None,
) -> Judgement:
    if _by_constants(measured, said, nearby) or _by_convention(measured, said):
        return said
    if (other := declared(measured)) is not None:
        said.code, said.detail = other
        said.findings = [_finding(t, plain(t), "") for t in measured.tensors.values()]
        return said
    stairs = _stairs(measured, suspects, loss, seed) if loss is not None else None
    if stairs is not None:
        return _on_stairs(measured, stairs, said)
    return _wrong(measured, suspects, said)


def _by_constants(measured: Measured, said: Judgement, nearby: Nearby | None) -> bool:
    """Whether one rounding of the numbers in the code explains every difference."""
    tensors = list(measured.tensors.values())
    here = _system(measured)
    if here is None:
        return False
    others = (_system(m) for m in nearby()) if nearby is not None else iter(())
    found = explained(here, (s for s in others if s is not None))
    if found is None:
        return False
    largest = max(
        float(np.max(t.residue / np.maximum(np.abs(t.truth), 1e-300), initial=0)) for t in tensors
    )
    for t in tensors:
        rounding = ratios(_own_error(t), t.unit)
        right = (rounding <= LIMIT).all() and not found.typed
        said.findings.append(_finding(t, Status.CORRECT if right else Status.IMPRECISE, ""))
    said.remarks.append(
        f"BP117, right up to the rounding of a constant (a part of {largest:.1e} is missing)"
    )
    if not all(f.status for f in said.findings):
        said.code, said.detail = "BP117", said.remarks.pop()
    return True


def _system(measured: Measured) -> System | None:
    """The differences of a point; None where a backward was not followed."""
    tensors = list(measured.tensors.values())
    claimed = [t.claim for t in tensors if t.claim is not None]
    if len(claimed) < len(tensors):
        return None
    steps, allowed = [t.step for t in tensors], [t.allowed for t in tensors]
    return System(claimed, steps, allowed, measured.bits, measured.decided)


def _own_error(t: Tensor) -> Floats:
    assert t.claimed is not None
    return distances(to_balls(numbers_of(t)), t.claimed)


def _by_convention(measured: Measured, said: Judgement) -> bool:
    """Whether one convention for the lines with ties gives the claim."""
    found = convention(measured)
    if found is None:
        return False
    for name, t in found.tensors.items():
        status = Status.KINK if name in found.moved else Status.CORRECT
        precise = (t.ratio <= LIMIT).all()
        said.findings.append(_finding(t, status if precise else Status.IMPRECISE, ""))
    said.remarks.append(f"BP501, {found}")
    return True


def _direction(measured: Measured, suspects: list[Tensor], seed: int) -> dict[str, Floats]:
    """A random direction confined to the elements that are off."""
    random = np.random.default_rng(seed)
    found = {}
    for t in suspects:
        off = t.off if t.claimed is not None else t.ratio > LIMIT
        signs = random.choice([-1.0, 1.0], t.error.shape) * random.uniform(0.5, 1, t.error.shape)
        found[t.name] = np.where(off if off.any() else True, signs, 0.0)
    return found


def _slope(measured: Measured, direction: Mapping[str, Floats], claimed: bool) -> flint.arb:
    """<g, d>, of the truth or of what the claim says without rounding, else of its floats."""
    total = flint.arb(0)
    with flint.ctx.workprec(measured.bits):
        for name, d in direction.items():
            t = measured.tensors[name]
            own = t.claimed if t.claimed is not None else to_balls(numbers_of(t))
            for g, v in zip(numbers(own if claimed else t.true), d.ravel().tolist(), strict=True):
                total += g.real * v if v else 0
    return total


def _stairs(
    measured: Measured, suspects: list[Tensor], loss: Loss | None, seed: int
) -> tuple[Stairs, dict[str, Floats]] | None:
    if not measured.decisions or loss is None:
        return None
    direction = _direction(measured, suspects, seed)
    recorded = float(_slope(measured, direction, claimed=False).mid())
    u = max(t.precision.u for t in measured.tensors.values())
    ways: list[Loss] = [partial(_value_afresh, measured)]
    if any(d.size == 1 and d.value.dtype == bool for d in measured.decisions):
        ways.append(loss)  # Python's own branches are other steps elsewhere
    for value in map(cache_by_point, ways):
        found = staircase(measured.decisions, measured.run.inputs, direction, recorded, value, u)
        if found is not None:
            return found, direction
    return None


def cache_by_point(loss: Loss) -> Loss:
    """The same, computed once at each point."""
    known: dict[bytes, float] = {}

    def value(at: Mapping[str, Floats]) -> float:
        key = b"".join(x.tobytes() for x in at.values())
        if key not in known:
            known[key] = loss(at)
        return known[key]

    return value


def _value_afresh(measured: Measured, at: Mapping[str, Floats]) -> float:
    """The outputs weighed by their cotangents elsewhere, decisions of the record made afresh."""
    dys = {y: to_balls(_cotangent(measured, n)) for n, y in measured.run.outputs.items()}
    values = over_balls(list(dys), BITS, {n: to_balls(x) for n, x in at.items()}, afresh=True)
    return float(weighed(dys, dict(zip(dys, values, strict=True))).mid())


def _on_stairs(
    measured: Measured, found: tuple[Stairs, dict[str, Floats]], said: Judgement
) -> Judgement:
    """A program whose slope at the point nobody means: the slope to either side decides."""
    stairs, direction = found
    u = max(t.precision.u for t in measured.tensors.values())
    claimed = float(_slope(measured, direction, claimed=True).mid())
    agrees = abs(claimed - stairs.slope) <= AGREE * max(stairs.known, u * abs(stairs.slope))
    note = (
        f"a staircase: its slope to either side is {stairs.slope:.9g}, known to {stairs.known:.1e}"
    )
    for t in measured.tensors.values():
        status = Status.CORRECT if agrees or t.name not in direction else Status.WRONG
        said.findings.append(_finding(t, status, note))
    said.remarks.append(note)
    return said


def _wrong(measured: Measured, suspects: list[Tensor], said: Judgement) -> Judgement:
    direction = _direction(measured, suspects, seed=1)
    outputs = {y: to_balls(_cotangent(measured, n)) for n, y in measured.run.outputs.items()}
    claimed = _slope(measured, direction, claimed=True)
    finite = all(np.isfinite(numbers_of(t)).all() for t in suspects)
    if claimed.is_finite() and finite:
        found = remainder(outputs, measured.run.inputs, direction, claimed, measured.bits)
        said.order = found.order
    for t in measured.tensors.values():
        said.findings.append(_finding(t, plain(t), _unstable(t), said.order))
    return said


def _cotangent(measured: Measured, name: str) -> Any:
    dy = measured.run.cotangents.get(name)
    return np.ones(measured.run.outputs[name].shape) if dy is None else dy.value


def _unstable(t: Tensor) -> str:
    if plain(t) is not Status.IMPRECISE:
        return ""
    size = np.maximum(np.abs(t.truth), 1e-300)
    lost = float(np.max(np.log10(np.maximum(t.error / np.maximum(t.half, 1e-300), 1.0))))
    digits = t.precision.bits * np.log10(2)
    kept = float(np.max(np.log10(np.maximum(t.unit / np.maximum(t.half, 1e-300), 1.0))))
    del size
    return (
        "the formula is right, the rounding is not: an unstable way to compute it; "
        f"{min(lost, digits):.0f} of {digits:.0f} digits are lost, {min(kept, digits):.0f} must be"
    )


def _finding(t: Tensor, status: Status, note: str, order: float | None = None) -> Finding:
    if not t.truth.size:
        return Finding(t.name, EXACT, status, note=note, excess=0.0, off=0, of=0)
    ratio = ratios(np.maximum(t.error, t.residue), t.unit) if t.claimed is not None else t.ratio
    k = int(np.argmax(ratio if not status else t.ratio))
    index = tuple(int(i) for i in np.unravel_index(k, t.truth.shape))
    off = (
        int((ratio > LIMIT).sum()) if t.claimed is None else int((t.off | (t.ratio > LIMIT)).sum())
    )
    return Finding(
        t.name,
        EXACT,
        status,
        index,
        float(numbers_of(t)[index]),
        float(midpoints(t.true)[index]),
        float(t.ratio.ravel()[k]),
        order,
        note,
        off=off,
        of=t.truth.size,
    )
