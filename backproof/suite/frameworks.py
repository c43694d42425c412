"""torch and JAX as witnesses: their own gradients of a case, against the truth and the claim."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.architectures import Array, Case
from backproof.reference.answer import LOSS, Answer
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import LIMIT
from backproof.verdict.witnesses import JAX, TORCH, absent


def hear(
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


def compared(
    answer: Answer,
    results: Mapping[str, Array],
    units: Mapping[str, Any],
    truth: Mapping[str, Any],
    exactly: Mapping[str, Finding],
) -> list[Finding]:
    """A finding for each tensor. results: the claim's; units: of rounding, in every element; truth
    and exactly: the true values and what exact arithmetic found, empty where it is silent.

    A framework that contradicts the truth has failed itself, as long as it agrees on the loss: the
    same function has one derivative. It is named, and accuses nobody.
    """
    same_loss = LOSS not in truth or _ratio(answer, LOSS, truth, units).max() <= LIMIT
    return [_compared(answer, name, results, units, truth, exactly, same_loss) for name in results]


def _ratio(answer: Answer, name: str, those: Mapping[str, Any], units: Any) -> Any:
    """How far a framework's tensor is from another, in units, element by element."""
    this, that = (np.asarray(t[name], dtype=np.float64) for t in (answer.tensors, those))
    errors = np.where(this == that, 0.0, np.abs(this - that))
    ratio = np.where(errors == 0, 0.0, errors / units[name])
    return np.where(np.isnan(ratio), np.inf, ratio)


def _compared(
    answer: Answer,
    name: str,
    results: Mapping[str, Array],
    units: Any,
    truth: Mapping[str, Any],
    exactly: Mapping[str, Finding],
    same_loss: bool,
) -> Finding:
    witness, own = answer.witness, exactly.get(name)
    apart = _ratio(answer, name, results, units)
    if apart.max(initial=0.0) <= LIMIT:
        return _finding(answer, name, results, apart, Status.CORRECT, "")
    off = _ratio(answer, name, truth, units) if name in truth else apart
    if off.max(initial=0.0) <= LIMIT and own is not None and (own.error_ratio or 0.0) <= LIMIT:
        return _finding(answer, name, results, off, Status.CORRECT, "")
    if own is not None and own.status is Status.KINK:
        note = f"{witness} has another convention here"
        return _finding(answer, name, results, apart, Status.KINK, note)
    if own is not None and own.status and off.max() > LIMIT and same_loss and name != LOSS:
        return outvoted(_finding(answer, name, results, apart, Status.WRONG, ""), "exact")
    note = f"{witness} contradicts"
    return _finding(answer, name, results, apart, Status.WRONG, note)


def outvoted(finding: Finding, *confirm: str) -> Finding:
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
    off = int((ratio > LIMIT).sum())
    error_ratio = float(ratio[index])
    return Finding(
        name,
        answer.witness,
        status,
        index,
        claimed,
        true,
        error_ratio,
        note=note,
        off=off,
        of=ratio.size,
    )
