"""What random expressions came to: counts by format and size of the fault, and every mistake."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

DETECTED, MISSED, PASSED, ACCUSED = "detected", "missed", "passed", "accused"
WITHOUT_A_DIGIT, UNDECIDED, RAISED = "without a digit", "undecided", "the judge raised"
MISTAKES = (MISSED, ACCUSED, RAISED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expression, right or with a fault.

    outcome: of the words above; a passed gradient without a digit is right, and its rounding
    the function's own. size: of the fault, 0 where it is right. seed, number: of the expression.
    """

    format: str
    seed: int
    number: int
    outcome: str
    size: float = 0.0
    status: str = ""
    said: str = ""
    source: str = ""

    def __str__(self) -> str:
        """What was judged, what it was called, and its source."""
        return (
            f"{self.outcome}: {self.format}, seed {self.seed}, number {self.number}, off by "
            f"{self.size:g}: {self.status} {self.said}\n{self.source}"
        )


@dataclass(frozen=True, slots=True)
class Expressions:
    """How many expressions of each format and size of fault came to which outcome."""

    count: int
    seeds: tuple[int, ...]
    counts: dict[str, dict[str, dict[str, int]]]
    mistakes: list[Outcome] = field(default_factory=list)
    undecided: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether any is judged, no wrong one missed, no right one accused, and the judge never
        raised.
        """
        return bool(self.counts) and not self.mistakes

    def to_json(self) -> dict[str, Any]:
        """The counts, and every mistake with its source, as JSON values."""
        return {**asdict(self), "passed": self.passed}

    def __str__(self) -> str:
        """A line for each format and size, then every mistake."""
        lines = [
            f"{self.count} random expressions at the seeds {' and '.join(map(str, self.seeds))}"
        ]
        for name, sizes in self.counts.items():
            for size, found in sizes.items():
                said = ", ".join(f"{n} {outcome}" for outcome, n in found.items())
                lines.append(f"{name:>16} {size:>8}: {said}")
        return "\n".join([*lines, *map(str, self.mistakes)])


def counted(found: Sequence[Outcome]) -> dict[str, dict[str, dict[str, int]]]:
    """By format and decade of the fault, how many came to which outcome."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for o in found:
        size = f"{10.0 ** np.floor(np.log10(o.size)):.0e}" if o.size else "right"
        counts.setdefault(o.format, {}).setdefault(size, Counter())[o.outcome] += 1
    return {
        name: {size: dict(sizes[size]) for size in sorted(sizes, key=_order)}
        for name, sizes in counts.items()
    }


def _order(size: str) -> float:
    return -np.inf if size == "right" else -float(size)
