"""Hypotheses: right numbers at the wrong place, of another tensor, or summed over other axes."""

import math
from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from backproof.diagnosis.deviation import Deviation
from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.pattern import joined

AXES = 5
"""Arrays of more axes have too many orders to try."""
SHIFTS = 8
"""So many places along an axis are tried."""


def transposed(s: Deviation) -> str | None:
    """claimed = true with its axes in another order, or that order read into the true shape."""
    if not 1 < s.true.ndim <= AXES:
        return None
    for order in permutations(range(s.true.ndim)):
        moved = s.true.transpose(order)
        if s.rearranged_as(moved):
            return f"the axes in the order {order}"
        if s.rearranged_as(moved.reshape(s.true.shape)):
            return f"reshaped where the axes had to be brought back from the order {order}"
        inverse = s.true.reshape(moved.shape).transpose(np.argsort(order))
        if s.rearranged_as(inverse):
            return f"reshaped and then brought into the order {order}"
    return None


def shifted(s: Deviation) -> str | None:
    """claimed = true read backwards, or moved along an axis, round its end or not."""
    axes = range(s.true.ndim)
    for flips in (c for n in (1, 2) for c in combinations(axes, n)):
        if s.rearranged_as(np.flip(s.true, flips)):
            return f"read backwards along axis {joined(flips)}"
    for axis in axes:
        n = s.true.shape[axis]
        far = min(n, SHIFTS + 1)
        for k in sorted((k for k in range(1 - far, far) if k), key=abs):
            rolled = np.roll(s.true, k, axis)
            if s.rearranged_as(rolled):
                return f"shifted by {k} along axis {axis}, round its end"
            filled, ends = rolled.copy(), range(k) if k > 0 else range(n + k, n)
            np.moveaxis(filled, axis, 0)[list(ends)] = 0
            if filled.any() and s.rearranged_as(filled):
                return f"shifted by {k} along axis {axis}, with zeros moved in"
    return None


def wrong_axis(s: Deviation) -> str | None:
    """claimed = a sum or a mean of dy, or of another gradient, over other axes."""
    for label, array in summands(s.evidence):
        if array.ndim > s.true.ndim and array.ndim <= AXES:
            for how, axes, total in reductions(array):
                if s.explained_by(total):
                    return f"the {how} of {label} over axis {axes}"
    return None


def swapped(s: Deviation) -> str | None:
    """claimed = the true gradient of another argument."""
    for name, other in s.evidence.true.items():
        if name != s.name and s.rearranged_as(other):
            return f"this is the gradient of {name}"
    return None


def same_rows(s: Deviation) -> str | None:
    """Each sample is given the gradient of one of them."""
    if s.true.ndim < 2:
        return None
    for k, row in enumerate(s.true):
        if s.explained_by(np.broadcast_to(row, s.true.shape)):
            return f"every sample is given the gradient of sample {k}"
    return None


def summands(evidence: Evidence) -> Iterator[tuple[str, Floats]]:
    """What a backward pass sums: dy, dy times an input, and the gradients themselves."""
    dy = evidence.dy
    if dy is not None:
        yield "dy", dy
        for name, x in evidence.numbers.items():
            if x.shape == dy.shape:
                yield f"dy * {name}", dy * x
    for name, true in evidence.true.items():
        yield f"the gradient of {name}", np.asarray(true, dtype=np.float64)


def reductions(array: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Every sum and mean of an array, with its axes in words."""
    for count in range(1, array.ndim + 1):
        for axes in combinations(range(array.ndim), count):
            total, words = array.sum(axis=axes), joined(axes)
            yield "sum", words, total
            n = math.prod(array.shape[a] for a in axes)
            if n > 1:
                yield "mean", words, total / n
