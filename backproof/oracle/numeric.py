"""Where exact arithmetic cannot go: finite differences of the claim's own loss, in float64."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import flint
import numpy as np

from architectures import Array
from backproof.formula import Formula
from backproof.oracle.accused import Accused
from backproof.oracle.sentences import Heard
from backproof.units import Units
from backproof.verdicts import Finding, Status
from backproof.witnesses import DIFFERENCES
from reference.differences.judgement import Judgement, Outcome, judge
from reference.differences.slope import Slope
from reference.differences.witness import BUDGET, Slopes, differentiate
from reference.exact.rounding import bits

SECONDS = 20.0
"""So long the witness may take, unless the gradient itself takes long: then `SHARE` times that."""
SHARE = 8.0
ROUNDING = 64.0
"""So many units in the last place of a tensor's largest element its rounding is taken for."""
SMALL = 1e-6
"""An element that is known to be below this part of the tensor's largest slope is told enough."""


def hear_differences(
    accused: Accused, results: Mapping[str, Array], heard: Heard, seed: int
) -> list[Finding]:
    """A finding for each tensor; the witness is silent where the loss cannot be run."""
    at = {name: np.asarray(t, dtype=np.float64) for name, t in accused.at.items()}
    gradients = {name: results[name] for name in accused.tensors if name in results}
    narrow = accused.narrow
    try:
        with accused.double() as runs:
            start = time.perf_counter()
            runs.value(at)
            once = time.perf_counter() - start
            allowed = max(SECONDS if once < 0.05 else 0.0, SHARE * accused.observed.seconds / 7)
            deadline = start + allowed
            found = differentiate(
                runs.value,
                at,
                list(gradients),
                seed,
                int(min(BUDGET, max(40, allowed / max(once, 1e-6)))),
                lambda: time.perf_counter() > deadline,
                gradients,
            )
    except Exception as error:  # the code in an arithmetic that is not its own, or a tracer's
        heard.silence(DIFFERENCES, error)
        return []
    known = [s.resolution for s in found.values() if np.isfinite(s.resolution)]
    heard.resolution = max(known, default=None)
    units = {name: _rounding(g, narrow) / ROUNDING for name, g in gradients.items()}
    heard.units = Units(units, {})
    heard.slopes = {n: _values(s) for n, s in found.items() if s.complete}
    return [_judged(name, found[name], g, narrow) for name, g in gradients.items()]


def completed(formula: Formula, accused: Accused, seed: int) -> Formula:
    """With the true values that exact arithmetic had no time for, by finite differences.

    Where these agree with the claim within three times their error, the claim is taken for true.
    """
    missing = [n for n in formula.wrong if len(formula.truth[n]) < accused.tensors[n].size]
    if not missing:
        return formula
    at = {name: np.asarray(t, dtype=np.float64) for name, t in accused.at.items()}
    deadline, truth = time.perf_counter() + SECONDS / 4, dict(formula.truth)
    with accused.double() as runs:
        found = differentiate(
            runs.value,
            at,
            missing,
            seed,
            expired=lambda: time.perf_counter() > deadline,
        )
    for name in missing:
        if found[name].complete:
            g, known = accused.observed.results[name].ravel().astype(np.float64), truth[name]
            rest = range(len(known), g.size)
            truth[name] = known + [_taken(found[name].slopes[k], float(g[k])) for k in rest]
    return replace(formula, truth=truth)


def _taken(slope: Slope, claimed: float) -> flint.arb:
    return flint.arb(claimed if abs(slope.value - claimed) <= 3 * slope.error else slope.value)


def _rounding(g: Array, narrow: str) -> float:
    kind: Any = narrow or (g.dtype if g.dtype.kind == "f" else np.float64)
    return ROUNDING * 2.0 ** (1 - bits(kind)) * float(np.abs(g).max(initial=0))


def _values(found: Slopes) -> Any:
    return np.array([s.value for s in found.slopes]).reshape(found.tensor.shape)


def _judged(name: str, found: Slopes, g: Array, narrow: str) -> Finding:
    floats = g if g.dtype.kind == "f" else g.astype(np.float64)
    rounding = _rounding(g, narrow)
    said = list(judge(found, floats, rounding))
    against = [j for j in said if j.outcome is Outcome.CONTRADICTS]
    if against:
        worst = max(against, key=lambda j: j.off / j.bound if j.bound else np.inf)
        off = len(against) if found.complete else None
        return _finding(name, found, Status.WRONG, worst, "", off)
    largest = max((abs(j.slope.value) for j in said if np.isfinite(j.slope.value)), default=0.0)
    enough = max(SMALL * largest, 2 * rounding)  # what rounds off cannot be known to more digits
    open_ = [j for j in said if j.outcome is Outcome.CANNOT_TELL and not j.bound <= enough]
    if open_ or not said:
        why = open_[0].why if open_ else found.why
        return Finding(name, DIFFERENCES, Status.UNDECIDED, note=why or "no slope was found")
    kinks = [j for j in said if j.slope.kink]
    if kinks:
        return _finding(name, found, Status.KINK, kinks[0], kinks[0].why)
    return _finding(name, found, Status.CORRECT, _furthest(said), "")


def _furthest(said: Sequence[Judgement]) -> Judgement:
    return max(said, key=lambda j: j.off / j.bound if j.bound else 0.0)


def _finding(
    name: str, found: Slopes, status: Status, j: Judgement, note: str, off: int | None = None
) -> Finding:
    where = () if not j.probe.single else np.unravel_index(j.probe.start, found.tensor.shape)
    nearest = min(max(j.claimed, j.slope.low), j.slope.high)
    excess = j.off / j.bound if j.bound else 0.0
    along = "" if j.probe.single else "the slope along a direction"
    return Finding(
        name,
        DIFFERENCES,
        status,
        tuple(int(k) for k in where),
        j.claimed,
        nearest,
        excess,
        note=note or along,
        off=off,
        of=None if off is None else found.tensor.size,
    )
