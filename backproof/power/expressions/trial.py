"""Random expressions on trial: right gradients must be passed and wrong ones detected."""

import secrets
import time
from collections.abc import Sequence

import numpy as np

from backproof.exact.precision import FLOAT32
from backproof.power.expressions.draw import Expression, drawn
from backproof.power.expressions.outcome import (
    ACCUSED,
    DETECTED,
    MISSED,
    MISTAKES,
    PASSED,
    RAISED,
    UNDECIDED,
    WITHOUT_A_DIGIT,
    Expressions,
    Outcome,
    counted,
)
from backproof.power.expressions.source import STYLES, Fault, compiled, source
from backproof.power.right_code import Progress
from backproof.power.rounding.formats import Format, Judged, formats
from backproof.programs.run import CannotFollow
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT

COUNT, FIXED = 2_000, 0
SIZES = tuple(10.0**-k for k in range(1, 13))
"""By how much the element is off, relative to itself."""
SEEN = 8.0
"""In roundings of 1: smaller faults are such as the rounding of a number in the code can be."""


def run(
    count: int = COUNT,
    seeds: Sequence[int] | None = None,
    on: Sequence[Format] | None = None,
    progress: Progress | None = None,
) -> Expressions:
    """Judge `count` random expressions at every seed, right and with one fault each, in formats.

    seeds: without any a fixed one and one that is drawn, half of the expressions each; one more
    of the first where the count is odd.
    """
    start = time.perf_counter()
    chosen = tuple(seeds) if seeds else (FIXED, secrets.randbelow(2**32))
    asked = [
        (f, seed, number)
        for f in on or formats()
        for place, seed in enumerate(chosen)
        for number, _ in enumerate(range(place, count, len(chosen)))
    ]
    found: list[Outcome] = []
    for k, (f, seed, number) in enumerate(asked):
        found += both(f, seed, number)
        if progress:
            progress(k + 1, len(asked))
    return Expressions(
        count,
        chosen,
        counted(found),
        [o for o in found if o.outcome in MISTAKES],
        [o for o in found if o.outcome == UNDECIDED],
        time.perf_counter() - start,
    )


@np.errstate(all="ignore")
def both(f: Format, seed: int, number: int) -> list[Outcome]:
    """One expression in a format: its right gradient, and the same with a fault; nothing where
    the format's libraries have it not.
    """
    expression = drawn(seed, number)
    if f.precision.bits < FLOAT32.bits and not expression.halves:
        return []
    right, outcome = _tried(f, expression, None)
    if right is None:
        return [outcome]
    fault = _fault(f, expression, right)
    return [outcome] if fault is None else [outcome, _tried(f, expression, fault)[1]]


def _tried(f: Format, expression: Expression, fault: Fault | None) -> tuple[Judged | None, Outcome]:
    text = source(expression, f.namespace, fault)
    seed, number = expression.seed
    size = fault.size if fault else 0.0
    name = f"<expression {seed}-{number} in {f}{f', off by {size:g}' if fault else ''}>"
    try:
        judged = f.judged(*compiled(text, name, f.module), list(expression.inputs.values()), number)
    except CannotFollow as reason:
        return None, Outcome(str(f), seed, number, UNDECIDED, size, said=str(reason), source=text)
    except Exception as error:  # one that the judge cannot bear must not end the trial
        said = f"{type(error).__name__}: {error}"
        return None, Outcome(str(f), seed, number, RAISED, size, said=said, source=text)
    outcome = _detected(judged) if fault else _passed(judged)
    kept = text if outcome in MISTAKES else ""
    said = "; ".join([*judged.judgement.remarks, *(x.note for x in judged.judgement.findings)])
    status = str(judged.status)
    return judged, Outcome(str(f), seed, number, outcome, size, status, said, kept)


def _detected(judged: Judged) -> str:
    return DETECTED if judged.status is Status.WRONG else MISSED


def _passed(judged: Judged) -> str:
    if judged.status:
        return PASSED
    tensors = judged.measured.tensors.values()
    normal = all((t.ratio <= LIMIT).all() for t in tensors)
    lost = normal and not all(t.keeps_a_digit for t in tensors)
    return WITHOUT_A_DIGIT if lost and judged.status is Status.IMPRECISE else ACCUSED


def _fault(f: Format, expression: Expression, right: Judged) -> Fault | None:
    """A fault in an element that its format can show; None where all are zero or nearly so."""
    random = np.random.default_rng((*expression.seed, 1))
    sizes = [s for s in SIZES if s >= SEEN * f.precision.u]
    size = float(random.uniform(1.0, 3.0)) * sizes[expression.seed[1] % len(sizes)]
    places = [
        (tensor, index)
        for tensor, t in zip(expression.inputs, right.measured.tensors.values(), strict=True)
        for index in np.argwhere(size * np.abs(t.truth) > 2 * t.half)
    ]
    if not places:
        return None
    tensor, index = places[int(random.integers(len(places)))]
    style = int(random.integers(len(STYLES)))
    return Fault(tensor, tuple(map(int, index)), size, style)
