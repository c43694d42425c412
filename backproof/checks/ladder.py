"""The ladder: which evidence can be had of a claim, from the best down.

Forward and backward followed; forward alone; a reference followed in the place of the forward; the
author's own code by finite differences. A rung that fails hands down to the next, and says why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.claim import Claim, Tensors
from backproof.checks.judge import judge
from backproof.checks.judgement import Judgement
from backproof.checks.measure import measure
from backproof.checks.measured import Measured, Tensor
from backproof.checks.slopes import cotangents
from backproof.checks.unfollowed import coarse, nearby, signed, stays
from backproof.exact.balls import midpoints
from backproof.exact.evaluate import ancestors, over_balls
from backproof.exact.precision import FLOAT64, Floats, coarser, precision_of
from backproof.exact.primitives.special import gammainc_order
from backproof.exact.rounding import carried_errors, root_mean_square
from backproof.exact.taylor import weighed
from backproof.programs.complete import incomplete
from backproof.programs.run import CannotFollow, Run
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import APPROXIMATE, BITS, MOST_ELEMENTS, NEARBY, POINTS, SAMPLES
from backproof.verdict.witnesses import EXACT


@dataclass(slots=True)
class Reached:
    """What came to light while a claim was judged.

    rung: which evidence the verdict rests on, in words. silent: why a witness says nothing.
    resolution: the smallest relative fault in one element that finite differences would show;
    slopes: theirs, of the tensors that they know in every element.
    """

    claim: Claim
    rung: str = ""
    silent: dict[str, str] = field(default_factory=dict)
    measured: Measured | None = None
    record: Any = None
    judgement: Judgement = field(default_factory=Judgement)
    remarks: list[str] = field(default_factory=list)
    resolution: float | None = None
    slopes: Mapping[str, Floats] = field(default_factory=dict)


def climb(claim: Claim, judged: Mapping[str, Any], seed: int) -> Reached:
    """The best evidence that can be had of gradients, by name."""
    reached = Reached(claim)
    if claim.size > MOST_ELEMENTS:
        reached.silent[EXACT] = (
            f"{claim.size:,} elements are more than exact arithmetic is asked for"
        )
        return reached
    for rung, record in _rungs(claim):
        try:
            run = record(claim.tensors)
            plain = claim.runs.plain if rung is not _of_reference else None
            lost = None if claim.pure else incomplete(run, record, claim.tensors, seed, plain)
            if lost is not None and not lost.harmless:
                reached.silent.setdefault(EXACT, str(lost))
                continue
            reached.remarks += [] if lost is None else [str(lost)]
            if (unlike := _unlike(run)) is not None:
                reached.silent.setdefault(EXACT, unlike)
                continue
            reached.measured = measure(run, judged, claim.dtypes, seed, claim.projections)
        except CannotFollow as refusal:
            reached.silent.setdefault(EXACT, str(refusal))
            continue
        reached.silent.pop(EXACT, None)
        reached.rung, reached.record = rung(run), record
        _judge(reached, run, record, seed)
        return reached
    return reached


def _unlike(run: Run) -> str | None:
    """The first step that a gradient depends on whose float value is another than the step's."""
    targets = [*run.outputs.values(), *(c for c in run.claimed.values() if c is not None)]
    needed = {s.number for s in ancestors(targets)} if run.record.unlike else set()
    for step in run.record.unlike:
        if step.number in needed:
            return f"{step.primitive.name} gives another number than its operation ({step.place})"
    return None


def _rungs(claim: Claim) -> list[Any]:
    own = [(_own, claim.record), (_of_forward, lambda at: replace(claim.record(at), claimed={}))]
    if claim.reference is None:
        return own
    return [*own, (_of_reference, partial(of_reference, claim))]


def of_reference(claim: Claim, at: Tensors) -> Run:
    """A recorded run of the reference, its backward left alone. Written in finer formats than the
    claim has, it says what is true; how much rounds is said by the claim's own.
    """
    assert claim.reference is not None
    run = replace(claim.reference.record(at), claimed={})
    dtypes = (*claim.dtypes.values(), *(y.dtype for y in claim.observed.outputs.values()))
    coarsest = coarser(*(p for dtype in dtypes if (p := precision_of(dtype))), FLOAT64)
    for step in run.record.steps:
        if step.precision is not None:
            step.precision = coarser(step.precision, coarsest)
    return run


def _own(run: Run) -> str:
    if all(c is not None for c in run.claimed.values()):
        return "forward and backward followed"
    return _of_forward(run)


def _of_forward(run: Run) -> str:
    return "forward followed, the backward's floats compared with the truth"


def _of_reference(run: Run) -> str:
    return "the reference followed, the claim's floats compared with its truth"


