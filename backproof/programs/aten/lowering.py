"""From an ATen operation to steps: which table it is in, and what its result is held against."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from backproof.exact.place import Place
from backproof.exact.precision import FLOAT64, Precision
from backproof.exact.primitives.elementwise import cast, real
from backproof.exact.record import Record, Step
from backproof.programs.aten.operations import Operation, Slot, floated
from backproof.programs.aten.tables import (
    BY_SHAPE,
    COMPARISONS,
    CONSTANTS,
    COUNTS,
    DRAWN,
    ELEMENTWISE,
    FORMULAS,
    OWN_CHOICES,
    STRUCTURES,
)
from backproof.programs.aten.tensors import numbers, precision, same
from backproof.programs.run import CannotFollow
from backproof.programs.settle import held_against, settled, working

NUMBERS = ("Scalar", "number", "Tensor")
"""The types, in a schema, of arguments that are rounded to the format in which one computes."""


def lowered(
    operation: Operation, op: Any, targets: Sequence[torch.Tensor], place: Place | None
) -> list[Step] | None:
    """The steps of an operation's results; None where no table has it. Raises CannotFollow."""
    name, moving = operation.name, any(map(operation.moving, operation.steps))
    drawn = name in DRAWN and name not in OWN_CHOICES
    if drawn and moving and name not in BY_SHAPE + COUNTS:
        raise CannotFollow(f"aten.{name} draws by what depends on the inputs")
    if drawn or name in CONSTANTS:
        return _constants(operation, targets)
    if not any(precision(x) for x in targets):
        return _discrete(operation, op, targets)
    if name in STRUCTURES or any(name in t for t in (ELEMENTWISE, FORMULAS, OWN_CHOICES)):
        return _settled(operation, op, targets, place)
    return None if moving else _constants(operation, targets)


def _constants(operation: Operation, targets: Sequence[torch.Tensor]) -> list[Step]:
    pairs = zip(operation.results, targets, strict=True)
    return [operation.record.constant(v, precision(x)) for v, x in pairs]


def _discrete(operation: Operation, op: Any, targets: Sequence[torch.Tensor]) -> list[Step]:
    compare = COMPARISONS.get(operation.name)
    if compare is None or not any(map(operation.moving, operation.steps)):
        return [operation.decided(k) for k in range(len(targets))]
    if operation.steps and not any(s.is_float for s in operation.steps):
        return [operation.decided(0)]
    args, _ = _arguments(operation, op, FLOAT64)
    step = compare(*args)
    step.value = operation.results[0]
    return [step]


def _settled(
    operation: Operation, op: Any, targets: Sequence[torch.Tensor], place: Place | None
) -> list[Step]:
    record = operation.record
    format_ = next(p for p in map(precision, targets) if p)
    first, before, inside = len(record.steps), record.context, working(format_)
    record.context = (inside, inside)
    try:
        plain = operation.name in STRUCTURES
        made = operation.structure() if plain else _built(operation, op, format_)
    finally:
        record.context = before
    steps = list(made) if isinstance(made, tuple | list) else [made]
    steps += [None] * (len(targets) - len(steps))
    return [
        operation.decided(k) if s is None else held(record, s, x, place, first)
        for k, (s, x) in enumerate(zip(steps, targets, strict=False))
    ]


def held(record: Record, step: Step, x: torch.Tensor, place: Place | None, first: int) -> Step:
    """A step with the value and the format that the run has for it; one that is older than the
    operation, from number `first` on, stays what it is, and a step of its own follows where the
    run has another format.
    """
    value, format_ = numbers(x), precision(x)
    if format_ is None or not step.is_float:
        return step
    if value.dtype.kind == "c" and not step.is_complex:
        step = cast(step)
    elif value.dtype.kind != "c" and step.is_complex:
        step = real(step)
    if step.number >= first:
        return _replaced(record, step, value, format_)
    if step.precision is format_ and same(step.value, value):
        return step
    return settled(record, lambda: step, value, format_, place=place)


def _replaced(record: Record, step: Step, value: Any, format_: Precision) -> Step:
    own, step.value = step.value, value.reshape(step.value.shape)
    step.precision, step.accumulator = format_, working(format_)
    held_against(record, step, own)
    return step


def _built(operation: Operation, op: Any, format_: Precision) -> Any:
    """What the operation's line in a table makes of its arguments."""
    name = operation.name
    args, keywords = _arguments(operation, op, working(format_) or FLOAT64)
    if name in ELEMENTWISE:
        return ELEMENTWISE[name](*map(_floated, args), **keywords)
    if name in OWN_CHOICES:
        return OWN_CHOICES[name](operation, *args, **keywords)
    return FORMULAS[name](*args, **keywords)


def _floated(x: Any) -> Any:
    return floated(x) if isinstance(x, Step) else x


def _arguments(operation: Operation, op: Any, format_: Precision) -> tuple[Any, dict[str, Any]]:
    """The arguments, tensors as steps and numbers rounded as the operation takes them: one that
    stands for a tensor is a step too.
    """
    args, keywords = operation.filled(lambda slot: _narrowed(operation, slot, format_))
    if operation.name in ("_to_copy", "copied"):
        return args, keywords
    format_ = FLOAT64 if operation.is_part else format_

    def number(x: Any, kind: str, name: str) -> Any:
        if not _is_number(x, kind):
            return x
        rounded = _rounded(x, kind, format_)
        if name in ("other", "self") or kind == "Tensor":
            given = np.asarray(rounded, dtype=complex if isinstance(x, complex) else np.float64)
            return operation.record.constant(given, format_, scalar=not operation.is_part)
        return rounded

    return _by_type(op, args, keywords, number)


def with_numbers(
    operation: Operation, op: Any, given: Sequence[torch.Tensor], targets: Sequence[torch.Tensor]
) -> tuple[Any, dict[str, Any]]:
    """The arguments of a decomposition: tensors, and numbers as the operation takes them."""
    args, keywords = operation.filled(lambda slot: given[slot.number])
    format_ = next((p for p in map(precision, targets) if p), None)
    inside = working(format_) or FLOAT64
    return _by_type(op, args, keywords, lambda x, kind, _: _rounded(x, kind, inside))


def _by_type(op: Any, args: Any, keywords: Any, each: Any) -> tuple[Any, dict[str, Any]]:
    types = {a.name: str(a.type) for a in op._schema.arguments}
    names = [a.name for a in op._schema.arguments]
    return (
        [each(x, types[n], n) for x, n in zip(args, names, strict=False)],
        {n: each(x, types[n], n) for n, x in keywords.items()},
    )


def _narrowed(operation: Operation, slot: Slot, format_: Precision) -> Step:
    """The number of a tensor without axes is rounded like one of the code."""
    step = operation.steps[slot.number]
    wide = step.precision is not None and step.precision.bits > format_.bits
    if step.ndim or not wide or operation.moving(step) or step.is_complex:
        return step
    return operation.record.constant(format_.rounded(step.value), format_)


def _is_number(x: Any, kind: str) -> bool:
    return (
        isinstance(x, int | float | complex)
        and not isinstance(x, bool)
        and (kind in NUMBERS or kind.startswith("Optional[number"))
    )


def _rounded(x: Any, kind: str, format_: Precision) -> Any:
    if not _is_number(x, kind) or isinstance(x, int | complex):
        return x
    return float(format_.rounded(x))
