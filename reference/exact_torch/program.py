"""A traced function as data, and how it is evaluated on arrays of any kind of number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from architectures import Array, Tensors
from reference.exact.arithmetic import CannotFollow, Watch
from reference.exact.place import Place
from reference.exact.short import quiet
from reference.exact_torch.numbers import Kind, kind_of
from reference.exact_torch.rules import RULES


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands among a step's arguments for the value of this index."""

    index: int


@dataclass(frozen=True, slots=True)
class Step:
    """One ATen operation. args, kwargs: plain values, lists and `Ref`s. place: the line it is from.

    spent: the values that nobody asks for any more afterwards.
    """

    op: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    place: str = ""
    spent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A function of named tensors. Its values are numbered: inputs, then constants, then steps.

    tensors: the inputs by name, the numbers that it was traced with: the leaves, then, under the
    names in `cotangents`, the cotangents of the outputs. outputs: a name and a value for each
    result; of a gradient program the function's outputs come first, then a gradient for each leaf.
    results: how many of the outputs are the function's own.
    """

    tensors: Tensors
    cotangents: tuple[str, ...]
    constants: tuple[Array, ...]
    steps: tuple[Step, ...]
    outputs: tuple[tuple[str, int], ...]
    results: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in the order in which `evaluate` takes them."""
        return tuple(self.tensors)

    @property
    def leaves(self) -> tuple[str, ...]:
        """The names of the inputs that have a gradient."""
        return tuple(name for name in self.tensors if name not in self.cotangents)


def evaluate(program: Program, arrays: Sequence[Any]) -> list[Any]:
    """The program's outputs at arrays of balls, of short floats or of doubles, one per input.

    Raises `CannotFollow` where a comparison of balls is undecided or a number would be forced to a
    float, naming the operation and the line that asked for it.
    """
    kind = kind_of(arrays)
    values: list[Any] = [kind(x) for x in (*arrays, *program.constants)]
    first, here = 0, ""
    with quiet():  # inf and nan are results like others, as they are in torch
        for k, step in enumerate(program.steps):
            first, here = (first if step.place == here else k), step.place
            Watch.at = partial(_place, here, step.op, k - first)
            values.append(_result(step, values, kind))
            for index in step.spent:
                values[index] = None
    Watch.at = None
    return [values[index] for _, index in program.outputs]


def _result(step: Step, values: list[Any], kind: Kind) -> Any:
    args = [_filled(a, values) for a in step.args]
    kwargs = {name: _filled(a, values) for name, a in step.kwargs.items()}
    try:
        result = RULES[step.op](*args, **kwargs)
    except CannotFollow as refusal:
        raise type(refusal)(f"{refusal}, in aten.{step.op} {step.place}".rstrip()) from None
    return [kind(x) for x in result] if isinstance(result, tuple | list) else kind(result)


def _place(place: str, op: str, number: int) -> Place | None:
    """Where a step is from: the so many-th of those that a line asks for one after the other."""
    file, _, line = place.removeprefix("at ").rpartition(":")
    return Place(file, int(line), inside=(op, number)) if line.isdecimal() else None


def _filled(argument: Any, values: list[Any]) -> Any:
    if isinstance(argument, Ref):
        return values[argument.index]
    if isinstance(argument, list):
        return [_filled(a, values) for a in argument]
    return argument
