"""Two records of one code, step by step: which of their steps are the same, and what differs."""

from collections.abc import Iterator

import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.record import Step
from backproof.programs.run import Run

ARRAYS = ("positions", "places")
"""The settings that say where elements are put."""


def targets_of(run: Run) -> list[Step]:
    """The outputs and the gradients that are known."""
    return [*run.outputs.values(), *(c for c in run.claimed.values() if c is not None)]


def unlike(run: Run, other: Run) -> Step | None:
    """The first step that the other record does not have as well, constants and values aside."""
    first, second = ancestors(targets_of(run)), ancestors(targets_of(other))
    for x, y in zip(first, second, strict=False):
        if not _same_step(x, y):
            return x
    if len(first) != len(second):
        return (first if len(first) > len(second) else second)[min(len(first), len(second))]
    return None


def other_branches(run: Run, other: Run) -> bool:
    """Whether the forward pass of another run has other steps than this one's, decisions aside."""
    first, second = (ancestors(list(r.outputs.values())) for r in (run, other))
    return len(first) != len(second) or not all(map(_same_operation, first, second))


def _same_step(x: Step, y: Step) -> bool:
    decision = x.primitive.decides and not x.is_float
    return _same_operation(x, y) and (not decision or np.array_equal(x.value, y.value))


def _same_operation(x: Step, y: Step) -> bool:
    if x.primitive is not y.primitive or x.shape != y.shape or len(x.inputs) != len(y.inputs):
        return False
    if x.settings.keys() != y.settings.keys():
        return False
    return all(np.array_equal(x.settings[k], y.settings[k]) for k in ARRAYS if k in x.settings)


def changed(run: Run, other: Run) -> Iterator[tuple[Step, Step]]:
    """The constants of two records of the same steps that differ."""
    for x, y in pairs(run, other):
        constant = x.primitive.name == "constant"
        if constant and not np.array_equal(x.value, y.value, equal_nan=x.is_float):
            yield x, y


def pairs(run: Run, other: Run) -> Iterator[tuple[Step, Step]]:
    """The steps of two records, one by one."""
    yield from zip(ancestors(targets_of(run)), ancestors(targets_of(other)), strict=False)
