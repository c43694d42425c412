"""One operation of somebody's run, as steps: lowered, held against the run's own float value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.precision import FLOAT32, FLOAT64, Precision
from backproof.exact.primitives.elementwise import cast
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Place, Record, Step, numbers_of

FAITHFUL = 64
"""In units of what one rounding of the result and of every input makes: beyond, a step's float value
is named inaccurate, and its error is part of its noise.
"""


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
        held_against(record, step, own, first)
    return step


def working(precision: Precision | None) -> Precision | None:
    """The format in which libraries add up: float32 for halves, their own for the others."""
    return FLOAT32 if precision is not None and precision.bits < FLOAT32.bits else precision


def held_against(record: Record, step: Step, own: Any, first: int) -> None:
    """Note a step whose float value is another than its own inputs make."""
    precision = step.precision or FLOAT64
    with np.errstate(all="ignore"):
        apart = np.abs(own - step.value)
        near = apart <= FAITHFUL * precision.half_ulp(np.abs(step.value))
    alike = near | (own == step.value) | ((own != own) & (step.value != step.value))
    if not alike.all():
        record.unlike.append(step)
