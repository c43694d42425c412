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
from backproof.checks.measured import Measured
from backproof.checks.slopes import value
from backproof.checks.unfollowed import around, ask_again, moved
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, Floats, coarser, precision_of
from backproof.programs.alike import targets_of
from backproof.programs.complete import incomplete
from backproof.programs.run import CannotFollow, Run
from backproof.verdict.decisions import MOST_ELEMENTS
from backproof.verdict.witnesses import EXACT

FOLLOWED = "forward and backward followed"
"""The highest rung, in words."""
WITHOUT_VALUE = "without rounding the code has no value: what it divides by is rounding alone"


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
        if not _has_value(reached.measured):
            reached.measured = None
            reached.silent.setdefault(EXACT, WITHOUT_VALUE)
            continue
        reached.silent.pop(EXACT, None)
        reached.rung, reached.record = rung(run), record
        _judge(reached, run, record, seed)
        return reached
    return reached


def _unlike(run: Run) -> str | None:
    """The first step that a gradient depends on whose float value is another than the step's."""
    needed = {s.number for s in ancestors(targets_of(run))} if run.record.unlike else set()
    for step in run.record.unlike:
        if step.number in needed:
            return f"{step.primitive.name} gives another number than its operation ({step.place})"
    return None


def _has_value(measured: Measured) -> bool:
    """Whether the outputs have a value without rounding, where some gradient has none."""
    if not any(t.unknown.any() for t in measured.tensors.values()):
        return True
    floats, true = measured.run.outputs.values(), true_outputs(measured).values()
    pairs = zip(floats, true, strict=True)
    return all(np.isfinite(t[np.isfinite(y.value)]).all() for y, t in pairs)


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
        return FOLLOWED
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
        made: Run = record(moved(reached.claim, at))
        return made

    reached.judgement = judge(
        measured,
        lambda at: value(elsewhere(at)),
        seed,
        partial(_nearby, reached.claim, record, seed),
        elsewhere,
        reached.claim.further if reached.rung == FOLLOWED else None,
    )
    ask_again(reached.claim, record, measured, reached.judgement, seed)


def _nearby(claim: Claim, record: Any, seed: int) -> Iterator[Measured]:
    """The claim measured at points within `NEARBY` of its own."""
    for at in around(claim.tensors, seed):
        try:
            run = record(moved(claim, at))
            yield measure(run, run.returned, claim.dtypes, seed, claim.projections)
        except CannotFollow:  # as a loop that ends at the point alone
            return


def true_outputs(measured: Measured) -> dict[str, Floats]:
    """The outputs without rounding, to the nearest float64."""
    outputs = measured.run.outputs
    known = {} if measured.decided else measured.kept
    values = over_balls(list(outputs.values()), measured.bits, decided=known)
    return dict(zip(outputs, map(midpoints, values), strict=True))
