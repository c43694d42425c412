"""The limit of difference quotients as their step goes to 0, and how well it is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backproof.verdict.numeric import CAUTION, FASTEST

EVEN, ODD, ALL = (2, 4, 6, 8, 10), (1, 3, 5, 7, 9), (1, 2, 3, 4, 5)
"""The powers of the step in the error of a central quotient, of the jump between the one-sided
quotients, and of one of these."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, its estimated error, and the part of the error that noise in the loss makes."""

    value: float
    error: float
    noise: float


NOWHERE = Limit(math.nan, math.inf, 0.0)


def limit(quotients: Sequence[float], noises: Sequence[float], powers: Sequence[int]) -> Limit:
    """The limit of quotients whose step halves each time and whose error is a series in `powers`.

    noises: by how much noise may change each quotient. Quotients up to the last that is not finite
    do not count; of fewer than three, nothing is known.

    Source: Ridders, Accurate computation of F'(x) and F'(x)F''(x) (1982): the entry of Neville's
    table counts that differs least from its neighbours. The noise is carried through the table.
    """
    broken = [i for i, q in enumerate(quotients) if not math.isfinite(q)]
    first = broken[-1] + 1 if broken else 0
    best, above = NOWHERE, [NOWHERE]
    for i in range(first, len(quotients)):
        row = [Limit(quotients[i], math.inf, noises[i])]
        for coarse, power in zip(above[: i - first], powers, strict=False):
            row.append(_entry(row[-1], coarse, 2.0**power - 1))
        best = min([best, *row[1:]], key=lambda known: known.error) if i - first >= 2 else best
        above = row
    return best


def _entry(fine: Limit, coarse: Limit, weight: float) -> Limit:
    """The next column: a power of the step removed, for both the value and its possible noise."""
    value = fine.value + (fine.value - coarse.value) / weight
    noise = fine.noise + (fine.noise + coarse.noise) / weight
    apart = max(abs(value - fine.value), abs(value - coarse.value))
    before = coarse.error - coarse.noise
    before = before if math.isfinite(before) else 0.0
    return Limit(value, max(CAUTION * apart, FASTEST * before) + noise, noise)
