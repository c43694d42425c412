"""A value that a step may be compared with, by its name."""

from dataclasses import dataclass
from typing import Any

from backproof.diagnosis.following import Values
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A value that a step may be compared with, at every turn of a loop.

    steps: one for all turns, or one a turn. words: what it is; short: its name in the code.
    carried: whether a turn has that of the turn before, the first one nothing. is_cotangent:
    whether it comes from above.
    """

    steps: tuple[Step, ...]
    words: str
    short: str
    carried: bool = False
    is_cotangent: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape at every turn."""
        return self.steps[0].shape

    def at(self, turn: int, values: Values) -> Any:
        """Its value at a turn."""
        if self.carried:
            return values[self.steps[turn - 1].number] if turn else 0.0
        return values[self.steps[turn if len(self.steps) > 1 else 0].number]
