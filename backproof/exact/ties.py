"""Ties: decisions that might as well have been taken otherwise, and the conventions for them.

At a tie a step's slope is a choice, and one convention holds for one line of code, reached by one
path of calls. A comparison may be taken as true, as false, or as half of each; of equal winners the
first may count, the last, or all in equal shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.exact.place import Place
from backproof.exact.primitives.decisions import MARGINS
from backproof.exact.record import Step
from backproof.exact.rounding import samples
from backproof.verdict.decisions import COMPARED, SAMPLES, TIED


@dataclass(frozen=True, slots=True)
class Tie:
    """A decision and where it is a tie: an array of truth values of the decision's shape; of an
    order, by where an element is, the number of its equals.
    """

    step: Step
    where: Any

    @property
    def place(self) -> tuple[Any, ...]:
        """The piece of code, the calls that led there, what it does, and against which numbers: a
        library's function may compare several times.
        """
        place = self.step.place or Place("", 0)
        fixed = tuple(c for x in self.step.inputs if (c := _number(x)) is not None)
        return place, self.step.primitive.name, fixed


def _number(x: Step) -> float | None:
    """The one number that a constant is throughout; None for what is none."""
    while x.primitive.name == "move" and len(x.inputs) == 1:
        x = x.inputs[0]
    if x.primitive.name not in ("constant", "number") or not x.size:
        return None
    first = x.value.flat[0]
    return float(first) if (x.value == first).all() else None


def ties(decisions: Sequence[Step]) -> list[Tie]:
    """The ties among decisions: compared values within `TIED` units of what the rounding of the
    steps that led to them makes, or equal; inputs have no rounding there.
    """
    return [tie for step in decisions if (tie := _tie(step)) is not None]


def _tie(step: Step) -> Tie | None:
    margin = _margin(step)
    if margin is None or not np.any(np.abs(margin) <= _coarse(step)):
        return None
    near = TIED * _rounding(step)
    if step.primitive.name == "order":
        return _equals(step, near)
    where = np.abs(margin) <= near
    return Tie(step, np.broadcast_to(where, step.shape)) if where.any() else None


def _margin(step: Step) -> Any:
    """How far a decision is from being taken otherwise, element by element; None where unknown."""
    values = [x.value for x in step.inputs]
    name = step.primitive.name
    if name == "winner":
        axis = step.settings["axis"]
        best = np.expand_dims(np.where(step.value, values[0], 0).sum(axis=axis), axis)
        rest = np.where(step.value, np.inf, np.abs(values[0] - best))
        return np.where(step.value, rest.min(axis=axis, keepdims=True), rest)
    if name == "order":
        return np.diff(np.sort(values[0], step.settings["axis"]), axis=step.settings["axis"])
    with np.errstate(all="ignore"):
        return MARGINS[name](*values) if name in MARGINS and step.inputs[0].is_float else None


def _coarse(step: Step) -> Any:
    """More than any rounding of the compared values."""
    sizes = [np.abs(x.value).max(initial=0.0) for x in step.inputs if x.is_float]
    formats = [x.precision for x in step.inputs if x.precision]
    return max(sizes, default=0.0) * max((p.u for p in formats), default=0.0) * COMPARED


def _rounding(step: Step) -> Any:
    """The root mean square of the error of what is compared."""
    moving = [x for x in step.inputs if x.is_float]
    errors = [_broadcast(e, step.ndim) for e in samples(moving, SAMPLES, inputs=False)]
    if len(errors) == 2:
        apart = errors[0] - errors[1]
    elif step.primitive.name in ("winner", "order"):
        apart = errors[0] * np.sqrt(2.0)
    else:
        apart = errors[0]
    return np.sqrt(np.mean(np.abs(apart) ** 2, axis=0))


def _broadcast(errors: Any, ndim: int) -> Any:
    """Samples in front of axes that broadcast to a decision's."""
    return errors.reshape(len(errors), *[1] * (ndim + 1 - errors.ndim), *errors.shape[1:])


def _equals(step: Step, near: Any) -> Tie | None:
    """The elements of an order that lie so near to the next one; all of them are one group."""
    axis, values = step.settings["axis"], step.inputs[0].value
    order = np.argsort(values, axis=axis, kind="stable")
    rows, around = (np.take_along_axis(x, order, axis) for x in (values, near))
    next_to = [
        np.take(around, k, axis) for k in (range(1, step.shape[axis]), range(step.shape[axis] - 1))
    ]
    apart = ~(np.diff(rows, axis=axis) <= np.maximum(*next_to))
    if apart.all():
        return None
    first = np.ones_like(np.take(order, [0], axis), dtype=bool)
    starts = np.moveaxis(np.concatenate([first, apart], axis), axis, -1)
    numbers = np.moveaxis(np.cumsum(starts).reshape(starts.shape) - 1, -1, axis)
    groups = np.empty_like(order)
    np.put_along_axis(groups, order, numbers, axis)
    return Tie(step, groups)
