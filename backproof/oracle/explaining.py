"""Why somebody's gradient is wrong: the evidence for a diagnosis, gathered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.diagnosis import Evidence, code_of, diagnose
from backproof.diagnosis.calls import other_dtype
from backproof.diagnosis.suspect import answer
from backproof.formula import Formula
from backproof.oracle.accused import Accused
from backproof.oracle.elsewhere import Truth, truth_of
from backproof.oracle.sentences import Heard
from backproof.verdicts import Finding, Status
from reference.exact.arrays import Floats, midpoints
from reference.testimony import LOSS

SHAPED = ("BP203", "BP205", "BP212")
"""What may have a cause of its own behind it: a shape, a None, an answer that is not linear."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A diagnosis as a verdict has it: its code, its text, the tensors at fault."""

    code: str = ""
    text: str = ""
    culprits: tuple[str, ...] = ()


def explain_acts(accused: Accused, findings: Sequence[Finding]) -> Explained | None:
    """Misbehaviour that needs no further explanation; None where there is none."""
    acts = accused.observed.acts
    for act in acts:
        if act.code not in SHAPED:
            return _explained(act.code, f"{act.tensor}: {act.detail}" if act.tensor else act.detail)
    if any(f.status is Status.BROKEN and f.tensor == LOSS and not acts for f in findings):
        return _infinite_loss(accused)
    return None


def _infinite_loss(accused: Accused) -> Explained:
    """A loss that is not finite: in this dtype alone, or in a finer one as well."""
    other = other_dtype(accused.context.inputs)
    if other is not None and other[1] < 1:
        loss = answer(accused.context.at, other[2]).get(LOSS, _double_loss(accused))
        if np.isfinite(loss).all():
            detail = f"the loss is not finite here, and it is where the inputs are {other[0]}"
            return _explained("BP119", detail)
    return _explained("BP207", "the loss is not finite, though the truth is")


def _double_loss(accused: Accused) -> Any:
    """The loss by the same code in float64; NaN where that cannot be had."""
    try:
        with accused.double() as runs, np.errstate(all="ignore"):
            return np.asarray(runs.loss({n: np.asarray(t, float) for n, t in accused.at.items()}))
    except Exception:  # code that cannot even be run
        return np.array(np.nan)


def explained(
    accused: Accused,
    formula: Formula | None,
    findings: Sequence[Finding],
    heard: Heard,
) -> Explained:
    """The diagnosis of what the findings say is wrong."""
    forward = next((f for f in findings if f.witness == "reference" and not f.status), None)
    guilty = [f for f in findings if not f.status and f.tensor != LOSS]
    if forward and not guilty:
        return _explained("BP401", forward.note)
    truth = truth_of(accused)
    true = _true(accused, formula, heard, truth)
    found = diagnose(_evidence(accused, formula, heard, truth, true)) if true else None
    acts = accused.observed.acts
    if found and not (found.slug == "unexplained" and acts):
        return Explained(found.code, str(found), found.tensors)
    for act in acts:
        return _explained(act.code, f"{act.tensor}: {act.detail}")
    return undiagnosed(guilty or findings)


def undiagnosed(findings: Sequence[Finding]) -> Explained:
    """What can be said of the worst finding without a diagnosis."""
    worst = min(findings, key=lambda f: f.status.severity)
    if worst.status is Status.IMPRECISE:
        return _explained("BP301", f"{worst.tensor}: {worst.note}")
    if worst.status is Status.BROKEN:
        return _explained("BP206", f"{worst.tensor}: {worst.note}")
    return _explained("BP199", f"{worst.tensor}: its true values are not known in every element")


def _explained(code: str, detail: str) -> Explained:
    return Explained(code, f"{code} [{code_of(code).slug}] {code_of(code).title}: {detail}")


def _true(
    accused: Accused, formula: Formula | None, heard: Heard, truth: Truth
) -> dict[str, Floats]:
    """The true gradient of the tensors for which it is known in every element."""
    if formula is None:
        return truth.by_graph() or dict(heard.slopes) or truth.by_differences()
    return {
        n: midpoints(formula.truth[n], x.shape)
        for n, x in accused.tensors.items()
        if len(formula.truth.get(n, ())) == x.size
    }


def _evidence(
    accused: Accused,
    formula: Formula | None,
    heard: Heard,
    truth: Truth,
    true: Mapping[str, Floats],
) -> Evidence:
    context, results, graph = accused.context, accused.observed.results, truth.graph
    exact = {n: formula.exact[n] for n in true} if formula else {}
    claimed = {n: results[n] for n in true if n in results}
    if len(claimed) < len(true) and context.at is not None:
        claimed = _raw(context.at, context.inputs, true)
    return Evidence(
        claimed,
        true,
        unit={n: u for n, u in (heard.units.unit if heard.units else {}).items() if n in true},
        inputs=context.inputs,
        output=context.output,
        cotangent=context.cotangent,
        exact_claimed={
            n: midpoints(t, true[n].shape) for n, t in exact.items() if len(t) == true[n].size
        },
        rerun=context.rerun,
        at=context.at,
        true_rerun=context.rerun and truth.at_cotangent,
        true_at=truth.at_inputs,
        graph=graph if graph and any(step.file for step in graph.steps) else None,
        true_without=truth.without,
    )


def _raw(at: Callable[[Any], Mapping[str, Any]], inputs: Any, true: Any) -> dict[str, Any]:
    """What the claim returned, misfits included."""
    try:
        return {n: g for n, g in at(inputs).items() if n in true}
    except Exception:  # what cannot even be returned once more
        return {}
