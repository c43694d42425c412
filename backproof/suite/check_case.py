"""The court: hears every witness on one case, and says what the claim is."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from architectures import Array, Case, Tensors
from backproof.claims import Claim, differentiated, seed_of, tensors_of
from backproof.comparison import (
    Comparison,
    compare,
    compare_exact,
    judge_differences,
    judge_exact,
    judge_framework,
    outvote,
)
from backproof.conduct import not_finite, observe
from backproof.misconduct import misbehaving
from backproof.sentences import diagnosis, evidence
from backproof.units import SUSPICIOUS, Units, coarse_units
from backproof.verdicts import Finding, Status, Verdict
from backproof.witnesses import DIFFERENCES, EXACT, WITNESSES, absent, hear
from reference.testimony import LOSS, Testimony

if TYPE_CHECKING:  # it needs exact arithmetic, without which the court must sit as well
    from backproof.formula import Formula

LISTENERS: list[Callable[[Verdict], None]] = []
"""Called with every verdict on `manual`'s own gradients: the conviction of a fault is no news."""


def judge(case: Case, claim: Claim | None = None, witnesses: Sequence[str] = WITNESSES) -> Verdict:
    """Judge `manual`'s gradient of a case, or another claim to it, by the witnesses named.

    Never raises for what a claim or a witness does: a claim that misbehaves is `broken`, a witness
    that cannot be heard is silent with the reason, and where none can tell it is `undecided`.
    """
    verdict = _judge(case, claim or Claim(case.network), witnesses)
    if claim is None:
        for listen in LISTENERS:
            listen(verdict)
    return verdict


@np.errstate(all="ignore")
def _judge(case: Case, claim: Claim, witnesses: Sequence[str]) -> Verdict:
    start = time.perf_counter()
    tensors = tensors_of(case)
    names = differentiated(tensors)
    conduct = observe(claim.gradient, tensors, names)
    culprits = misbehaving(claim, tensors) if conduct.broken else []
    silent: dict[str, str] = {}
    formula = _formula(claim, tensors, case, silent) if EXACT in witnesses else None
    if conduct.broken:
        findings = list(conduct.broken)
    else:
        testimonies = _hear(case, claim, [LOSS, *names], witnesses, silent)
        results = {name: conduct.results[name] for name in (LOSS, *names)}
        findings = _findings(case, claim, tensors, results, formula, testimonies)
    status = _status(findings)
    if status is Status.BROKEN and not conduct.broken:
        culprits = misbehaving(claim, tensors)
    if formula and not culprits:
        culprits = list(formula.culprits)
    found, code = diagnosis(findings, formula, culprits), ""
    if status is Status.WRONG:
        like, code = _known_fault(case, conduct.results)
        found += like
    return Verdict(
        case,
        status,
        tuple(findings),
        silent,
        tuple(culprits),
        found,
        evidence(formula, findings),
        time.perf_counter() - start,
        code,
    )


def _known_fault(case: Case, results: Mapping[str, Array]) -> tuple[str, str]:
    """The planted fault that gives the same gradients, in words, and the code of its cause."""
    from backproof.diagnosis.planted import CODES, match_planted
    from backproof.faults import FAULTS

    key = match_planted(case, results)
    if key is None:
        return "", ""
    code = CODES.get(FAULTS[key].cause, "")
    return f"; as if {FAULTS[key]}" + (f" ({code})" if code else ""), code


def _formula(
    claim: Claim, tensors: Tensors, case: Case, silent: dict[str, str]
) -> "Formula | None":
    silent |= {EXACT: reason} if (reason := absent(EXACT)) else {}
    if reason:
        return None
    from backproof.formula import examine_formula
    from reference.exact.arithmetic import CannotFollow

    try:
        return examine_formula(claim, tensors, seed_of(case))
    except CannotFollow as refusal:
        silent[EXACT] = str(refusal)
    except Exception as error:  # what the claim's code raises on balls is not the judge's failure
        silent[EXACT] = f"the claim raises on exact numbers: {type(error).__name__}: {error}"
    return None


def _hear(
    case: Case, claim: Claim, names: list[str], witnesses: Sequence[str], silent: dict[str, str]
) -> list[Testimony]:
    heard = []
    for witness in witnesses:
        if witness == EXACT:
            continue
        testimony = hear(witness, case, claim)
        missing = set(names) - set(testimony.tensors) - ({LOSS} if testimony.along else set())
        if testimony.silent is not None:
            silent[witness] = testimony.silent
        elif missing:
            silent[witness] = f"said nothing of {', '.join(sorted(missing))}"
        else:
            heard.append(testimony)
    return heard


def _findings(
    case: Case,
    claim: Claim,
    tensors: Tensors,
    results: Mapping[str, Array],
    formula: "Formula | None",
    testimonies: list[Testimony],
) -> list[Finding]:
    broken = _not_finite(results, formula)
    lost = {f.tensor for f in broken}
    exact = compare_exact(formula, results) if formula else []
    exact = [c for c in exact if c.tensor not in lost]
    heard = [c for t in testimonies if not t.along for c in compare(t, results)]
    frameworks = [c for c in heard if c.tensor not in lost]
    units = _units(case, claim, tensors, results, formula, [*exact, *frameworks])
    findings = [judge_exact(c, formula, units) for c in exact] if formula else []
    findings += [judge_framework(c, formula, units) for c in frameworks]
    for testimony in testimonies:
        if testimony.witness == DIFFERENCES:
            findings += judge_differences(testimony, results, units, formula is not None)
    return [*broken, *outvote(findings)]


def _units(
    case: Case,
    claim: Claim,
    tensors: Tensors,
    results: Mapping[str, Array],
    formula: "Formula | None",
    comparisons: list[Comparison],
) -> Units:
    if formula is None:
        return coarse_units(results, case.dtype)
    from backproof.formula import measure_units, second_opinion

    units = measure_units(claim, tensors, formula, case.dtype)
    doubtful = any(
        units.excess(c.tensor, c.error) > SUSPICIOUS
        for c in comparisons
        if c.tensor not in formula.wrong
    )
    if doubtful:
        return second_opinion(units, claim, tensors, formula, case.dtype, seed_of(case))
    return units


def _not_finite(results: Mapping[str, Array], formula: "Formula | None") -> list[Finding]:
    found = []
    for name, result in results.items():
        if not np.isfinite(result).all():
            known = formula is not None and name not in formula.wrong
            true = formula.true_values(name) if formula and known else np.full(result.size, np.nan)
            found.append(not_finite(name, result, true))
    return [finding for finding in found if finding is not None]


def _status(findings: list[Finding]) -> Status:
    """The worst that the strongest witnesses found: differences count where nothing else does."""
    strong = [f for f in findings if f.witness != DIFFERENCES] or findings
    deciding = [f for f in strong if not f.outvoted]
    return min((f.status for f in deciding), key=lambda s: s.severity, default=Status.UNDECIDED)
