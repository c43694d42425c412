"""torch and JAX as witnesses: their own gradients of a case, against the truth and the claim."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.architectures import Array, Case
from backproof.reference.answer import LOSS, Answer
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import LIMIT
from backproof.verdict.witnesses import EXACT, JAX, TORCH, absent


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the tensors of a case when the other witnesses are heard.

    results: the claim's own, the loss among them. units: of rounding, in every element. truth: the
    true values. silent: is told who says nothing, and why.
    """

    results: Mapping[str, Array]
    units: Mapping[str, Any]
    truth: Mapping[str, Any]
    silent: dict[str, str]


def frameworks(
    case: Case, witnesses: Collection[str], known: Known, findings: Sequence[Finding]
) -> list[Finding]:
    """All findings, with those of the frameworks; each knows whom it outvotes.

    findings: what exact arithmetic found of every tensor.
    """
    heard = _hear(witnesses, case, list(known.results), known.silent)
    exactly = {f.tensor: f for f in findings}
    said = [f for answer in heard for f in _compared(answer, known, exactly)]
    return _weighed([*findings, *said])


def _hear(
    witnesses: Collection[str], case: Case, due: Collection[str], silent: dict[str, str]
) -> list[Answer]:
    """What the frameworks among the witnesses say of the tensors that are due; `silent` is told why
    one of them says nothing.
    """
    heard = []
    for name in (w for w in witnesses if w in ANSWERS):
        said = _heard(name, case)
        missing = [n for n in due if n not in said.tensors]
        if said.silent is not None:
            silent[name] = said.silent
        elif missing:
            silent[name] = f"said nothing of {', '.join(sorted(missing))}"
        else:
            heard.append(said)
    return heard


def _heard(witness: str, case: Case) -> Answer:
    """The answer of a framework; silent, with the reason, if it fails."""
    if reason := absent(witness):
        return Answer(witness, silent=reason)
    try:
        return ANSWERS[witness](case)
    except Exception as error:  # a witness that breaks down must not take the judge with it
        return Answer(witness, silent=f"failed: {type(error).__name__}: {error}")


def _torch(case: Case) -> Answer:
    from backproof.reference import torch_autograd

    return torch_autograd.answer_to(case)


def _jax(case: Case) -> Answer:
    from backproof.reference import jax_grad

    return jax_grad.answer_to(case)


ANSWERS: Mapping[str, Callable[[Case], Answer]] = {TORCH: _torch, JAX: _jax}


def _compared(answer: Answer, known: Known, exactly: Mapping[str, Finding]) -> list[Finding]:
    """A finding for each tensor. exactly: what exact arithmetic found.

    A framework that contradicts the truth has failed itself, as long as it agrees on the loss: the
    same function has one derivative. It is named, and accuses nobody.
    """
    same_loss = bool(_ratio(answer, LOSS, known.truth, known).max() <= LIMIT)
    return [_of_tensor(answer, known, exactly[n], same_loss) for n in known.results]


def _ratio(answer: Answer, name: str, those: Mapping[str, Any], known: Known) -> Any:
    """How far a framework's tensor is from another, in units, element by element."""
    this, that = (np.asarray(t[name], dtype=np.float64) for t in (answer.tensors, those))
    errors = np.where(this == that, 0.0, np.abs(this - that))
    ratio = np.where(errors == 0, 0.0, errors / known.units[name])
    return np.where(np.isnan(ratio), np.inf, ratio)


def _of_tensor(answer: Answer, known: Known, own: Finding, same_loss: bool) -> Finding:
    """own: what exact arithmetic found of the tensor."""
    name, witness, results = own.tensor, answer.witness, known.results
    apart = _ratio(answer, name, results, known)
    if apart.max(initial=0.0) <= LIMIT:
        return _finding(answer, name, results, apart, Status.CORRECT, "")
    off = _ratio(answer, name, known.truth, known)
    if off.max(initial=0.0) <= LIMIT and (own.error_ratio or 0.0) <= LIMIT:
        return _finding(answer, name, results, off, Status.CORRECT, "")
    if own.status is Status.KINK:
        note = f"{witness} has another convention here"
        return _finding(answer, name, results, apart, Status.KINK, note)
    if own.status and off.max() > LIMIT and same_loss and name != LOSS:
        return _outvoted(_finding(answer, name, results, apart, Status.WRONG, ""), EXACT)
    return _finding(answer, name, results, apart, Status.WRONG, f"{witness} contradicts")


def _weighed(findings: Sequence[Finding]) -> list[Finding]:
    """A framework that contradicts a gradient which the other one confirms is outvoted, unless
    exact arithmetic detects it too.
    """
    right = {(f.tensor, f.witness) for f in findings if f.status}

    def weighed(finding: Finding) -> Finding:
        confirm = [w for w in ANSWERS if (finding.tensor, w) in right]
        alone = finding.status is Status.WRONG and finding.witness in ANSWERS and confirm
        return (
            _outvoted(finding, *confirm) if alone and (finding.tensor, EXACT) in right else finding
        )

    return [weighed(f) for f in findings]


def _outvoted(finding: Finding, *confirm: str) -> Finding:
    """A contradiction that stronger evidence contradicts."""
    who = " and ".join(sorted(confirm))
    note = f"outvoted: {finding.witness} is imprecise here, {who} confirm"
    return replace(finding, status=Status.UNDECIDED, note=note, outvoted=True)


def _finding(
    answer: Answer, name: str, results: Any, ratio: Any, status: Status, note: str
) -> Finding:
    k = int(np.argmax(ratio))
    index = tuple(int(i) for i in np.unravel_index(k, ratio.shape))
    claimed, true = (float(np.asarray(t[name])[index]) for t in (results, answer.tensors))
    off, most = int((ratio > LIMIT).sum()), float(ratio[index])
    about = (name, answer.witness, status, index, claimed, true, most)
    return Finding(*about, note=note, off=off, of=ratio.size)
