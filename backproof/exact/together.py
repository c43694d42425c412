"""Many tangents carried through a step at once, each along the first axis of its array."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backproof.exact.primitives.decisions import choose, keep, pick
from backproof.exact.primitives.moves import move
from backproof.exact.primitives.products import contract
from backproof.exact.primitives.reductions import total
from backproof.exact.record import Step

Tangents = tuple[Any, ...]
"""Of a step's inputs, (count, *shape) each; None for what does not move."""
ROW = "Ω"
"""The letter of the first axis in a contraction: no record has it."""


def carried_together(step: Step, tangents: Mapping[int, Any]) -> Any:
    """The tangents of a step from those of its inputs, by number; None where none of them moves."""
    given = tuple(tangents.get(x.number) for x in step.inputs)
    if step.primitive.push is None or all(t is None for t in given):
        return None
    count = next(len(t) for t in given if t is not None)
    ways = WAYS.get(step.primitive.name)
    if ways is None:
        ways = _by_numbers if step.primitive.slopes else _one_by_one
    moved = ways(step, given)
    shape = (count, *step.shape)
    return moved if np.shape(moved) == shape else np.broadcast_to(moved, shape)


def _by_numbers(step: Step, given: Tangents) -> Any:
    """Element by element: the axes that an input lacks come after the first one."""

    def lifted(t: Any, x: Step) -> Any:
        if t is None or x.ndim == step.ndim:
            return t
        return t.reshape(len(t), *[1] * (step.ndim - x.ndim), *x.shape)

    return _pushed(step, tuple(map(lifted, given, step.inputs)))


def _pushed(step: Step, given: Tangents) -> Any:
    assert step.primitive.push is not None
    return step.primitive.push(given, step.value, *(x.value for x in step.inputs), **step.settings)


def _one_by_one(step: Step, given: Tangents) -> Any:
    rows = zip(*(t for t in given if t is not None), strict=True)
    found = []
    for row in rows:
        own = iter(row)
        found.append(_pushed(step, tuple(None if t is None else next(own) for t in given)))
    return np.array([np.broadcast_to(t, step.shape) for t in found])


def _moved(step: Step, given: Tangents) -> Any:
    positions, count = step.settings["positions"], _count(given)
    sources = step.inputs[: len(step.inputs) - step.settings["decisions"]]
    flat = [
        np.zeros((count, x.size)) if t is None else t.reshape(count, x.size)
        for t, x in zip(given, sources, strict=False)
    ]
    if len(flat) == 1 and (positions.size == 0 or positions.min() > 0):
        return flat[0][:, positions - 1]
    return np.concatenate([np.zeros((count, 1)), *flat], axis=1)[:, positions]


def _count(given: Tangents) -> int:
    return next(len(t) for t in given if t is not None)


def _summed(step: Step, given: Tangents) -> Any:
    return np.sum(given[0], axis=tuple(k + 1 for k in step.settings["axis"]))


def _contracted(step: Step, given: Tangents) -> Any:
    a, b = (x.value for x in step.inputs)
    inputs, out = step.settings["letters"].split("->")
    la, lb = inputs.split(",")
    floats, parts = step.primitive.floats, []
    if given[0] is not None:
        parts.append(floats(given[0], b, letters=f"{ROW}{la},{lb}->{ROW}{out}"))
    if given[1] is not None:
        parts.append(floats(a, given[1], letters=f"{la},{ROW}{lb}->{ROW}{out}"))
    return sum(parts[1:], parts[0])


def _picked(step: Step, given: Tangents) -> Any:
    decision, x = step.inputs
    kept = np.where(decision.value, given[1], 0) if decision.value.dtype == bool else None
    if kept is None:
        kept = np.where(decision.value == 0, 0, decision.value * given[1])
    axis = step.settings["axis"]
    axes = (axis,) if isinstance(axis, int | np.integer) else axis
    return kept.sum(axis=tuple(int(k) % x.ndim + 1 for k in axes))


WAYS: Mapping[str, Callable[[Step, Tangents], Any]] = {
    move.name: _moved,
    total.name: _summed,
    contract.name: _contracted,
    keep.name: _by_numbers,
    choose.name: _by_numbers,
    pick.name: _picked,
}
"""By a primitive's name; functions of numbers go element by element, all others one by one."""
