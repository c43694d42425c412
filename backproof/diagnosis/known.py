"""The true quantities of a run: values of the forward pass, adjoints, slopes, and their names."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.following import Family, Program, families
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.written import cited, name, where
from backproof.exact.record import Step

SAME = 1e-7
"""The part by which the mean sizes of two arrays differ whose numbers are the same."""


class Known:
    """What is known to be true, and by what name.

    Arrays count as the same in whatever order and shape their numbers stand: random numbers do not
    agree by chance.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._adjoint_of = {g.number: k for k, g in program.adjoints.items()}
        self._forward = {s.number: s for s in program.forward}

    @cached_property
    def _sizes(self) -> Any:
        steps = [s for s in [*self.program.forward, *self.program.reverse] if s.is_float]
        return np.array([self._size(s) for s in steps]).reshape(-1, 6)

    def _size(self, step: Step) -> list[float]:
        return [x for values in self.program.points for x in sizes(values[step.number])]

    def holds(self, values: Iterable[Any]) -> bool:
        """Whether the values of a step, at both points, are those of a true quantity."""
        wanted = np.array([x for v in values for x in sizes(v)])
        if wanted.size != 6 or not np.isfinite(wanted).all() or not wanted.any():
            return False
        near = np.abs(self._sizes - wanted) <= SAME * self._scale(wanted)
        return bool(near.all(axis=1).any())

    @staticmethod
    def _scale(wanted: Any) -> Any:
        return np.repeat(wanted[1::3], 3)

    def true_of(self, shape: tuple[int, ...]) -> list[Step]:
        """The steps that make the true gradient, of one shape."""
        if shape not in self._by_shape:
            self._by_shape[shape] = [s for s in self.program.reverse if s.shape == shape]
        return self._by_shape[shape]

    @cached_property
    def _by_shape(self) -> dict[tuple[int, ...], list[Step]]:
        return {}

    def is_true(self, family: Family) -> bool:
        """Whether a family's values are true quantities at every turn."""
        points = self.program.points
        return all(self.holds([v[s.number] for v in points]) for s in family.steps)

    def variables(self, family: Family) -> list[Quantity]:
        """What a family's operands could be instead of all that the author has at hand: arguments,
        values of the forward pass, and what the backward pass has made before; each value once.
        """
        if family.turns > 1:
            return self._in_loops(family.turns)
        before = family.first.number
        mine = [q for q in self._at_hand if q.steps[0].number < before or not self._is_claimed(q)]
        return self._once(mine)

    def _is_claimed(self, quantity: Quantity) -> bool:
        return quantity.steps[0].number in self._claimed

    @cached_property
    def _claimed(self) -> frozenset[int]:
        return frozenset(s.number for s in self.program.claim)

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
    def _loops(self) -> dict[int, list[Quantity]]:
        return {}

    @cached_property
    def parts(self) -> list[Quantity]:
        """The true gradients of all steps, and what they are made of, each value once."""
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
        groups = [f.steps for f in self.program.families if f.turns == turns]
        found = self._once(self._quantity(g) for g in groups)
        return [replace(q, words=f"{q.words} of the turn before", carried=True) for q in found]

    def parts_in_loops(self, turns: int) -> list[Quantity]:
        """The same, turn by turn of a loop, from the last turn of the forward pass to the first."""
        groups = [f.steps for f in families(self.program.reverse) if f.turns == turns]
        return self._once(self._quantity(g) for g in groups if g[0].size > 1)

    def _once(self, quantities: Iterable[Quantity]) -> list[Quantity]:
        """Each value by its best name: a variable's before an expression."""
        found: dict[Any, Quantity] = {}
        for quantity in quantities:
            if quantity.short:
                key = tuple(map(self._key, quantity.steps))
                known = found.get(key)
                if known is None or quantity.short.isidentifier() > known.short.isidentifier():
                    found[key] = quantity
        return list(found.values())

    def _key(self, step: Step) -> Any:
        if step.number not in self._keys:
            self._keys[step.number] = _digits(self.program.points[0][step.number])
        return self._keys[step.number]

    @cached_property
    def _keys(self) -> dict[int, Any]:
        return {}

    def _quantity(self, steps: Sequence[Step]) -> Quantity:
        return Quantity(tuple(steps), self.words(steps[0]), self._short(steps[0]))

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
        if step.number in self.program.names:
            return f"`{self.program.names[step.number]}`"
        if step.number in self._adjoint_of:
            y = self._forward.get(self._adjoint_of[step.number])
            return f"the gradient of {described(y)}" if y is not None else "a true gradient"
        if step.number in self._reverse:
            return f"a factor of the chain rule through {cited(step.place)}"
        return described(step)

    def _short(self, step: Step) -> str:
        if step.number in self.program.names:
            return self.program.names[step.number]
        if step.number in self._adjoint_of or step.number in self._reverse:
            return self.words(step)
        return name(step)

    @cached_property
    def _reverse(self) -> frozenset[int]:
        return frozenset(s.number for s in self.program.reverse)


def _is_variable(step: Step) -> bool:
    return step.primitive.name != "constant" or step.size > 1


def described(step: Step) -> str:
    """A step by its name and where it is computed."""
    own = name(step)
    line = where(step.place)
    if not own:
        return line or "a value without a name"
    return f"`{own}` ({line})" if own and line and "name" not in step.settings else f"`{own}`"


def sizes(value: Any) -> tuple[float, float, float]:
    """The mean of an array's values, of their sizes, and the root of that of their squares."""
    v = np.asarray(value, dtype=np.float64)
    if not v.size:
        return 0.0, 0.0, 0.0
    return float(v.mean()), float(np.abs(v).mean()), float(np.sqrt((v * v).mean()))


def _digits(value: Any) -> Any:
    """The same for arrays that are the same to ten digits."""
    v = np.asarray(value, dtype=np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (np.floor(np.log10(np.abs(v).max(initial=0.0) or 1.0)) - 9)
        return v.shape, np.round(v / scale).tobytes()