def _judge(reached: Reached, run: Run, record: Any, seed: int) -> None:
    """The three questions, and what is asked of a backward that was not followed."""
    measured = reached.measured
    assert measured is not None

    def elsewhere(at: Mapping[str, Floats]) -> Run:
        made: Run = record({**reached.claim.tensors, **_own_formats(reached.claim, at)})
        return made

    reached.judgement = judge(
        measured,
        lambda at: _value(elsewhere(at)),
        seed,
        partial(_nearby, reached.claim, record, seed),
        elsewhere,
    )
    _ask_again(reached, record, seed)


def _nearby(claim: Claim, record: Any, seed: int) -> Iterator[Measured]:
    """The claim measured at points within `NEARBY` of its own."""
    random = np.random.default_rng(seed)
    for _ in range(POINTS):
        at = {
            n: t * (1 + NEARBY * random.uniform(-1, 1, t.shape)) for n, t in claim.tensors.items()
        }
        try:
            run = record({**claim.tensors, **_own_formats(claim, at)})
            yield measure(run, run.returned, claim.dtypes, seed, claim.projections)
        except CannotFollow:
            continue


def _own_formats(claim: Claim, at: Mapping[str, Floats]) -> Tensors:
    return {n: np.asarray(x, dtype=claim.tensors[n].dtype) for n, x in at.items()}


def _value(run: Run) -> float:
    """The loss of a run in balls, or its outputs weighed by their cotangents."""
    dys = cotangents(run)
    values = over_balls(list(dys), BITS)
    return float(weighed(dys, dict(zip(dys, values, strict=True))).mid())


def true_outputs(measured: Measured) -> dict[str, Floats]:
    """The outputs without rounding, to the nearest float64."""
    outputs = measured.run.outputs
    known = {} if measured.decided else measured.kept
    values = over_balls(list(outputs.values()), measured.bits, decided=known)
    return dict(zip(outputs, map(midpoints, values), strict=True))


def _ask_again(reached: Reached, record: Any, seed: int) -> None:
    """Floats that are off, of a backward that was not followed: here alone, or nearby as well?"""
    claim, judgement = reached.claim, reached.judgement
    measured = reached.measured
    assert measured is not None
    unfollowed = {n: t for n, t in measured.tensors.items() if t.claimed is None}
    if not unfollowed:
        return

    def error(name: str, k: int, at: Mapping[str, Floats]) -> tuple[float, float]:
        point = {**claim.tensors, **_own_formats(claim, at)}
        returned = claim.runs.gradient({**point, **claim.fixed})
        t = measure(record(point), returned, claim.dtypes, seed, claim.projections).tensors[name]
        return signed(t.returned, t.truth, k)

    inputs = {n: np.asarray(t, dtype=np.float64) for n, t in claim.tensors.items()}
    for k, finding in enumerate(judgement.findings):
        if finding.status is Status.WRONG and finding.tensor in unfollowed:
            here = unfollowed[finding.tensor]
            if measured.run.approximate and _approximates(here):
                judgement.findings[k] = replace(finding, status=Status.CORRECT)
                judgement.remarks.append(_approximate(here, measured.run.approximate))
                del unfollowed[finding.tensor]
            elif np.isfinite(here.ratio).all():
                own = partial(error, finding.tensor, int(np.argmax(here.ratio)))
                if not stays(nearby(inputs, own, seed)):
                    judgement.findings[k] = imprecise(finding)
    for name in coarse(list(unfollowed.values())):
        for k, finding in enumerate(judgement.findings):
            if finding.tensor == name and finding.status is Status.CORRECT:  # not at a tie
                judgement.findings[k] = _off_as_a_whole(finding)


def _approximates(tensor: Tensor) -> bool:
    """Whether an error is small, or as small as that of the slopes of samples, carried on: where
    two terms of a gradient cancel, it is a larger part of what is left.
    """
    if tensor.size <= APPROXIMATE:
        return True
    slopes = [s for s in ancestors([tensor.step]) if s.primitive is gammainc_order]
    errors = {s.number: APPROXIMATE * np.abs(s.value) for s in slopes}
    (carried,) = carried_errors([tensor.step], errors, SAMPLES, 0)
    return bool((tensor.error <= root_mean_square(np.abs(carried))).all())


def _approximate(tensor: Tensor, why: str) -> str:
    """What is said of a tensor that is right as far as its framework tells it."""
    return f"{tensor.name} is right for the distribution, to a part of {tensor.size:.1g}: {why}"


def imprecise(finding: Finding) -> Finding:
    """An error that is another one at every point nearby."""
    note = "the error is another at every point nearby: it is rounding, and far above the normal"
    return replace(finding, status=Status.IMPRECISE, note=note)


def _off_as_a_whole(finding: Finding) -> Finding:
    return replace(finding, status=Status.WRONG, note="every element is off by the same part")
