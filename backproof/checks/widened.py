"""Units of rounding that hold what the first few samples do not show, where an error is large."""

from dataclasses import replace

import numpy as np

from backproof.checks.measured import Measured
from backproof.exact.faithful import carried_on, library_errors
from backproof.exact.record import Step
from backproof.exact.rounding import units
from backproof.verdict.decisions import DOUBTFUL, LIMIT, MANY


def widened(measured: Measured, true: list[Step], usual: list[Step], seed: int) -> Measured:
    """With the units that it takes. true, usual: the steps of the true gradients, by the slopes
    that keep every digit and by those that frameworks compute; one list where these are the same.
    """
    two = usual is not true
    measured = _again(measured, usual, seed) if _doubtful(measured) else measured
    if two and _rounds_badly(measured):
        measured = _again(measured, true, seed)
    if _rounds_badly(measured):
        measured = _with_libraries(measured, usual, seed)
    return _again(measured, usual, seed, by_hand=True) if _rounds_badly(measured) else measured


def _doubtful(measured: Measured) -> bool:
    """Whether rounding seems large: of two errors that cancel half of the time, eight samples show
    nothing once in 256 times.
    """
    return any(t.rounding.max(initial=0.0) > DOUBTFUL for t in measured.tensors.values())


def _rounds_badly(measured: Measured) -> bool:
    """Whether floats are further than the limit from the formula that made them."""
    followed = [t for t in measured.tensors.values() if t.claimed is not None]
    return any((t.rounding > LIMIT).any() for t in followed)


def _again(measured: Measured, steps: list[Step], seed: int, by_hand: bool = False) -> Measured:
    """With units from more samples: few of them are too small by chance in one element of many.

    by_hand: with those of code that has only the format of its arguments, where libraries work in
    a finer one inside: it recomputes a mean in halves.
    """
    found = units(steps, MANY, seed + 1, by_hand)
    tensors = {
        t.name: replace(t, unit=np.maximum(t.unit, unit))
        for t, unit in zip(measured.tensors.values(), found, strict=True)
    }
    return replace(measured, tensors=tensors)


def _with_libraries(measured: Measured, usual: list[Step], seed: int) -> Measured:
    """With units in which the errors of library functions count: of the forward pass all of them,
    as they are; in the claim's own backward those of inaccurate ones, since whoever calls these is
    not to blame. The ordinary error of a function is there no excuse for an unstable use of it.
    """
    tensors = dict(measured.tensors)
    claims = {n: t.claim for n, t in tensors.items() if t.claim is not None}
    forward = library_errors(usual, least=1.0)
    backward = library_errors(list(claims.values()))
    if not forward and not backward:
        return measured
    parts = [*carried_on(usual, forward, seed=seed)]
    own = dict(zip(claims, carried_on(list(claims.values()), backward, seed=seed), strict=True))
    for part, t in zip(parts, measured.tensors.values(), strict=True):
        unit = t.unit + np.maximum(part, own.get(t.name, 0.0))
        tensors[t.name] = replace(t, unit=unit)
    return replace(measured, tensors=tensors)
