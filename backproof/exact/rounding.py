"""What rounding makes of a gradient: sampled first-order errors through forward and reverse.

Every input and every step that rounds is moved by its own noise, up or down at random, and the
moves are carried to the gradient by the slopes of the steps, cancellation kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.precision import FLOAT64, Floats, Precision
from backproof.exact.primitives.elementwise import cast
from backproof.exact.record import Step
from backproof.exact.together import carried_together
from backproof.verdict.decisions import SAMPLES


def noise(step: Step, formats: Mapping[int, Precision]) -> Any:
    """The error of a step's own rounding, as one standard deviation; None where it makes none.

    formats: in which steps round, by their numbers, where it is not their own.
    """
    precision = formats.get(step.number, step.precision)
    if step.primitive.name == "input":
        return (precision or FLOAT64).half_ulp(step.value)
    if precision is None or _of_constants(step):
        return None
    if (not step.primitive.rounds or step.primitive is cast) and not _narrows(step):
        return None
    own = precision.half_ulp(step.value)
    if step.primitive.error is not None:
        by_norm = step.primitive.error(step.value, *(x.value for x in step.inputs), **step.settings)
        return np.hypot(own, (step.accumulator or precision).u * by_norm)
    if step.primitive.terms is None:
        return own
    count, squares = step.primitive.terms(*(x.value for x in step.inputs), **step.settings)
    u = (step.accumulator or precision).u
    size = np.hypot(np.abs(step.value) / np.sqrt(3), np.sqrt(squares / 2))
    return np.hypot(own, np.where(np.asarray(count) > 1, u * np.sqrt(count) * size, 0.0))


def _narrows(step: Step) -> bool:
    """Whether a step brings what it moves into a format that does not hold it."""
    own = step.precision or FLOAT64
    finer = (x.value for x in step.inputs if (x.precision or FLOAT64).bits > own.bits)
    return any(bool((own.rounded(np.real(v)) != np.real(v)).any()) for v in finer)


def _inner(steps: Sequence[Step]) -> dict[int, Precision]:
    """By the number of a step that is finer than all that it reads, the format of that."""
    found: dict[int, Precision] = {}
    for step in steps:
        arrays = (x for x in step.inputs if x.size > 1 or x.primitive.name != "constant")
        given = [p for x in arrays if (p := found.get(x.number, x.precision)) is not None]
        finest = max(given, key=lambda p: p.bits, default=FLOAT64)
        if step.precision and step.primitive is not cast and finest.bits < step.precision.bits:
            found[step.number] = finest
    return found


def _of_constants(step: Step) -> bool:
    """Whether a step computes with single numbers of a slope, as p - 1: it is exact."""
    return all(x.primitive.name == "constant" and x.size == 1 for x in step.inputs)


TOGETHER = 2**20
"""Numbers in the tangents of one step that are carried at once: more would take much memory."""


def samples(
    outputs: Sequence[Step],
    count: int = SAMPLES,
    seed: int = 0,
    inputs: bool = True,
    moved: Mapping[int, Floats] | None = None,
    by_hand: bool = False,
) -> list[Floats]:
    """Random first-order errors of each output, (count, *its shape).

    inputs: whether the arguments are moved too, by the rounding that brought them into their
    format. moved: by the number of a step, errors that it has already, (count, *its shape).
    by_hand: whether what functions of libraries do in a finer format than that of their arguments
    is done in that of the arguments.
    """
    steps = ancestors(outputs)
    formats = _inner(steps) if by_hand else {}
    for step in steps:
        for x in step.inputs:
            if x.primitive.name == "input" and step.precision:
                formats.setdefault(x.number, step.precision)
    with np.errstate(all="ignore"):
        noises = {s.number: noise(s, formats) for s in steps if inputs or s.inputs}
        return carried_errors(outputs, noises, count, seed, moved)


def carried_errors(
    outputs: Sequence[Step],
    errors: Mapping[int, Any],
    count: int,
    seed: int,
    moved: Mapping[int, Floats] | None = None,
) -> list[Floats]:
    """What errors of random signs make of each output, (count, *its shape).

    errors: by the number of a step, the size of its own. moved: tangents that there are already.
    """
    steps, random = ancestors(outputs), np.random.default_rng(seed)
    at_once = max(1, TOGETHER // max(1, *(s.size for s in steps)))
    found: list[list[Floats]] = [[] for _ in outputs]
    for start in range(0, count, at_once):
        rows = min(at_once, count - start)
        given = {n: t[start : start + rows] for n, t in (moved or {}).items()}
        tangents = _through(steps, errors, rows, random, given, {o.number for o in outputs})
        for own, o in zip(found, outputs, strict=True):
            own.append(tangents.get(o.number, np.zeros((rows, *o.shape))))
    return [np.concatenate(own) for own in found]


def _through(
    steps: Sequence[Step],
    errors: Mapping[int, Any],
    count: int,
    random: np.random.Generator,
    tangents: dict[int, Any],
    wanted: set[int],
) -> dict[int, Any]:
    """By the number of a wanted step its tangents; those of others are dropped after their use."""
    last = {x.number: step.number for step in steps for x in step.inputs}
    for step in steps:
        own, t = errors.get(step.number), carried_together(step, tangents)
        if own is not None:
            error = own * (2 * random.integers(0, 2, size=(count, *step.shape)) - 1)
            t = error if t is None else t + error
        if t is not None:  # what has no slope carries no error
            tangents[step.number] = np.where(np.isnan(t), 0.0, t)
        for x in step.inputs:
            if last[x.number] == step.number and x.number not in wanted:
                tangents.pop(x.number, None)
    return tangents


def units(
    outputs: Sequence[Step], count: int = SAMPLES, seed: int = 0, by_hand: bool = False
) -> list[Floats]:
    """The unit of error of every element: half an ulp and the root mean square of the samples."""
    found = []
    sampled = samples(outputs, count, seed, by_hand=by_hand)
    for step, errors in zip(outputs, sampled, strict=True):
        spread = root_mean_square(np.abs(np.nan_to_num(errors, nan=0.0)))
        found.append((step.precision or FLOAT64).half_ulp(step.value) + spread)
    return found


def root_mean_square(errors: Floats) -> Floats:
    """Over the first axis; of numbers whose squares would be none, too."""
    largest = errors.max(axis=0)
    with np.errstate(all="ignore"):
        parts = np.nan_to_num(errors / largest, nan=0.0)
    return np.asarray(largest * np.sqrt(np.mean(parts**2, axis=0)))
