"""What a step's value is computed from, and which steps are one and the same operation."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from backproof.exact.record import Step

Reads = Callable[[Step], Sequence[Step]]
"""What the value of a step is computed from."""


def inputs_of(step: Step) -> Sequence[Step]:
    """All inputs."""
    return step.inputs


def reads_of(decided: Container[int], afresh: bool) -> Reads:
    """All inputs, but of what is decided, and of a decision that is replayed, none."""

    def reads(step: Step) -> Sequence[Step]:
        replayed = not afresh and step.primitive.decides and is_of_floats(step)
        return () if replayed or step.number in decided else step.inputs

    return reads


def is_of_floats(step: Step) -> bool:
    """Whether any input is."""
    return any(x.is_float for x in step.inputs)


def ancestors(targets: Iterable[Step], reads: Reads = inputs_of) -> list[Step]:
    """The steps that the targets depend on, and the targets, in order."""
    found: dict[int, Step] = {}
    waiting = list(targets)
    while waiting:
        step = waiting.pop()
        if step.number not in found:
            found[step.number] = step
            waiting.extend(reads(step))
    return [found[k] for k in sorted(found)]


def same(
    steps: Sequence[Step], decided: Mapping[int, Any], reads: Reads = inputs_of
) -> dict[int, int]:
    """By the number of a step, the first one that is the same operation on the same values: a
    gradient that runs its own forward pass has every step of it twice. What is decided is the same
    where one array decides it.
    """
    known: dict[Any, int] = {}
    found: dict[int, int] = {}
    for step in steps:
        if step.number in decided:
            found[step.number] = known.setdefault(id(decided[step.number]), step.number)
            continue
        given = tuple(found[x.number] for x in reads(step))
        given_or_decided = step.primitive.decides or not step.inputs
        own = (step.value.dtype.str, step.value.tobytes()) if given_or_decided else ()
        key = step.primitive.name, given, step.shape, own, _settings(step)
        found[step.number] = known.setdefault(key, step.number)
    return found


def _settings(step: Step) -> Any:
    """What tells two uses of a primitive on the same values apart. A layout is told by what it
    gave, a decision's function by its result.
    """
    if not step.settings:
        return ()
    return tuple(
        (name, v.tobytes() if isinstance(v, np.ndarray) else v)
        for name, v in step.settings.items()
        if not callable(v)
    )
