"""Where somebody's loss is not differentiable: one-sided slopes, element by element."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import flint
import numpy as np

from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, filled
from reference.exact.ball import ball
from reference.exact.taylor import STEP, Loss
from reference.exact.witness import BITS

SECONDS = 3.0
"""So long elements are looked at, two forward passes each."""
NEAR = 2.0**-40
"""Slopes closer than this part of the larger one are one."""
PAIRED = 16
"""So many ties are looked at two by two."""


@dataclass(frozen=True, slots=True)
class Tie:
    """An element whose claimed slope is not the one slope that a smooth loss has there.

    left, right: the one-sided slopes; claimed: what is claimed. first: where two elements that tie
    with each other are moved together, the other one; slopes and claim are then those of both.
    """

    tensor: str
    index: tuple[int, ...]
    left: float
    right: float
    claimed: float
    first: "Tie | None" = None

    @property
    def between(self) -> bool:
        """Whether the claim is one of the slopes or lies between them."""
        low, high = sorted((self.left, self.right))
        slack = NEAR * max(abs(low), abs(high))
        return low - slack <= self.claimed <= high + slack

    @property
    def nearest(self) -> float:
        """The slope of the element that is nearest to its claim, of those that are possible."""
        low, high = sorted((self.left, self.right))
        total = min(max(self.claimed, low), high)
        return total - self.first.claimed if self.first else total

    @property
    def convention(self) -> str:
        """Which value between the slopes was chosen."""
        part = (self.claimed - self.left) / (self.right - self.left)
        named = {0.0: "the left slope", 1.0: "the right slope", 0.5: "the mean of the slopes"}
        return named.get(round(part, 12), f"{part:.4g} of the way from left to right")

    def __str__(self) -> str:
        """The element, its slopes, and the convention that the claim follows there."""
        where = f"{self.tensor}{list(self.index) if self.index else ''}"
        where += f" and {list(self.first.index)} together" if self.first else ""
        slopes = f"{where}: slopes {self.left:.4g} and {self.right:.4g}, claimed {self.claimed:.4g}"
        return f"{slopes} ({self.convention})" if self.between else slopes


def ties_of(
    loss: Loss, values: Mapping[str, list[flint.arb]], at: Mapping[str, Any], names: Sequence[str]
) -> tuple[list[Tie], bool]:
    """Every element with two slopes, or with another slope than the claimed one, and every two that
    tie with each other and claim too much together, as far as there is time; and whether there was
    time for all elements.
    """
    deadline, found = time.perf_counter() + SECONDS, list[Tie]()
    with exactly(BITS, presume=True):
        here = balls(loss(at))[0]
        for name in sorted(names, key=lambda n: at[n].size):
            for k, index in enumerate(np.ndindex(at[name].shape)):
                if time.perf_counter() > deadline:
                    return found, False
                left, right = _sides(loss, at, name, (k,), here)
                tie = Tie(name, index, left, right, _float(values[name][k]))
                if not (_one(tie.left, tie.right) and _one(tie.right, tie.claimed)):
                    found.append(tie)
        return found + list(_together(loss, at, here, found)), True


def _together(
    loss: Loss, at: Mapping[str, Any], here: flint.arb, ties: Sequence[Tie]
) -> Iterator[Tie]:
    """Two elements whose slopes do not add up tie with each other: a maximum cannot give its slope
    to both of them. Each claim may lie between the slopes, and their sum outside.
    """
    for first, second in combinations([t for t in ties if t.between][:PAIRED], 2):
        if first.tensor != second.tensor:
            continue
        shape = at[first.tensor].shape
        both = [int(np.ravel_multi_index(t.index, shape)) for t in (first, second)]
        left, right = _sides(loss, at, first.tensor, both, here)
        adds = _one(right, first.right + second.right) and _one(left, first.left + second.left)
        claimed = first.claimed + second.claimed
        tie = Tie(first.tensor, second.index, left, right, claimed, first)
        if not adds and not tie.between:
            yield tie


def _sides(
    loss: Loss, at: Mapping[str, Any], name: str, moving: Collection[int], here: flint.arb
) -> tuple[float, float]:
    """The slopes from the left and from the right, some elements of a tensor moving together."""
    numbers, sides = balls(at[name]), []
    for step in (-STEP, STEP):
        beside = [ball(x + step) if k in moving else ball(x) for k, x in enumerate(numbers)]
        there = balls(loss({**at, name: filled(beside, at[name].shape)}))[0]
        sides.append(_float((there - here) / step))
    return sides[0], sides[1]


def _one(a: float, b: float) -> bool:
    return abs(a - b) <= NEAR * max(abs(a), abs(b))


def _float(x: flint.arb) -> float:
    return float(x.mid())
