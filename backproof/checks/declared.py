"""Gradients of another function, on purpose or by an oversight that looks the same: a declared cut,
a straight-through rounding or clamp, an epsilon on one side, a slope given to a step.

The truth is that of the function as it computes. Where a claim is exactly the gradient of another
one that is nearly the same code, that is the diagnosis, and `accept=` takes it by its codes. So it
is where nothing but decisions, which have no slope, leads from a tensor to the value: whatever
passes there is a surrogate.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from backproof.checks.changes import THROUGH, Change, changes
from backproof.checks.errors import numbers_in
from backproof.checks.judgement import Judgement, finding, plain
from backproof.checks.measured import Measured, Tensor
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import midpoints, to_balls
from backproof.exact.evaluate import over_balls, over_floats
from backproof.exact.primitive import CONSTANT
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros
from backproof.verdict.decisions import LIMIT

NEAR = 1e-6
"""To this part of the largest element floats must agree before balls are asked."""


def declared(measured: Measured) -> Judgement | None:
    """What is to be said of a claim that is right for other functions; None where it is not."""
    found = of_others(measured)
    if not found or {n for n, t in measured.tensors.items() if t.bad.any()} - found.keys():
        return None
    findings = [finding(t, plain(t)) for t in measured.tensors.values()]
    codes = {n: change.codes for n, change in found.items()}
    first = next(iter(found.values()))
    code = first.codes[0]
    return Judgement(findings, code=code, detail=told(found, code), codes=codes)


def of_others(measured: Measured) -> dict[str, Change]:
    """By tensor whose gradient is wrong and that of another function, what that differs by."""
    left = {n for n, t in measured.tensors.items() if t.bad.any()}
    right, found = measured.tensors.keys() - left, dict[str, Change]()
    for change in changes(ancestors(list(measured.run.outputs.values()))) if left else ():
        names = _right_for(measured, change, left, right)
        found |= {n: change for n in measured.tensors if n in names}
        left -= names
        if not left:
            break
    return found


def told(found: Mapping[str, Change], code: str = "") -> str:
    """What the gradients of other functions are, in a sentence. code: what is said already."""
    names: dict[Change, list[str]] = {}
    for name, change in found.items():
        names.setdefault(change, []).append(name)
    said = []
    for change, same in names.items():
        codes = [c for c in change.codes if c != code]
        also = f" ({' and '.join(codes)}{' as well' if code in change.codes else ''})"
        said.append(f"{', '.join(same)}: {change.words}{also if codes else ''}")
    return "; ".join(said)


def surrogate(measured: Measured, deviations: Sequence[Tensor]) -> Judgement | None:
    """What is to be said where nothing but decisions leads from the wrong tensors to the value."""
    decisions = measured.decisions
    if not decisions or any(t.step.primitive is not CONSTANT for t in deviations):
        return None
    findings = [finding(t, plain(t)) for t in measured.tensors.values()]
    names = ", ".join(t.name for t in deviations)
    steps = ", ".join(dict.fromkeys(s.named for s in decisions))
    detail = f"{names}: only {steps} leads to the value, without a slope; a surrogate's is claimed"
    return Judgement(findings, code=THROUGH, detail=detail)


def _right_for(
    measured: Measured, change: Change, wrong: Collection[str], right: Collection[str]
) -> set[str]:
    """The wrong tensors that are right for another function; none where a right one is not."""
    tensors, steps = list(measured.tensors.values()), _gradients(measured, change)
    floats = over_floats(steps, decided=change.values)
    near = [(t, y) for t, y, v in zip(tensors, steps, floats, strict=True) if _is_near(t, v)]
    names = {t.name for t, _ in near}
    if not names & set(wrong) or set(right) - names:
        return set()
    values = {n: v if v.dtype == bool else to_balls(v) for n, v in change.values.items()}
    decided = {**measured.decided, **values}
    balls = over_balls([y for _, y in near], measured.bits, decided=decided)
    found = {t.name for (t, _), v in zip(near, balls, strict=True) if _right(replace(t, true=v))}
    return set() if set(right) - found else found & set(wrong)


def _gradients(measured: Measured, change: Change) -> list[Step]:
    """The steps of the other function's gradients."""
    if not (change.flat or change.through):
        return [t.step for t in measured.tensors.values()]
    run = measured.run
    wrt = [run.inputs[n] for n in measured.tensors]
    return gradients_or_zeros(run.seeds, wrt, True, change.flat, change.through)


def _is_near(tensor: Tensor, values: np.ndarray) -> bool:
    """Whether floats are those that are claimed, as far as such can tell."""
    exact = tensor.claimed
    claimed = numbers_in(tensor.returned) if exact is None else midpoints(exact)
    allowed = NEAR * np.abs(claimed).max(initial=0.0) + LIMIT * tensor.unit
    return bool((np.abs(values - claimed) <= allowed).all())


def _right(tensor: Tensor) -> bool:
    if tensor.claimed is None:
        return bool((tensor.ratio <= LIMIT).all())
    return not tensor.off.any()
