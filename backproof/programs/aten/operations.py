"""One operation of a run: its arguments as steps, and the operation itself to be run once more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree as pytree

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Record, Step
from backproof.programs.aten.tensors import Numbers, numbers, tensors_in

Lowering = Callable[..., Any]
"""From an operation's arguments, its tensors as steps, to the step of its result, or to several."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in an operation's arguments for the tensor of this number."""

    number: int
    dtype: torch.dtype


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that has run.

    name: without namespace and overload, of an in-place one that of its plain form. args, keywords:
    with slots in the places of tensors; steps: those tensors. results: what came of it, tensors as
    NumPy arrays. moving: whether a step depends on the inputs.
    is_part: of torch's own way of writing an operation in smaller ones, whose numbers are exact.
    """

    record: Record
    name: str
    call: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    steps: tuple[Step, ...]
    results: tuple[Numbers, ...]
    moving: Callable[[Step], bool]
    is_part: bool = False

    def filled(self, put: Callable[[Slot], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with something in the place of each tensor."""

        def each(x: Any) -> Any:
            return put(x) if isinstance(x, Slot) else x

        filled = pytree.tree_map(each, (self.args, self.keywords), is_leaf=_is_slot)
        return tuple(filled[0]), dict(filled[1])

    def again(self, put: Callable[[Slot], torch.Tensor]) -> list[Numbers]:
        """What the operation makes of other tensors."""
        args, keywords = self.filled(put)
        return [numbers(y) for y in tensors_in(self.call(*args, **keywords))]

    def decided(self, k: int = 0) -> Step:
        """A result without a slope, as a decision that the steps led to, or as a constant."""
        moving = [s for s in self.steps if self.moving(s)]
        if not moving:
            return self.record.constant(self.results[k])
        step = d.other(*moving, function=partial(self._decide, tuple(s.number for s in moving), k))
        step.value = self.results[k]
        return step

    def _decide(self, which: tuple[int, ...], k: int, *values: Any) -> Numbers:
        at = dict(zip(which, values, strict=True))

        def put(slot: Slot) -> torch.Tensor:
            step = self.steps[slot.number]
            return tensor(at.get(step.number, step.value), slot.dtype)

        return self.again(put)[k]

    def structure(self) -> list[Step]:
        """The results of an operation that only puts elements elsewhere: it is asked what it does
        to positions.
        """
        floats = [k for k, s in enumerate(self.steps) if _kind(self.slots()[k]) == "f"]
        by = [k for k in range(len(self.steps)) if k not in floats and self.moving(self.steps[k])]
        sources = tuple(floated(self.steps[k]) for k in floats)
        decisions = tuple(self.steps[k] for k in by)
        return [
            moved(partial(self._placed, tuple(floats), tuple(by), k), *sources, by=decisions)
            for k in range(len(self.results))
        ]

    def _placed(self, floats: tuple[int, ...], by: tuple[int, ...], k: int, *given: Any) -> Numbers:
        at = dict(zip((*floats, *by), given, strict=True))

        def put(slot: Slot) -> torch.Tensor:
            if slot.number in floats:
                return tensor(at[slot.number], torch.float64)
            return tensor(at.get(slot.number, self.steps[slot.number].value), slot.dtype)

        return self.again(put)[k]

    def slots(self) -> list[Slot]:
        """The places of tensors, in order."""
        leaves = pytree.tree_leaves((self.args, self.keywords), is_leaf=_is_slot)
        return [x for x in leaves if isinstance(x, Slot)]


def _is_slot(x: Any) -> bool:
    return isinstance(x, Slot)


def _kind(slot: Slot) -> str:
    return "f" if slot.dtype.is_floating_point or slot.dtype.is_complex else "i"


def tensor(values: Any, dtype: torch.dtype) -> torch.Tensor:
    """An array as a tensor of a dtype."""
    return torch.from_numpy(np.array(values)).to(dtype)


def floated(x: Step) -> Step:
    """A step as floats: truth values are 1 and 0, by a choice."""
    if x.is_float:
        return x
    if x.value.dtype == bool:
        one = x.record.constant(np.ones(()))
        return d.choose(x, one, x.record.constant(np.zeros(())))
    if not x.inputs:
        return x.record.constant(x.value.astype(np.float64))
    return d.other(x, function=_as_floats)


def _as_floats(v: Any) -> Any:
    return v.astype(np.float64)


def constant_like(x: Step, value: complex) -> Step:
    """A number of the framework's own, in the record of a step."""
    kind = complex if np.iscomplexobj(value) else float
    return x.record.constant(np.asarray(value, dtype=kind))


def placed(layout: Callable[[torch.Tensor], torch.Tensor], shape: Sequence[int]) -> Numbers:
    """Where an operation puts the elements of an array of a shape: their positions, from 1."""
    size = int(np.prod(shape))
    positions = torch.arange(1, size + 1, dtype=torch.float64).reshape(tuple(shape))
    return layout(positions).numpy().astype(np.int64)
