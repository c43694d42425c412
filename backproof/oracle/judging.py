"""The oracle's judge: every witness that can hear somebody's claim at a point, and one verdict."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from architectures import Array
from backproof.comparison import compare_exact, judge_exact
from backproof.conduct import CLAIM, not_finite
from backproof.formula import Formula
from backproof.oracle.accused import Accused
from backproof.check.behaviour.attempts import sealed
from backproof.check.behaviour.limits import TimeLimit, within
from backproof.oracle.explaining import Explained, explain_acts, explained, undiagnosed
from backproof.oracle.formula import examine_claim
from backproof.oracle.large import hear_large, too_large
from backproof.oracle.numeric import completed, hear_differences
from backproof.oracle.references import against_autograd, against_reference
from backproof.oracle.sentences import Heard, evidence
from backproof.units import SUSPICIOUS, Units, coarse_units
from backproof.verdicts import Finding, Status, Verdict
from backproof.witnesses import DIFFERENCES, EXACT
from reference.exact import rounding
from reference.testimony import LOSS

SECONDS = 60.0
"""So long exact arithmetic may take for one claim."""


@np.errstate(all="ignore")
def judge_claim(accused: Accused, seed: int) -> Verdict:
    """Judge somebody's claim at a point. Never raises for what the claim does."""
    with sealed():
        return _judged(accused, seed)


def _judged(accused: Accused, seed: int) -> Verdict:
    start = time.perf_counter()
    heard = Heard(accused.observed)
    results = accused.observed.results
    findings = [_acted(act.code, act.tensor, act.detail) for act in accused.observed.acts]
    formula = _examined(accused, heard, seed)
    findings += _not_finite(results, formula)
    lost = {f.tensor for f in findings}
    judged = {n: r for n, r in results.items() if n not in lost}
    if formula:
        findings += _by_exact(accused, formula, judged, heard, seed)
    elif LOSS in judged and len(judged) > 1:
        findings += _by_differences(accused, judged, heard, seed)
    findings += against_reference(accused, heard)
    findings = against_autograd(accused, formula, findings, judged, heard)
    decided = (f.status for f in findings if not f.outvoted)
    status = min(decided, key=lambda s: s.severity, default=Status.UNDECIDED)
    why = Explained()
    if not status and status is not Status.UNDECIDED:
        why = explain_acts(accused, findings) or _why(accused, formula, findings, heard)
    return Verdict(
        accused.subject,
        status,
        tuple(findings),
        heard.silent,
        why.culprits,
        why.text,
        evidence(heard, formula, findings),
        time.perf_counter() - start + accused.observed.seconds,
        why.code,
    )


def _why(
    accused: Accused, formula: Formula | None, findings: list[Finding], heard: Heard
) -> Explained:
    """The diagnosis, for which the claim is run again, elsewhere too: it may not end there."""
    if accused.large:
        return too_large(findings)
    try:
        with within(SECONDS):
            return explained(accused, formula, findings, heard)
    except TimeLimit:
        return undiagnosed(findings)


def precision(accused: Accused) -> np.dtype[Any] | Any:
    """The dtype whose rounding is normal here: that of the coarsest input, or, where every gradient
    is coarser, that of the finest gradient. One gradient alone that is coarser has lost digits.
    """
    if accused.narrow:
        return accused.narrow
    results = accused.observed.results
    given = [t.dtype for t in accused.tensors.values()]
    found = [r.dtype for n, r in results.items() if n != LOSS and r.dtype.kind == "f"]
    coarsest = max(given, key=_eps)
    return max(coarsest, min(found, key=_eps, default=coarsest), key=_eps)


def _eps(dtype: np.dtype[Any] | Any) -> float:
    return 2.0 ** (1 - rounding.bits(dtype))


def _examined(accused: Accused, heard: Heard, seed: int) -> Formula | None:
    """What exact arithmetic says; None, with the reason, where it cannot go."""
    results = accused.observed.results
    if not {LOSS, *accused.tensors} <= set(results):
        return None
    if accused.large:
        size = sum(t.size for t in accused.tensors.values())
        heard.silent[EXACT] = f"{size:,} elements are too many for exact arithmetic"
        return None
    try:
        with within(SECONDS), accused.exact() as runs:
            formula = examine_claim(runs, accused, _eps(precision(accused)), seed)
        return completed(formula, accused, seed)
    except TimeLimit:
        heard.silent[EXACT] = f"no answer within {SECONDS:g} s"
    except Exception as error:  # what the claim's code raises on balls is not the judge's failure
        heard.silence(EXACT, error)
    return None


def _by_exact(
    accused: Accused, formula: Formula, results: Mapping[str, Array], heard: Heard, seed: int
) -> list[Finding]:
    known = replace(formula, truth={n: t for n, t in formula.truth.items() if n in results})
    comparisons = compare_exact(known, results)
    units = _units(accused, known, results, heard)
    doubtful = [c for c in comparisons if c.tensor not in formula.wrong]
    if any(units.excess(c.tensor, c.error) > SUSPICIOUS for c in doubtful):
        units = _second_opinion(accused, known, units, results, seed)
    heard.units = units
    return [judge_exact(c, formula, units) for c in comparisons]


def _by_differences(
    accused: Accused, results: Mapping[str, Array], heard: Heard, seed: int
) -> list[Finding]:
    if not accused.large:
        return hear_differences(accused, results, heard, seed)
    gradients = {name: results[name] for name in accused.tensors if name in results}
    try:
        return hear_large(accused, gradients, heard, seed)
    except Exception as error:  # the code in an arithmetic that is not its own
        heard.silence(DIFFERENCES, error)
        return []


def _units(accused: Accused, formula: Formula, results: Mapping[str, Array], heard: Heard) -> Units:
    dtype = precision(accused)
    exact = {name: formula.exact[name] for name in results}
    try:
        with accused.short() as runs:
            return Units(*rounding.units(runs.gradient, accused.at, exact, dtype))
    except Exception as error:  # the claim's code, in an arithmetic that is not its own
        heard.notes.append(f"rounding could not be measured ({type(error).__name__}: {error})")
        return coarse_units(results, dtype)


def _second_opinion(
    accused: Accused, formula: Formula, units: Units, results: Mapping[str, Array], seed: int
) -> Units:
    exact, dtype = {n: formula.exact[n] for n in results}, precision(accused)
    try:
        with accused.short() as runs:
            noisy = rounding.noisy_units(runs.gradient, accused.at, exact, dtype, seed)
    except Exception:  # the first opinion stands
        return units
    lost = units.underflow
    return Units({n: max(u, noisy[n] + lost.get(n, 0)) for n, u in units.unit.items()}, lost)


def _not_finite(results: Mapping[str, Array], formula: Formula | None) -> list[Finding]:
    found = []
    for name, result in results.items():
        if np.isfinite(result).all():
            continue
        known = formula is not None and len(formula.truth.get(name, [])) == result.size
        true = formula.true_values(name) if formula and known else np.full(result.size, math.nan)
        floats = result if result.dtype.kind == "f" else result.astype(np.float64)
        found.append(not_finite(name, floats, true))
    return [f for f in found if f is not None]


def _acted(code: str, tensor: str, detail: str) -> Finding:
    return Finding(tensor or LOSS, CLAIM, Status.BROKEN, note=detail)
