"""An operation that is in no table: smaller ones, which are recorded in their turn."""

from typing import TYPE_CHECKING, Any

import torch

from backproof.exact.place import Place
from backproof.exact.primitives.elementwise import cast
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros
from backproof.programs.aten.adjoints import ADJOINTS, Adjoint, wanted
from backproof.programs.aten.functional import decomposition
from backproof.programs.aten.lowering import held, with_numbers
from backproof.programs.aten.operations import Operation, tensor
from backproof.programs.aten.tensors import precision, tensors_in
from backproof.programs.run import CannotFollow

if TYPE_CHECKING:
    from backproof.programs.aten.tracing import Tracer


def taken_apart(
    tracer: "Tracer", op: Any, operation: Operation, targets: Any, place: Place | None
) -> list[Step | str]:
    """By smaller operations, which are recorded in their turn: torch's own decomposition, or
    reverse mode of the operation whose backward it is.
    """
    name, parts, adjoint = operation.name, decomposition(op), ADJOINTS.get(operation.name)
    if name in tracer.within or (parts is None and adjoint is None):
        raise CannotFollow(f"aten.{name} is not followed{f' at {place}' if place else ''}")
    tracer.within.append(name)
    first = len(tracer.record.steps)
    try:
        given = [
            _widened(s.value, x.dtype)
            for s, x in zip(operation.steps, operation.slots(), strict=True)
        ]
        for x, s in zip(given, operation.steps, strict=True):
            tracer.memory.write(x, s)
        args, keywords = with_numbers(operation, op, given, targets)
        if adjoint is not None:
            made = wanted(args, _pulled(tracer, adjoint, args, keywords))
        else:
            assert parts is not None
            with tracer:
                results = list(tensors_in(parts(*args, **keywords)))
            made = [tracer.memory.read(y) for y in results]
    finally:
        tracer.within.pop()
    steps: list[Step | str] = [
        held(tracer.record, y, x, place, first) for x, y in zip(targets, made, strict=False)
    ]
    rest = range(len(steps), len(targets))
    return [*steps, *(_beside(operation, k, targets[k]) for k in rest)]


def _pulled(tracer: "Tracer", adjoint: Adjoint, args: Any, keywords: Any) -> list[Step]:
    """Reverse mode of a function, from the first argument to each of its tensors."""
    with tracer:
        function, xs = adjoint(*args, **keywords)
    steps = []
    for x in xs:
        step = cast(tracer.memory.read(x))
        step.precision = step.accumulator = precision(x)
        tracer.memory.write(x, step)
        steps.append(step)
    with tracer:
        y = next(tensors_in(function(*xs)))
        dy = args[0].expand(y.shape)
    return gradients_or_zeros({tracer.memory.read(y): tracer.memory.read(dy)}, steps, stable=True)


def _beside(operation: Operation, k: int, x: torch.Tensor) -> Step | str:
    """What a decomposition leaves out: integers are decisions."""
    if precision(x) is None:
        return operation.decided(k)
    return f"aten.{operation.name} writes besides"


def _widened(values: Any, dtype: torch.dtype) -> torch.Tensor:
    """A tensor in the format in which a kernel computes: float32 for halves."""
    is_half = dtype.is_floating_point and dtype.itemsize < torch.float32.itemsize
    return tensor(values, torch.float32 if is_half else dtype)
