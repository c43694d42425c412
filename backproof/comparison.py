"""From testimonies to findings: the claim's floats against what each witness says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from architectures import Array
from backproof.units import LIMIT, Units
from backproof.verdicts import Finding, Status
from backproof.witnesses import DIFFERENCES, EXACT
from reference.testimony import LOSS, Testimony

if TYPE_CHECKING:  # it needs exact arithmetic, without which the court must sit as well
    from backproof.formula import Formula

RESOLVED = 1e-3
"""Finite differences that do not know a slope better than this part of it have nothing to say."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One tensor by one witness: the errors, the witness's values and the claim's, all flat."""

    witness: str
    tensor: str
    errors: Array
    true: Array
    claimed: Array

    @property
    def worst(self) -> int:
        """The flat index of the element furthest off."""
        return int(np.argmax(self.errors))

    @property
    def error(self) -> float:
        """The largest error."""
        return float(self.errors[self.worst])

    def finding(
        self, status: Status, units: Units, note: str, order: float | None = None
    ) -> Finding:
        """The finding that these numbers and a status make."""
        k = self.worst
        index = tuple(int(i) for i in np.unravel_index(k, self.claimed.shape))
        claimed, true = float(self.claimed.flat[k]), float(self.true[k])
        off = int((self.errors > LIMIT * units.unit[self.tensor]).sum())
        return Finding(
            self.tensor,
            self.witness,
            status,
            index,
            claimed,
            true,
            units.excess(self.tensor, self.error),
            order,
            note,
            off=off,
            of=self.errors.size,
        )


def compare_exact(formula: "Formula", results: Mapping[str, Array]) -> list[Comparison]:
    """The claim's floats against the true values."""
    return [
        Comparison(EXACT, n, formula.errors(n, results[n]), formula.true_values(n), results[n])
        for n in formula.truth
    ]


def compare(testimony: Testimony, results: Mapping[str, Array]) -> list[Comparison]:
    """The claim's floats against a framework's."""
    found = []
    for name, tensor in testimony.tensors.items():
        these, those = (np.asarray(t).astype(np.float64).ravel() for t in (results[name], tensor))
        with np.errstate(all="ignore"):
            errors = np.where(these == those, 0.0, np.abs(these - those))
        errors[np.isnan(errors)] = np.inf
        found.append(Comparison(testimony.witness, name, errors, those, results[name]))
    return found


def judge_exact(c: Comparison, formula: "Formula", units: Units) -> Finding:
    """What exact arithmetic says of a tensor: its formula first, then its rounding."""
    excess, order = units.excess(c.tensor, c.error), formula.orders.get(c.tensor)
    status, note = Status.CORRECT, units.note(c.tensor)
    if c.tensor in formula.wrong:
        status, note = Status.WRONG, formula.note
    elif excess > LIMIT and formula.presumed and c.tensor in formula.not_smooth:
        status, note = formula.status, "rounding decides on which side of the kink this is"
    elif excess > LIMIT:
        status = Status.IMPRECISE
        note = "the formula is right, the rounding is not: an unstable way to compute it"
    elif c.tensor in formula.not_smooth:
        status, note = formula.status, formula.note
    return c.finding(status, units, note, order)


def judge_framework(c: Comparison, formula: "Formula | None", units: Units) -> Finding:
    """Within the limit a framework agrees; beyond it, it contradicts, except on a kink."""
    excess = units.excess(c.tensor, c.error)
    if excess <= LIMIT:
        return c.finding(Status.CORRECT, units, units.note(c.tensor))
    if formula and c.tensor in formula.not_smooth and formula.status is Status.KINK:
        return c.finding(Status.KINK, units, f"{c.witness} has another convention here")
    return c.finding(Status.WRONG, units, f"{c.witness} contradicts")


def judge_differences(
    testimony: Testimony, results: Mapping[str, Array], units: Units, exact: bool
) -> list[Finding]:
    """Slopes against slopes, in units of the witness's own error estimate and of rounding."""
    found = []
    for name, slope in testimony.tensors.items():
        along, true = testimony.along[name], float(slope)
        g = results[name].astype(np.float64)
        claimed, size = float((g * along).sum()), float(np.abs(g * along).sum())
        known = float(testimony.error[name])
        rounding = units.unit[name] * float(np.abs(along).sum()) + np.finfo(np.float64).eps * size
        unit, error = float(known + rounding), abs(claimed - true)
        excess = 0.0 if error == 0 else error / unit if unit else np.inf
        status, note = Status.CORRECT, f"the slope along one direction, known to {known:.1e}"
        if not np.isfinite(error) or known > RESOLVED * max(abs(true), size):
            status, note = Status.UNDECIDED, "finite differences do not resolve the slope"
        elif excess > LIMIT:
            status = Status.UNDECIDED if exact else Status.WRONG
            note = "finite differences are further off than they believe" if exact else note
        found.append(Finding(name, DIFFERENCES, status, (), claimed, true, excess, note=note))
    return found


def outvote(findings: list[Finding]) -> list[Finding]:
    """A framework that contradicts, and is contradicted by stronger evidence, has failed itself.

    It is outvoted on a gradient that exact arithmetic confirms, as long as it agrees on the loss:
    the same function has one derivative. Otherwise, by another framework that confirms the claim.
    """
    heard: dict[str, list[Finding]] = {}
    for finding in findings:
        heard.setdefault(finding.tensor, []).append(finding)
    return [_outvoted(finding, heard) for finding in findings]


def _outvoted(finding: Finding, heard: Mapping[str, list[Finding]]) -> Finding:
    here = {f.witness: f.status for f in heard[finding.tensor]}
    convicted = not here.get(EXACT, Status.CORRECT)
    if finding.status is not Status.WRONG or finding.witness in (EXACT, DIFFERENCES) or convicted:
        return finding
    confirm = {witness for witness, status in here.items() if status} - {DIFFERENCES}
    same_loss = any(f.witness == finding.witness and f.status for f in heard.get(LOSS, []))
    if finding.tensor == LOSS or not same_loss:
        confirm.discard(EXACT)  # it knows the claim's own forward pass alone
    if not confirm:
        lost = EXACT not in here and here.get(DIFFERENCES) is Status.UNDECIDED
        note = f"{finding.note}, but finite differences find no slope here: a kink, perhaps"
        return replace(finding, status=Status.UNDECIDED, note=note) if lost else finding
    note = f"outvoted: {finding.witness} is imprecise here, {' and '.join(sorted(confirm))} confirm"
    return replace(finding, status=Status.UNDECIDED, note=note, outvoted=True)
