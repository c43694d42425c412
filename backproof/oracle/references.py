"""An independent forward, and a framework's gradient of it: what they say of the claim's own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from architectures import Array
from backproof.comparison import compare, judge_framework, outvote
from backproof.formula import Formula
from backproof.oracle.accused import Accused
from backproof.oracle.sentences import Heard
from backproof.units import coarse_units
from backproof.verdicts import Finding, Status
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls
from reference.exact.witness import BITS, point
from reference.testimony import LOSS

REFERENCE = "reference"
"""The witness named where a forward contradicts the reference."""
CONSTANT = 1e-13
"""The part of a value by which the rounding of constants may move it."""
COARSE = 1e-6
"""The same where both are known in floats alone."""


def against_reference(accused: Accused, heard: Heard) -> list[Finding]:
    """The forward against the reference's, exactly where both can be followed, else in float64."""
    if accused.reference is None or LOSS not in accused.observed.results:
        return []
    exact = accused.reference[0]
    try:
        at = point(accused.at)
        with accused.exact() as runs, exactly(BITS, presume=True):
            ours = balls(runs.loss(at))[0]
        with exact() as runs, exactly(BITS, presume=True):
            other = balls(runs.loss(at))[0]
            apart = float(abs(ours - other).mid()), float(abs(other).mid())
        return [_finding(*apart, float(ours.mid()), float(other.mid()), CONSTANT)]
    except Exception:  # a reference that cannot be followed is run in floats
        return _in_floats(accused, heard)


def against_autograd(
    accused: Accused,
    formula: Formula | None,
    findings: Sequence[Finding],
    results: Mapping[str, Array],
    heard: Heard,
) -> list[Finding]:
    """All findings, with those of the framework that differentiates the reference; what is exact
    outvotes it. Of a reference that computes something else it says nothing.
    """
    other = any(f.witness == REFERENCE and not f.status for f in findings)
    if accused.autograd is None or other or not results:
        return list(findings)
    testimony = accused.autograd()
    if testimony.silent is not None:
        heard.silent[testimony.witness] = testimony.silent
        return list(findings)
    known = {n: t for n, t in testimony.tensors.items() if n in results}
    coarsest = min((r.dtype for r in results.values()), key=lambda d: d.itemsize)
    measured = heard.units if formula else None
    units = measured or coarse_units(results, coarsest)
    comparisons = compare(replace(testimony, tensors=known), results)
    return outvote([*findings, *(judge_framework(c, formula, units) for c in comparisons)])


def _in_floats(accused: Accused, heard: Heard) -> list[Finding]:
    assert accused.reference is not None
    at = {name: np.asarray(t) for name, t in accused.at.items()}
    try:
        with accused.double() as runs:
            ours = runs.value(at)
        with accused.reference[1]() as theirs:
            other = theirs.value(at)
    except Exception as error:  # whatever the reference raises
        heard.silent[REFERENCE] = f"raises {type(error).__name__}: {error}"
        return []
    return [_finding(abs(ours - other), abs(other), ours, other, COARSE)]


def _finding(apart: float, size: float, ours: float, other: float, limit: float) -> Finding:
    same = apart <= limit * size or apart == 0
    status = Status.CORRECT if same else Status.WRONG
    note = "" if same else f"the forward computes {ours:.9g}, the reference {other:.9g}"
    return Finding(LOSS, REFERENCE, status, (), ours, other, note=note)
