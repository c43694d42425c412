"""A claim at a tie: whether one convention for a line of code gives it, and which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np

from backproof.checks.constants import system
from backproof.checks.errors import numbers_in
from backproof.checks.judgement import Judgement, finding
from backproof.checks.measured import Measured, Tensor
from backproof.exact.balls import Balls, as_balls, midpoints
from backproof.exact.constants import explained
from backproof.exact.conventions import AS_IT_RAN, alone, conventions, together
from backproof.exact.evaluate import over_balls, over_floats
from backproof.exact.precision import FLOAT64, Floats
from backproof.exact.ties import Tie, ties
from backproof.verdict import Status
from backproof.verdict.decisions import ALIKE, ALIKE_BESIDE, LIMIT, NEAR, NEAR_UNITS


@dataclass(frozen=True, slots=True)
class Convention:
    """What each line with a tie takes, and the tensors for which it matters.

    tensors: measured against the truth under this convention. moved: the names of those whose
    gradient another convention changes. jumps: the lines at which the value itself jumps.
    """

    taken: Mapping[str, str]
    tensors: Mapping[str, Tensor]
    moved: frozenset[str]
    jumps: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{line}: {name}" for line, name in self.taken.items()]
        return f"not differentiable here; the convention of the claim: {'; '.join(said)}"


def convention(measured: Measured) -> Convention | None:
    """The convention under which every tensor of a claim is right; None where none is."""
    found = ties([s for s in measured.decisions if s.number not in measured.decided])
    if not found:
        return None
    names = list(measured.tensors)
    steps = [measured.tensors[n].step for n in names]
    moved: set[str] = set()
    here = over_floats(steps, decided=measured.decided)
    for taken, own in conventions(found):
        decided = {**measured.decided, **own}
        values = over_floats(steps, decided=decided)
        moved |= _moved(measured, here, values)
        if all(_near(measured.tensors[n], v) for n, v in zip(names, values, strict=True)):
            tensors = _under(measured, decided)
            if all(is_right(t) for t in tensors.values()) or _by_constants(
                measured, tensors, decided
            ):
                return Convention(taken, tensors, frozenset(moved) or frozenset(names))
    return _halfway(measured, found)


def _halfway(measured: Measured, found: Sequence[Tie]) -> Convention | None:
    """The mean of the slopes as the code ran and with all its ties taken otherwise: half of each of
    two maxima, of max(max(x, 0), 0), is a quarter of the slope.
    """
    if not all(np.isfinite(numbers_in(t.returned)).all() for t in measured.tensors.values()):
        return None
    for taken, own in together(found):
        other = _under(measured, {**measured.decided, **own})
        with flint.ctx.workprec(measured.bits):
            means = {n: as_balls((t.true + other[n].true) / 2) for n, t in measured.tensors.items()}
        tensors = {n: against(t, means[n]) for n, t in measured.tensors.items()}
        if all(is_right(t) and not t.unknown.any() for t in tensors.values()):
            said = {line: f"half as it ran, half {name}" for line, name in taken.items()}
            return Convention(said, tensors, off_otherwise(measured))
    return None


def by_convention(measured: Measured) -> Judgement | None:
    """What is to be said where one convention for the lines with ties gives the claim."""
    found = convention(measured)
    return None if found is None else judged(found)


def judged(found: Convention) -> Judgement:
    """What is to be said of a claim that is right under a convention."""
    status = {True: Status.KINK, False: Status.CORRECT}
    findings = [
        finding(t, status[n in found.moved] if (t.ratio <= LIMIT).all() else Status.IMPRECISE)
        for n, t in found.tensors.items()
    ]
    return Judgement(findings, [f"BP501, {found}"])


def off_otherwise(measured: Measured) -> frozenset[str]:
    """The names of the tensors that are wrong as the code ran."""
    return frozenset(n for n, t in measured.tensors.items() if not is_right(t))


def matters(measured: Measured) -> Convention | None:
    """The convention of a claim that agrees with the run's own decisions, where numbers are equal
    and another convention has another gradient; None where there is no such tie.
    """
    found = ties([s for s in measured.decisions if s.number not in measured.decided])
    if not found:
        return None
    names = list(measured.tensors)
    steps = [measured.tensors[n].step for n in names]
    outputs = list(measured.run.outputs.values())
    here, there = (over_floats(s, decided=measured.decided) for s in (steps, outputs))
    moved: set[str] = set()
    jumps: list[str] = []
    for taken, own in alone(found):
        decided = {**measured.decided, **own}
        values = over_floats(steps, decided=decided)
        moved |= _moved(measured, here, values)
        if any(map(_jumps, there, over_floats(outputs, decided=decided))):
            jumps += taken
    if not moved and not jumps:
        return None
    said = {tie.step.named: AS_IT_RAN for tie in found}
    return Convention(said, measured.tensors, frozenset(moved), tuple(dict.fromkeys(jumps)))


def _moved(measured: Measured, here: Sequence[Floats], there: Sequence[Floats]) -> set[str]:
    """The names of the tensors that a convention changes by more than float64 rounds."""
    changed = zip(measured.tensors.values(), here, there, strict=True)
    return {t.name for t, a, b in changed if not _alike(a, b, _noise(t))}


def _noise(t: Tensor) -> Floats:
    return LIMIT * t.unit * (FLOAT64.u / t.precision.u)


def _jumps(a: Floats, b: Floats) -> bool:
    """Whether a value is another one; what is none, as 0 times infinity, is no jump."""
    return not (np.isnan(b).any() or _alike(a, b))


def _alike(a: Floats, b: Floats, noise: Any = 0.0) -> bool:
    size = np.abs(a[np.isfinite(a)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=ALIKE, atol=ALIKE_BESIDE * size + noise, equal_nan=True))


def _near(tensor: Tensor, value: Any) -> bool:
    """Whether a convention may have given a claim; NaN is the choice of none."""
    claimed = np.asarray(tensor.returned, dtype=np.float64)
    if np.isnan(claimed).any():
        return False
    size = np.abs(claimed[np.isfinite(claimed)]).max(initial=0.0)
    allowed = NEAR_UNITS * tensor.unit + max(NEAR, NEAR_UNITS * tensor.precision.u) * size
    with np.errstate(all="ignore"):
        return bool((~np.isfinite(value) | (np.abs(value - claimed) <= allowed)).all())


def _under(measured: Measured, decided: Mapping[int, Any]) -> dict[str, Tensor]:
    """The tensors against the truth with decisions taken otherwise."""
    names = list(measured.tensors)
    values = over_balls([measured.tensors[n].step for n in names], measured.bits, decided=decided)
    with flint.ctx.workprec(measured.bits):
        return {n: against(measured.tensors[n], v) for n, v in zip(names, values, strict=True)}


def against(tensor: Tensor, true: Balls) -> Tensor:
    """The tensor against another truth: an element that was 0 as the code ran, and has no rounding
    of its own, is given that of the others.
    """
    parts = tensor.unit / tensor.half
    usual = np.median(parts[(tensor.truth != 0) & np.isfinite(parts)] if tensor.truth.any() else 1)
    own = tensor.precision.half_ulp(midpoints(true))
    return replace(tensor, true=true, unit=np.maximum(tensor.unit, max(usual, 1) * own))


def is_right(tensor: Tensor) -> bool:
    """Whether a formula is right; where none was followed, whether its floats are."""
    if tensor.claimed is not None:
        return not tensor.off.any()
    return bool((tensor.ratio <= LIMIT).all())


def _by_constants(
    measured: Measured, tensors: Mapping[str, Tensor], decided: Mapping[int, Any]
) -> bool:
    """Whether the rounding of a number in the code explains what a convention leaves."""
    here = system(replace(measured, tensors=tensors, decided=decided, kept={}))
    return here is not None and explained(here) is not None
