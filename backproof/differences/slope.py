"""A slope, how well it is known, and how it is estimated from values on both sides of a point."""

import math
from dataclasses import dataclass

from backproof.differences.extrapolation import ALL, EVEN, ODD, limit
from backproof.differences.noise import Noise
from backproof.verdict.numeric import APART, GOOD, GOOD_KINK, UNSETTLED

Values = tuple[float, float, float]
"""A step, and the loss that far ahead and that far behind."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope at a point, its estimated error, and the part of the error that noise makes.

    left, right: the one-sided slopes; they differ at a kink, where `value` is their mean, and one
    is NaN at the border of where the loss is finite. flat: no value of the loss differed. why: the
    reason why this is not to be believed; empty where it is to be.
    """

    value: float
    error: float
    noise: float
    left: float
    right: float
    flat: bool = False
    why: str = ""

    @property
    def low(self) -> float:
        """The smaller of the one-sided slopes."""
        return min((s for s in (self.left, self.right) if s == s), default=self.value)

    @property
    def high(self) -> float:
        """The larger of the one-sided slopes."""
        return max((s for s in (self.left, self.right) if s == s), default=self.value)

    @property
    def kink(self) -> bool:
        """Whether the one-sided slopes differ."""
        return self.left != self.right and not self.border

    @property
    def border(self) -> bool:
        """Whether the loss is finite on one side only."""
        return math.isnan(self.left) != math.isnan(self.right)

    @property
    def size(self) -> float:
        """The larger of the one-sided slopes in magnitude; 0 where nothing was found."""
        return max(abs(self.low), abs(self.high)) if math.isfinite(self.error) else 0.0

    @property
    def sharp(self) -> bool:
        """Whether it is known to a small part of itself."""
        return self.error <= (GOOD_KINK if self.kink else GOOD) * self.size

    @property
    def settled(self) -> bool:
        """Whether the estimates from different steps agree, but for noise."""
        return self.error - self.noise <= max(self.noise, UNSETTLED * self.size)

    @property
    def known(self) -> bool:
        """Whether a finer step would tell no more: it is sharp, or noise is in the way."""
        return not self.border and not self.why and (self.sharp or self.noisy)

    @property
    def noisy(self) -> bool:
        """Whether noise makes most of the error."""
        return math.isfinite(self.error) and self.noise >= self.error / 4


UNKNOWN = Slope(math.nan, math.inf, 0.0, math.nan, math.nan)


def estimated(noise: Noise, values: list[Values]) -> Slope:
    """What the values at steps that halve each time say of the slopes."""
    here, n = noise.here, noise.of(noise.here)
    rows = []
    for h, a, b in values:
        na, nb = noise.of(a), noise.of(b)
        rows.append(
            (
                ((a - here) / h, (n + na) / h),
                ((here - b) / h, (n + nb) / h),
                ((a - b) / (2 * h), math.hypot(na, nb) / (2 * h)),
                ((a - here + (b - here)) / (2 * h), (na + nb + 2 * n) / (2 * h)),
            )
        )
    right, left, central, jump = (
        limit([q for q, _ in quotients], [noisy for _, noisy in quotients], powers)
        for quotients, powers in zip(zip(*rows, strict=True), (ALL, ALL, EVEN, ODD), strict=True)
    )
    if not math.isfinite(central.error):
        side = min(right, left, key=lambda s: s.error)
        sides = (math.nan, side.value) if side is right else (side.value, math.nan)
        return Slope(side.value, side.error, side.noise, *sides)
    doubt = right.error + left.error
    if abs(right.value - left.value) > APART * doubt:
        mean = (left.value + right.value) / 2
        return Slope(mean, doubt, right.noise + left.noise, left.value, right.value)
    # A kink too small to be told from a bend moves the truth to either side by half its jump.
    unseen = jump.error - jump.noise + abs(jump.value)
    flat = all(a == b == here for _, a, b in values)
    c = central.value
    return Slope(c, central.error + unseen, central.noise + min(jump.noise, unseen), c, c, flat)
