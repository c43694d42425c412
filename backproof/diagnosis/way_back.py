"""The usual way back: reverse mode over a forward pass, run again with a piece of it changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backproof.diagnosis.effort import Effort
from backproof.diagnosis.following import Changes, Program
from backproof.diagnosis.repairs import PLACES
from backproof.diagnosis.runs import usual
from backproof.diagnosis.written import cited
from backproof.exact.record import Step
from backproof.programs.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """An operand of an operation at one place of the forward pass, turn by turn of a loop.

    steps: the operations; above: their adjoints; parts: what comes back through each to the operand
    at `slot`.
    """

    slot: int
    steps: tuple[Step, ...]
    above: tuple[Step, ...]
    parts: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """The operation of the first turn."""
        return self.steps[0]

    def __str__(self) -> str:
        """The edge in words."""
        step = cited(self.first.place) or f"{self.first.primitive.name} %{self.first.number}"
        if len([x for x in self.first.inputs if x.is_float]) < 2:
            return step
        return f"the {PLACES[min(self.slot, 2)]} operand of {step}"


@dataclass(frozen=True, eq=False)
class WayBack:
    """Reverse mode as a program, and the edges that it goes along, those of the end last."""

    program: Program
    edges: tuple[Edge, ...]
    effort: Effort = field(default_factory=Effort)

    @property
    def here(self) -> Mapping[int, Any]:
        """The values of all steps."""
        return self.program.points[0]

    def gradients(self, changes: Changes) -> dict[str, Any]:
        """All gradients, where steps are computed otherwise; none when all effort is spent."""
        if self.effort.left < 0:
            return {}
        found = self.program.replayed(0, changes)
        self.effort.spend(found)
        ends = {n: y.number for n, y in self.program.outputs.items()}
        return {n: found[k] if k in found else self.here[k] for n, k in ends.items()}


def way_back(run: Run) -> WayBack | None:
    """The usual way back of a run; None where it is too long or no floats."""
    parts: dict[tuple[int, int], Step] = {}
    program = usual(run, parts)
    return None if program is None else WayBack(program, _edges(program, parts))


def _edges(program: Program, parts: Mapping[tuple[int, int], Step]) -> tuple[Edge, ...]:
    groups: dict[Any, list[Step]] = {}
    for step in program.forward:
        for slot in range(len(step.inputs)):
            if (step.number, slot) in parts:
                place = step.place
                site = (place.file, place.line, place.start, place.end) if place else step.number
                shapes = step.shape, step.inputs[slot].shape
                groups.setdefault((site, step.primitive.name, slot, shapes), []).append(step)
    return tuple(
        Edge(
            key[2],
            tuple(steps),
            tuple(program.adjoints[s.number] for s in steps),
            tuple(parts[s.number, key[2]] for s in steps),
        )
        for key, steps in groups.items()
    )
