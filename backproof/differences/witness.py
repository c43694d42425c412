"""The witness: the slopes of a black box, element by element or along directions, within a budget.

It may fail, and says so: a slope that was not found never speaks against a gradient.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.differences.box import Box, Exhausted, Loss
from backproof.differences.line import Line, slope
from backproof.differences.noise import Noise, measure
from backproof.differences.probes import Probe, chosen, scale
from backproof.differences.slope import Slope
from backproof.exact.precision import Array
from backproof.verdict.numeric import BUDGET, CLEAR, OVERDRAWN

EACH, NOISE = 14, 27
"""What a slope costs where the loss is smooth, and what the noise of a tensor costs."""
SMALLEST = 2.0**-980
"""No step is smaller: what it is divided or multiplied by must not underflow."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """What was found of one tensor.

    tensor: its values at the point. probes, slopes: what was moved and the slope along it. noise:
    by how much two values of the loss at the point may differ. used: evaluations. why: the reason
    why probes are missing; empty where none are.
    """

    tensor: Array
    probes: tuple[Probe, ...]
    slopes: tuple[Slope, ...]
    noise: float
    used: int
    why: str = ""

    @property
    def complete(self) -> bool:
        """Whether every element has a slope of its own."""
        return len(self.probes) == self.tensor.size and all(p.single for p in self.probes)

    @property
    def resolution(self) -> float:
        """The smallest relative fault in one element that these slopes would show.

        Of an element that pulls as much on the loss as the root mean square of them all: what
        pulls less may be off by more. Along a direction of random signs the squared slope is, on
        average, the sum of the squared pulls of its elements. Infinite where nothing was found.
        """
        n = self.tensor.size
        whole = [s for p, s in self._found() if self.complete or (p.start, p.stop) == (0, n)]
        if not whole:
            return np.inf
        pull = math.hypot(*(s.value for s in whole))
        pull /= math.sqrt(len(whole) * (1 if self.complete else n))
        errors = [s.error for s in whole]
        error = max(errors) if self.complete else min(errors)
        return float(CLEAR * error / pull) if pull > 0 else np.inf

    def _found(self) -> list[tuple[Probe, Slope]]:
        return [(p, s) for p, s in zip(self.probes, self.slopes, strict=True) if not s.why]


def never() -> bool:
    """The deadline of those who have time."""
    return False


@np.errstate(all="ignore")
def differentiate(
    loss: Loss,
    at: Mapping[str, Any],
    moving: Collection[str],
    seed: int,
    budget: int = BUDGET,
    expired: Callable[[], bool] = never,
    claimed: Mapping[str, Array] | None = None,
) -> dict[str, Slopes]:
    """The slopes of a loss at a point by the tensors named, smallest tensors first.

    loss: the tensors by name to a number; a black box, called with one tensor moved at a time, in
    the dtype it has in `at`. Element by element where the budget (evaluations in all) allows, else
    along directions. expired: asked before every evaluation whether time is up. claimed: gradients
    whose largest elements are worth a probe. Never raises for what the loss does.
    """
    box = Box(loss, at, expired)
    found = {}
    names = sorted(moving, key=lambda name: box.at[name].size)
    for k, name in enumerate(names):
        share = max(0, budget - box.used) // (len(names) - k)
        box.allow(min(OVERDRAWN * share, max(0, budget - box.used)))
        watched = claimed.get(name) if claimed else None
        found[name] = _tensor(box, name, share, seed + k, watched)
    return found


@np.errstate(all="ignore")
def element(loss: Loss, at: Mapping[str, Any], name: str, k: int, seed: int) -> Slope:
    """The slope by one element alone. Raises `Exhausted` where the loss is not smooth enough."""
    box = Box(loss, at, never)
    box.allow(NOISE + OVERDRAWN * EACH)
    return slope(_line(box, name, Probe(k, k + 1), measure(box, name, seed)))


def _tensor(box: Box, name: str, share: int, seed: int, claimed: Array | None) -> Slopes:
    tensor, before = box.at[name], box.used
    probes: list[Probe] = []
    slopes: list[Slope] = []
    noise, why = np.nan, ""
    try:
        measured = measure(box, name, seed)
        noise = measured.of(measured.here)
        if not np.isfinite(measured.here):
            why = box.raised or "the loss is not finite at the point"
        else:
            for probe in chosen(tensor, (share - NOISE) // EACH, seed, claimed):
                slopes.append(slope(_line(box, name, probe, measured)))
                probes.append(probe)
    except Exhausted as reason:
        why = str(reason)
    return Slopes(tensor, tuple(probes), tuple(slopes), noise, box.used - before, why)


def _line(box: Box, name: str, probe: Probe, noise: Noise) -> Line:
    """A probe of a tensor as a line through the point.

    A direction of m elements goes as far at a step of 1 / sqrt(m) as one element at 1.
    """
    tensor = box.at[name]
    along, eps = probe.along(tensor), float(np.finfo(tensor.dtype).eps)

    def value(t: float) -> float:
        return box.moved(name, probe.start, probe.stop, along, t)

    part = np.abs(tensor.reshape(-1)[probe.start : probe.stop]).astype(np.float64)
    part[~np.isfinite(part)] = 0.0
    least = max(64 * eps * float(np.max(part / np.abs(along), initial=0)), SMALLEST)
    if not probe.single:
        size = 2.0 ** -round(np.log2(part.size) / 2)
        return Line(value, noise, size, 8 * size, size, least)
    own = float(part[0])
    size = max(scale(tensor), scale(part) if own else 0.0)
    return Line(value, noise, size, max(1.0, 8 * size), scale(part) if own else size, least)
