"""Where somebody's loss is not differentiable: one-sided slopes, element by element."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

    left, right: the one-sided slopes; claimed: what is claimed. others: where elements that tie
    with each other are moved together, the others; slopes and claim are then those of all.
    """

    tensor: str
    index: tuple[int, ...]
    left: float
    right: float
    claimed: float
    others: tuple["Tie", ...] = ()

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
        return total - sum(tie.claimed for tie in self.others)

    @property
    def convention(self) -> str:
        """Which value between the slopes was chosen."""
        if self.right == self.left:
            return "the one slope"
        part = (self.claimed - self.left) / (self.right - self.left)
        named = {0.0: "the left slope", 1.0: "the right slope", 0.5: "the mean of the slopes"}
        return named.get(round(part, 12), f"{part:.4g} of the way from left to right")

    def __str__(self) -> str:
        """The element, its slopes, and the convention that the claim follows there."""
        where = f"{self.tensor}{list(self.index) if self.index else ''}"
        more = ", ".join(str(list(tie.index)) for tie in self.others)
        where += f" and {more} together" if more else ""
        slopes = f"{where}: slopes {self.left:.4g} and {self.right:.4g}, claimed {self.claimed:.4g}"
        return f"{slopes} ({self.convention})" if self.between else slopes


def ties_of(
    loss: Loss, values: Mapping[str, list[flint.arb]], at: Mapping[str, Any], names: Sequence[str]
) -> tuple[list[Tie], str]:
    """Every element with two slopes, or with another slope than the claimed one, and every two that
    tie with each other and claim too much together; and in words by which convention elements that
    tie share their slope, and whether there was no time for all elements.
    """
    deadline, found = time.perf_counter() + SECONDS, list[Tie]()
    with exactly(BITS, presume=True):
        here = balls(loss(at))[0]
        for name in sorted(names, key=lambda n: at[n].size):
            for k, index in enumerate(np.ndindex(at[name].shape)):
                if time.perf_counter() > deadline:
                    return found, "not every element could be looked at"
                left, right = _sides(loss, at, name, (k,), here)
                tie = Tie(name, index, left, right, _float(values[name][k]))
                if not (_one(tie.left, tie.right) and _one(tie.right, tie.claimed)):
                    found.append(tie)
        tied = list(_tied(loss, at, here, [tie for tie in found if tie.between]))
        return found + [tie for tie in tied if not tie.between], _shared(tied)


def _tied(loss: Loss, at: Mapping[str, Any], here: flint.arb, ties: Sequence[Tie]) -> Iterator[Tie]:
    """Two elements whose slopes do not add up tie with each other: a maximum cannot give its slope
    to each of them, nor to none. Yields those that do, two by two, then all where these are right.
    """

    def together(members: Sequence[Tie]) -> Tie:
        *others, last = members
        shape = at[last.tensor].shape
        moving = [int(np.ravel_multi_index(tie.index, shape)) for tie in members]
        left, right = _sides(loss, at, last.tensor, moving, here)
        claimed = sum(tie.claimed for tie in members)
        return replace(last, left=left, right=right, claimed=claimed, others=tuple(others))

    groups: dict[Tie, list[Tie]] = {}
    wrong = False
    for first, second in combinations(ties[:PAIRED], 2):
        if first.tensor == second.tensor:
            both = together((first, second))
            sums = first.left + second.left, first.right + second.right
            if not (_one(both.left, sums[0]) and _one(both.right, sums[1])):
                groups.setdefault(first, [first]).append(second)
                wrong |= not both.between
                yield both
    joined = {tie for members in groups.values() for tie in members[1:]}
    for head in groups.keys() - joined:
        if len(groups[head]) > 2 and not wrong:
            yield together(groups[head])


def _shared(tied: Sequence[Tie]) -> str:
    """By which convention those that tie with each other share a slope; "" where by none."""
    said = set()
    for tie in tied:
        *claims, last = (*(t.claimed for t in tie.others), tie.claimed)
        last -= sum(claims)
        if last and all(_one(claim, last) for claim in claims):
            said.add("shared among the tie")
        elif claims[0] and not any([*claims[1:], last]):
            said.add("all to the first of the tie")
        elif last and not any(claims):
            said.add("all to the last of the tie")
    return said.pop() if len(said) == 1 else ""


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
