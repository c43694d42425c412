"""What stands at hand where a backward pass is written, and what it is called."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.families import Family, families
from backproof.diagnosis.following import Program
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.written import cited, described, is_borrowed, name, operands
from backproof.exact.record import Step


class Known:
    """The quantities of a run by their names: variables, true gradients and what makes them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._adjoint_of = {g.number: k for k, g in program.adjoints.items()}
        self._forward = {s.number: s for s in program.forward}
        self._reverse = frozenset(s.number for s in program.reverse)
        self._claimed = frozenset(s.number for s in program.claim)
        self._loops: dict[int, list[Quantity]] = {}
        self._keys: dict[int, Any] = {}

    def variables(self, family: Family) -> list[Quantity]:
        """What a family's operands could be instead of all that the author has at hand: arguments,
        values of the forward pass, and what the backward pass has made before; each value once.
        """
        if family.turns > 1:
            return self._in_loops(family.turns)
        before = family.first.number
        at_hand = ((q, q.steps[0].number) for q in self._at_hand)
        return self._once(q for q, n in at_hand if n < before or n not in self._claimed)

    @cached_property
    def _at_hand(self) -> list[Quantity]:
        program = self.program
        steps = [s for s in [*program.given, *program.claim, *program.forward] if s.is_float]
        return [self._quantity([s]) for s in steps if _is_variable(s)]

    def _in_loops(self, turns: int) -> list[Quantity]:
        if turns not in self._loops:
            groups = [q.steps for q in self._at_hand]
            self._loops[turns] = self._once(
                self._quantity(g) for g in [*self._aligned(turns), *groups] if _is_variable(g[0])
            )
        return self._loops[turns]

    @cached_property
    def constants(self) -> dict[float, str]:
        """The numbers of the forward pass that have names."""
        found = {}
        for step in self.program.forward:
            for slot, x in enumerate(step.inputs):
                named = "".join(operands(step.place)[slot : slot + 1])
                if not _is_variable(x) and named.isidentifier():
                    found[float(np.ravel(x.value)[0].real)] = named
        return found

    def decisions(self, family: Family) -> list[Quantity]:
        """The decisions of the forward pass, for what stands in no loop."""
        steps = self.program.forward if family.turns == 1 else ()
        return [
            Quantity((s,), f"what {self.words(s)} decides", self.words(s))
            for s in steps
            if s.primitive.decides and not s.is_float
        ]

    def parts(self, turns: int) -> list[Quantity]:
        """The true gradients of all steps, and what they are made of, each value once; turn by turn
        of a loop, from the last turn of the forward pass to the first.
        """
        if turns > 1:
            groups = [f.steps for f in families(self.program.reverse) if f.turns == turns]
            return self._once(self._quantity(g) for g in groups if g[0].size > 1)
        return self._parts

    @cached_property
    def _parts(self) -> list[Quantity]:
        reverse = [*self.program.adjoints.values(), *self.program.reverse]
        return self._once(self._quantity([s]) for s in reverse if s.size > 1)

    def adjoints(self, turns: int) -> list[Quantity]:
        """The true gradients of the forward pass, of as many turns."""
        groups = families([s for s in self.program.forward if s.number in self.program.adjoints])
        found: list[tuple[Step, ...]] = []
        for group in groups:
            steps = tuple(self.program.adjoints[s.number] for s in group.steps)
            if group.turns == turns > 1:
                found += [steps, steps[::-1]]
            elif turns == 1:
                found += [(s,) for s in steps]
        return [self._quantity(s) for s in found]

    def carried(self, turns: int) -> list[Quantity]:
        """What the turn before has made, of a loop of the backward pass."""
        groups = [f.steps for f in self.program.families if f.turns == turns > 1]
        found = self._once(self._quantity(g) for g in groups)
        return [replace(q, words=f"{q.words} of the turn before", carried=True) for q in found]

    def _once(self, quantities: Iterable[Quantity]) -> list[Quantity]:
        """Each value by its best name: a variable's before an expression."""
        found: dict[Any, Quantity] = {}
        for quantity in quantities:
            if quantity.short and self.program.points[0][quantity.steps[0].number].any():
                key = tuple(map(self._key, quantity.steps))
                known = found.get(key)
                if known is None or quantity.short.isidentifier() > known.short.isidentifier():
                    found[key] = quantity
        return list(found.values())

    def _key(self, step: Step) -> Any:
        if step.number not in self._keys:
            self._keys[step.number] = _digits(self.program.points[0][step.number])
        return self._keys[step.number]

    def _quantity(self, steps: Sequence[Step]) -> Quantity:
        first, dys = steps[0], self.program.cotangents
        return Quantity(
            tuple(steps), self.words(first), self._short(first), is_cotangent=first in dys
        )

    def _aligned(self, turns: int) -> Iterable[Sequence[Step]]:
        """What stands turn by turn in a loop of so many: results and operands of its steps, in
        the loop's order and, as those of a forward pass are read, from the last to the first.
        """
        for family in [*families(self.program.forward), *self.program.families]:
            if family.turns != turns:
                continue
            rows = [list(family.steps)]
            rows += [list(xs) for xs in zip(*(s.inputs for s in family.steps), strict=False)]
            for row in rows:
                if len({x.shape for x in row}) == 1 and all(x.is_float for x in row):
                    yield row
                    yield row[::-1]

    def words(self, step: Step) -> str:
        """What a quantity is: by its name and line, or by what it is the gradient of."""
        if is_borrowed(step):
            return self.words(step.inputs[0])
        if step.number in self.program.names:
            return f"`{self.program.names[step.number]}`"
        if step.number in self._adjoint_of:
            y = self._forward.get(self._adjoint_of[step.number])
            return f"the gradient of {described(y)}" if y is not None else "a true gradient"
        if step.number in self._reverse:
            return f"a factor of the chain rule through {cited(step.place)}"
        return described(step)

    def _short(self, step: Step) -> str:
        if is_borrowed(step):
            return self._short(step.inputs[0])
        if step.number in self.program.names:
            return self.program.names[step.number]
        if step.number in self._adjoint_of or step.number in self._reverse:
            return self.words(step)
        return name(step)


def _is_variable(step: Step) -> bool:
    return step.primitive.name != "constant" or step.size > 1


def _digits(value: Any) -> Any:
    """The same for arrays that are the same to ten digits."""
    v = np.asarray(value, dtype=np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (np.floor(np.log10(np.abs(v).max(initial=0.0) or 1.0)) - 9)
        return v.shape, np.round(v / scale).tobytes()
