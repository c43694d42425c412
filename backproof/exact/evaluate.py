"""A record's values over balls, at any number of bits, with nobody's code run again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import Balls, to_balls
from backproof.exact.precision import Floats
from backproof.exact.record import Step

BITS = 400
"""To begin with; more where a radius asks for it."""


def ancestors(targets: Iterable[Step]) -> list[Step]:
    """The steps that the targets depend on, and the targets, in order."""
    found: dict[int, Step] = {}
    waiting = list(targets)
    while waiting:
        step = waiting.pop()
        if step.number not in found:
            found[step.number] = step
            waiting.extend(step.inputs)
    return [found[k] for k in sorted(found)]


def over_balls(
    targets: Sequence[Step],
    bits: int = BITS,
    at: Mapping[str, Balls] | None = None,
    decided: Mapping[int, Any] | None = None,
) -> list[Balls]:
    """The values of steps, with the decisions of the run.

    at: other values of inputs, by name. decided: by the number of a decision, what it is to be
    instead. Raises what FLINT raises where a function has no ball.
    """
    at, decided = at or {}, decided or {}
    steps = ancestors(targets)
    last = {x.number: s.number for s in steps for x in s.inputs}
    wanted = {t.number for t in targets}
    values: dict[int, Any] = {}
    with flint.ctx.workprec(bits):
        for step in steps:
            values[step.number] = _value(step, values, at, decided)
            for x in step.inputs:
                if last[x.number] == step.number and x.number not in wanted:
                    values.pop(x.number, None)
        return [to_balls(values[t.number]) for t in targets]


def _value(step: Step, values: dict[int, Any], at: Any, decided: Any) -> Any:
    name = step.settings.get("name")
    if step.number in decided:
        return decided[step.number]
    if not step.is_float and step.value.dtype != object:
        return step.value
    if step.primitive.decides:
        return to_balls(step.value)
    if not step.inputs and step.primitive.name in ("input", "constant"):
        return at[name] if name in at else to_balls(step.value)
    return step.primitive.balls(*(values[x.number] for x in step.inputs), **step.settings)


def over_floats(
    targets: Sequence[Step],
    at: Mapping[str, Floats] | None = None,
    replayed: bool = True,
) -> list[Any]:
    """The values of steps in float64 at other inputs; decisions as the run took them, or afresh."""
    at = at or {}
    values: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for step in ancestors(targets):
            values[step.number] = _float_value(step, values, at, replayed)
    return [values[t.number] for t in targets]


def _float_value(step: Step, values: dict[int, Any], at: Any, replayed: bool) -> Any:
    name = step.settings.get("name")
    if not step.inputs or (step.primitive.decides and replayed):
        return at.get(name, step.value) if name else step.value
    given = [values[x.number] for x in step.inputs]
    settings = step.settings
    if not replayed and settings.get("decisions"):
        settings = _laid_out(step, given)
    return step.primitive.floats(*given, **settings)


def _laid_out(step: Step, given: list[Any]) -> dict[str, Any]:
    """The settings of a move whose layout follows from decisions taken afresh."""
    from backproof.exact.primitives.moves import positions_of

    sources = step.inputs[: len(step.inputs) - step.settings["decisions"]]
    places = step.settings["layout"](*positions_of(*sources), *given[len(sources) :])
    return {**step.settings, "positions": np.asarray(places, dtype=np.int64)}
