"""One operation of somebody's run, as steps: lowered, held against the run's own float value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.place import Place
from backproof.exact.precision import FLOAT32, FLOAT64, Precision
from backproof.exact.primitives.elementwise import cast, divide
from backproof.exact.primitives.moves import move, moved, spread
from backproof.exact.record import Record, Step, numbers_of
from backproof.verdict.decisions import FAITHFUL


def settled(
    record: Record,
    build: Callable[[], Step],
    value: Any,
    precision: Precision | None,
    *,
    place: Place | None = None,
    accumulator: Precision | None = None,
    scalar: bool = False,
) -> Step:
    """The last step of what `build` appends, with the value that the run had for it.

    build: lowers the operation. value: the run's result. precision: the format of the result, None
    for integers. accumulator: the format in which the operation works inside; that of the result,
    or float32 for halves, where none is given. Inner steps have the accumulator's format.
    """
    inside = accumulator or working(precision)
    before = record.context, record.place
    first = len(record.steps)
    record.context, record.place = (inside, inside) if precision else None, place
    try:
        step = build()
        if step.number < first:
            step = cast(step) if step.is_float else moved(lambda p: p, step)
    finally:
        record.context, record.place = before
    own, step.value = step.value, numbers_of(value).reshape(step.value.shape)
    step.precision, step.accumulator, step.scalar = precision, inside, scalar
    step.began = min(first, step.number)
    if step.is_float and precision is not None:
        held_against(record, step, own)
    return step


def working(precision: Precision | None) -> Precision | None:
    """The format in which libraries add up: float32 for halves, their own for the others."""
    return FLOAT32 if precision is not None and precision.bits < FLOAT32.bits else precision


def held_against(record: Record, step: Step, own: Any) -> None:
    """Note a step whose float value is not that of the step on its float inputs.

    Half of the digits must agree, of sums and of what errs by a norm in relation to the largest of
    what is added up. What overflows or underflows in its format is rounding, and so is what is less
    than half of the digits off.
    """
    if np.array_equal(own, step.value):
        return
    precision = step.precision or FLOAT64
    with np.errstate(all="ignore"):
        apart = np.abs(own - step.value)
        sizes = np.abs(own[np.isfinite(own)])
    least, digits = precision.floor(flushes=True), FAITHFUL * np.sqrt(precision.u)
    off = float(apart[np.isfinite(apart)].max(initial=0.0)) - least
    beyond = off > digits * float(sizes.max(initial=0.0))
    if beyond and off > digits * max(_terms(step), _by_norm(step)):
        record.unlike.append(step)


def _by_norm(step: Step) -> float:
    """The size beside which an algorithm errs that is stable by a norm, as a determinant's is."""
    if step.primitive.error is None or not step.size:
        return 0.0
    inputs = (x.value for x in step.inputs)
    try:
        with np.errstate(all="ignore"):
            error = step.primitive.error(step.value, *inputs, **step.settings)
    except np.linalg.LinAlgError:  # at a singular matrix it has no bound
        return np.inf
    return float(np.max(error, initial=0.0))


def _terms(step: Step) -> float:
    """The size of what a sum or a mean adds up: the root of the sum of its squares."""
    if step.primitive in (move, cast):
        return _terms(step.inputs[0])
    if step.primitive is divide and step.inputs[1].size == 1:
        count = float(np.abs(step.inputs[1].value).max())
        return _terms(step.inputs[0]) / count if count else 0.0
    if step.primitive.terms is None:
        return 0.0
    _, squares = step.primitive.terms(*(x.value for x in step.inputs), **step.settings)
    own = float(np.sqrt(np.max(squares, initial=0.0)))
    return max(own, _terms(step.inputs[0])) if step.primitive is spread else own
