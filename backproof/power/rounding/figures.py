"""What the trial of rounding found: shares of error ratios, losses of digits, smallest faults."""

from dataclasses import asdict, dataclass, field
from typing import Any

from backproof.power.rounding.smallest import Smallest
from backproof.verdict import decisions

TYPICAL = 0.1, 1.0
"""Units: the root mean square of the errors of right code lies between."""
LEVELS = (2.0, decisions.DOUBTFUL, decisions.LIMIT)


@dataclass(frozen=True, slots=True)
class Shares:
    """The error ratios of right code in one format.

    typical: the root mean square of the ratios, near 1 if the unit is what rounding makes. above:
    by the levels, which share of the elements lies above. worst_at: the layer and the seed.
    accused: what was not passed, each with its layer, seed and status; unfollowed: how many of
    them have no record.
    """

    format: str
    layers: int
    elements: int
    typical: float
    above: dict[str, float]
    worst: float
    worst_at: str
    accused: list[str] = field(default_factory=list)
    unfollowed: int = 0

    @property
    def passed(self) -> bool:
        """Whether all of it is as it ought to be."""
        least, most = TYPICAL
        fits = least <= self.typical <= most
        return fits and self.worst <= decisions.LIMIT and not self.accused

    def __str__(self) -> str:
        """The shares in a line, then everything accused."""
        shares = ", ".join(f"{share:.1e} above {level}" for level, share in self.above.items())
        head = (
            f"{self.format:>16}: {self.layers} layers, {self.elements:,} elements, typically "
            f"{self.typical:.2f}: {shares}; worst {self.worst:.2f} ({self.worst_at})"
        )
        return "\n".join([head, *(f"ACCUSED: {who}" for who in self.accused)])


@dataclass(frozen=True, slots=True)
class Loss:
    """An unstable backward pass in one format: its largest error ratio, and what it was called."""

    format: str
    name: str
    ratio: float
    status: str
    detected: bool

    def __str__(self) -> str:
        """The ratio in a line."""
        return f"{self.format:>16} {self.name:<26} {self.ratio:8.3g} units: {self.status}"


@dataclass(frozen=True, slots=True)
class Rounding:
    """The rules' own figures, and the decisions that rest on them."""

    seeds: int
    shares: list[Shares]
    unstable: list[Loss]
    smallest: list[Smallest]
    decisions: dict[str, Any]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no right layer is above the limit or accused, every unstable one detected, and
        the unit the size that errors have.
        """
        return all(s.passed for s in self.shares) and all(loss.detected for loss in self.unstable)

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {**asdict(self), "passed": self.passed}

    def __str__(self) -> str:
        """The figures in tables, the decisions last."""
        decided = ", ".join(f"{name} {value:g}" for name, value in self.decisions.items())
        return "\n".join(
            [
                f"error ratios of right code at {self.seeds} seeds",
                *map(str, self.shares),
                "unstable backward passes",
                *map(str, self.unstable),
                "the smallest faults seen",
                *map(str, self.smallest),
                f"decided by: {decided}",
            ]
        )


def decided() -> dict[str, Any]:
    """The numbers that turn verdicts, by name."""
    return {n: v for n, v in vars(decisions).items() if n.isupper() and isinstance(v, int | float)}
