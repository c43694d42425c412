"""How much work a search for a mistake may be: counted, so that no clock decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

EFFORT = 60_000
"""So many steps are computed again at most, of all changes together; one of many numbers counts as
several.
"""
RESERVE = 10_000
"""So much of it is kept for the last question: which step should have a true gradient's value."""
NUMBERS = 2000
"""So many numbers take as long as a step itself."""


@dataclass(slots=True)
class Effort:
    """Work that is counted: what is left of it."""

    left: int = EFFORT

    def spend(self, values: Mapping[int, Any]) -> None:
        """What it took to compute the values of steps."""
        self.left -= sum(1 + np.size(v) // NUMBERS for v in values.values())
