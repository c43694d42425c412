"""The witness of black boxes as a trial of its numbers: what it says of known slopes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from differences.zoo import KINKS, ZOO, Known, found, outcomes, spoiled

from backproof.differences.judgement import Outcome, judge

SEEDS = (0, 1)


@dataclass(frozen=True, slots=True)
class Shown:
    """One loss. sound: whether what is said of it is right."""

    name: str
    sound: Callable[[], bool]

    def judged(self) -> bool:
        """As of a claim."""
        return self.sound()

    def stands(self) -> bool:
        """As of a claim."""
        return self.sound()

    def holds(self) -> bool:
        """Whether the witness says what is right of it."""
        return self.sound()


def _smooth(known: Known) -> bool:
    return all(_at(known, seed) for seed in SEEDS)


def _at(known: Known, seed: int) -> bool:
    """The right gradient is not contradicted; where a fault must be seen, it is confirmed without
    the fault and contradicted with it.
    """
    x = known.at(np.random.default_rng(seed)).astype(float)
    told, right = found(known.loss, x, seed), np.asarray(known.slope(x), float)
    said = outcomes(judge(told, right))
    if not known.seen:
        return Outcome.CONTRADICTS not in said
    k = seed % x.size
    faulty = list(judge(told, spoiled(right, k, known.seen)))
    return said == {Outcome.AGREES} and faulty[k].outcome is Outcome.CONTRADICTS


def _kink(loss: Any, at: Any, low: float, high: float) -> bool:
    """What lies between the slopes agrees, what lies outside does not."""
    told = found(loss, x := at(np.random.default_rng(0)))
    inside = [outcomes(judge(told, np.full(x.shape, v))) for v in (low, (low + high) / 2, high)]
    beyond = outcomes(judge(told, np.full(x.shape, high + (high - low) / 100)))
    return all(s == {Outcome.AGREES} for s in inside) and beyond == {Outcome.CONTRADICTS}


WITNESS = (
    *(Shown(name, lambda known=known: _smooth(known)) for name, known in ZOO.items()),
    *(Shown(name, lambda k=k: _kink(k[0], k[1], *k[2])) for name, k in KINKS.items()),
)
