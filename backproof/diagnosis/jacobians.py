"""Hypotheses that look at whole Jacobians by the cotangent."""

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer, as_floats, largest
from backproof.diagnosis.evidence import Evidence, Floats, Run
from backproof.diagnosis.pattern import joined
from backproof.verdict.decisions import HIDDEN

MOST_CALLS = 128
"""A cotangent of more numbers is not taken apart."""
MOST_NUMBERS = 2**22
"""So many numbers are kept of a Jacobian."""
NEAR = 1e-9
"""What is a smaller part of the largest number is zero, or equal."""


def wrong_mixing(s: Deviation) -> str | None:
    """By its Jacobian the claim adds up along other axes than the truth does."""
    dy = s.evidence.dy
    if dy is None or dy.shape != s.true.shape or dy.ndim < 2:
        return None
    evidence = s.evidence
    true = _jacobian(evidence, s.name, evidence.true_rerun)
    claimed = _jacobian(evidence, s.name, evidence.rerun) if true is not None else None
    if true is None or claimed is None:
        return None
    should, does = _mixed(true, dy.shape), _mixed(claimed, dy.shape)
    if not should or not does or should == does:
        return None
    return f"it adds up along axis {joined(does)}, where axis {joined(should)} is right"


def _jacobian(evidence: Evidence, name: str, run: Run | None) -> Floats | None:
    """The derivative of a tensor's gradient by dy, a row for each number of that, where it is
    linear in it.
    """
    dy, size = evidence.dy, int(np.size(evidence.true[name]))
    if dy is None or run is None or dy.size > MOST_CALLS or dy.size * size > MOST_NUMBERS:
        return None
    rows = []
    for k in range(dy.size):
        row = as_floats(answer(run, np.eye(1, dy.size, k).reshape(dy.shape)).get(name))
        if row is None or row.size != size or not np.isfinite(row).all():
            return None
        rows.append(row.ravel())
    J, whole = np.array(rows), as_floats(answer(run, dy).get(name))
    if whole is None or largest(dy.ravel() @ J - whole.ravel()) > HIDDEN * largest(whole):
        return None  # not linear
    return J


def _mixed(J: Floats, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes along which an element depends on others of the cotangent."""
    out, into = np.nonzero(np.abs(J) > NEAR * largest(J))
    places = zip(np.unravel_index(out, shape), np.unravel_index(into, shape), strict=True)
    return tuple(axis for axis, (a, b) in enumerate(places) if (a != b).any())
