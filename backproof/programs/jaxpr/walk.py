"""One run of a jaxpr: every equation bound by JAX on the run's own arrays, and left as steps."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from jax.extend.core import Literal

from backproof.exact.place import Place
from backproof.exact.precision import Precision, precision_of
from backproof.exact.primitives.decisions import other
from backproof.exact.primitives.moves import move, moved
from backproof.exact.record import Record, Step
from backproof.programs.frames import Frames
from backproof.programs.jaxpr.control import CONTROL
from backproof.programs.jaxpr.equations import (
    bound,
    builds,
    format_of,
    implementation,
    is_dropped,
    key_of,
)
from backproof.programs.jaxpr.held import Held, is_float, is_number
from backproof.programs.jaxpr.place import place_of
from backproof.programs.jaxpr.rules import Calls
from backproof.programs.jaxpr.table import INDEXED, LAYOUTS, NUMBERS, REFUSED
from backproof.programs.run import CannotFollow
from backproof.programs.settle import settled
from backproof.verdict.decisions import LONGEST

RENAMED = {"checkpoint": "remat2", "pjit": "jit"}
"""What a primitive of the tables was called in an older JAX."""
REFUSAL = "JAX's operation"


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through jaxprs, all into one record.

    within: where the program stands that is walked through. known: what equations gave, so that
    the same operation on the same arrays, of a forward pass and its repetition for a reverse mode,
    is one step. frames: which code is the user's. calls: of functions with custom rules. further:
    so many times as many turns as a loop takes it is run on.
    """

    record: Record
    within: Place | None = None
    known: dict[Any, list[Held]] = field(default_factory=dict)
    frames: Frames = field(default_factory=Frames)
    calls: Calls = field(default_factory=Calls)
    further: int = 0

    def run(self, program: Any, *inputs: Held) -> list[Held]:
        """The outputs of a jaxpr, closed or not.

        Raises CannotFollow, which names the operation and the line, where one has no rule.
        """
        jaxpr, consts = getattr(program, "jaxpr", program), getattr(program, "consts", ())
        env = dict(zip(jaxpr.invars, inputs, strict=True))
        env.update(zip(jaxpr.constvars, map(Held.of, consts), strict=True))
        for eqn in jaxpr.eqns:
            results = self._once(eqn, [_read(atom, env) for atom in eqn.invars])
            env.update(zip(eqn.outvars, results, strict=True))
        return [_read(atom, env) for atom in jaxpr.outvars]

    def moved(self, layout: Callable[..., Any], *sources: Held, by: tuple[Held, ...] = ()) -> Held:
        """What a function that puts elements elsewhere, and computes none, makes of arrays."""
        given = (*sources, *by)
        if not any(x.moves for x in given):
            return Held.of(layout(*(x.array for x in given)))
        steps = [x.as_step(self.record) for x in given]
        if is_float(sources[0].array.dtype):
            step = moved(layout, *steps[: len(sources)], by=tuple(steps[len(sources) :]))
            step.precision = step.accumulator = precision_of(sources[0].array.dtype)
        else:
            step = other(*steps, function=layout)
        return Held.made(step.value.astype(sources[0].array.dtype), step)

    def _once(self, eqn: Any, given: list[Held]) -> list[Held]:
        """The outputs of an equation, if it was met before those of then."""
        name = RENAMED.get(eqn.primitive.name, eqn.primitive.name)
        place = place_of(eqn.source_info, self.frames, self.within, self.calls)
        if len(self.record.steps) > LONGEST:
            raise CannotFollow(f"more than {LONGEST} operations, at {place}")
        before, self.record.place = self.record.place, place
        try:
            if name in CONTROL:
                return CONTROL[name](replace(self, within=place), *given, **eqn.params)
            key = key_of(eqn, given)
            known = self.known.get(key) if key else None
            results = known or self._followed(name, eqn, given, place)
            if key:
                self.known[key] = results
            return results
        finally:
            self.record.place = before

    def _followed(self, name: str, eqn: Any, given: list[Held], place: Place | None) -> list[Held]:
        try:
            return self._step(name, eqn, given, place)
        except CannotFollow as refusal:
            if str(refusal).startswith(REFUSAL):  # of an operation inside
                raise
            where = f", at {place}" if place else ""
            raise CannotFollow(f"{REFUSAL} '{name}': {refusal}{where}") from refusal

    def _step(self, name: str, eqn: Any, given: list[Held], place: Place | None) -> list[Held]:
        if name in LAYOUTS:
            return [self.moved(partial(LAYOUTS[name], **eqn.params), *given)]
        if name in INDEXED:
            return INDEXED[name](self, *given, **eqn.params)
        if not any(x.moves for x in given):
            if name in NUMBERS and all(map(is_number, (*eqn.invars, *eqn.outvars))):
                return [replace(y, moves=False) for y in self._computed(name, eqn, given, place)]
            return [Held.of(y) for y in bound(eqn, [x.array for x in given])]
        if name not in REFUSED:
            program = implementation(eqn, [x.array for x in given])
            if program is not None:
                return replace(self, within=place).run(program, *given)
        return self._computed(name, eqn, given, place)

    def _computed(self, name: str, eqn: Any, given: list[Held], place: Any) -> list[Held]:
        if name in REFUSED:
            raise CannotFollow(REFUSED[name])
        steps = [x.as_step(self.record) for x in given]
        building = builds(name, eqn, steps)
        values = bound(eqn, [x.array for x in given])
        return [
            Held.of(y) if is_dropped(v) else self._settled(build, y, format_of(name, eqn, y), place)
            for build, y, v in zip(building, values, eqn.outvars, strict=True)
        ]

    def _settled(self, build: Any, value: Any, precision: Precision | None, place: Any) -> Held:
        """What a rule appended, with the value of the run; that too of the step whose elements the
        last one only puts elsewhere.
        """
        first = len(self.record.steps)
        step = settled(self.record, build, value, precision, place=place)
        before = moved_whole(step)
        if before is not None and before.number >= first:
            given = np.empty(step.size, step.value.dtype)
            given[step.settings["positions"].ravel() - 1] = step.value.ravel()
            before.value = given.reshape(before.shape)
            self.record.unlike[:] = [before if x is step else x for x in self.record.unlike]
        return Held.made(value, step)


def moved_whole(step: Step) -> Step | None:
    """The step all of whose elements another one puts elsewhere, each once."""
    if step.primitive is not move or len(step.inputs) != 1:
        return None
    positions, size = step.settings["positions"].ravel(), step.inputs[0].size
    whole = positions.size == size and np.array_equal(np.sort(positions), np.arange(1, size + 1))
    return step.inputs[0] if whole else None


def _read(atom: Any, env: dict[Any, Held]) -> Held:
    if isinstance(atom, Literal):
        return Held.of(np.asarray(atom.val, dtype=_dtype(atom)))
    return env[atom]


def _dtype(variable: Any) -> Any:
    return variable.aval.dtype
