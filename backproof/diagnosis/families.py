"""The steps of one operation of somebody's code, turn by turn of a loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backproof.exact.place import Place
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The steps of one operation at one place of the code, turn by turn."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """That of the first turn."""
        return self.steps[0]

    @property
    def place(self) -> Place | None:
        """Where it stands."""
        return self.steps[0].place

    @property
    def turns(self) -> int:
        """How often it ran."""
        return len(self.steps)


def families(steps: Sequence[Step]) -> list[Family]:
    """Steps by the place of their operation, and by which of its steps they are."""
    found: dict[Any, list[Step]] = {}
    before, count = None, 0
    for step in steps:
        place = step.place
        site = (place.file, place.line, place.start, place.end) if place else None
        count = count + 1 if site == before and site is not None else 0
        before = site
        if not step.is_float:
            continue
        key = (site, count, step.primitive.name, step.shape) if site else step.number
        found.setdefault(key, []).append(step)
    return [Family(tuple(group)) for group in found.values()]
