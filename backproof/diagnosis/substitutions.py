"""What a step may have been meant to be: other operands, fewer of them, another function."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy.special import expit

from backproof.diagnosis.following import Change, Family, Values
from backproof.diagnosis.kinds import extreme
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.repairs import OPERATORS, Repair, operand, operators
from backproof.exact.record import Step

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "sigmoid": expit,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sqrt": np.sqrt,
    "square": np.square,
    "cube": lambda x: x**3,
}


def swapped(family: Family, quantities: Sequence[Quantity]) -> Iterator[Repair]:
    """Changes of an operand: another variable in its place, none, or another function of it."""
    step = family.first
    joins = step.primitive.name == "move" and len(step.inputs) > 1
    for slot, x in enumerate(() if joins else step.inputs):
        if not x.is_float:
            continue
        own = operand(step, slot)
        for q in quantities:
            if q.steps[0].shape == x.shape and q.steps[0].number != x.number:
                words = (
                    f"{own} should be `{q.short}`"
                    if q.short == q.words
                    else (f"{own} should be {q.words}")
                )
                yield Repair(_of_operand(x, q), words, with_operands(family, [slot], q))
    yield from operators(family, related=False)
    yield from _dropped(step)
    yield from _functions(step)


def _of_operand(x: Step, q: Quantity) -> str:
    """At the output for the input, or the other way round; without the epsilon or the bound that
    the other has; else another variable.
    """
    other = q.steps[0]
    if _bounded(x, other) or _bounded(other, x):
        return "one-sided-clamp"
    related = any(
        a is b for a, b in [*((other, y) for y in x.inputs), *((x, y) for y in other.inputs)]
    )
    unary = len(x.inputs) == 1 and len(other.inputs) <= 1
    return "at-the-output" if related and unary and x.primitive.slopes else "swapped"


def _bounded(x: Step, other: Step) -> bool:
    """Whether `other` is x with a number added to it, or x within a bound."""
    kept = [y for y in other.inputs if y.primitive.name not in ("constant", "number")]
    kept = [y for y in kept if y.is_float]
    if other.primitive.name == "add" and len(kept) == 1:
        return _equal(x, kept[0])
    bound = other.primitive.name == "choose" and bool(extreme(other))
    return bound and any(_equal(x, y) for y in kept)


def _equal(x: Step, y: Step) -> bool:
    return x.shape == y.shape and bool(np.allclose(x.value, y.value, rtol=1e-6, atol=0.0))


def with_operands(family: Family, slots: Sequence[int], q: Quantity) -> Change:
    """A step with a quantity in the place of some of its operands."""

    def change(k: int, given: list[Any], values: Values) -> Any:
        step = family.steps[k]
        moved = [q.at(k, values) if n in slots else v for n, v in enumerate(given)]
        return step.primitive.floats(*moved, **step.settings)

    return change


def _dropped(step: Step) -> Iterator[Repair]:
    if step.primitive.name not in OPERATORS:
        return
    own = OPERATORS[step.primitive.name][0]
    what, slug = ("term", "counted-twice") if own in "+-" else ("factor", "path-left-out")
    for slot in (0, 1):
        if step.inputs[slot].shape == step.shape:
            gone = operand(step, 1 - slot)
            yield Repair(
                slug,
                f"the {what} {gone} does not belong there",
                lambda k, given, values, slot=slot: given[slot],
            )


def _functions(step: Step) -> Iterator[Repair]:
    if len(step.inputs) != 1 or not step.primitive.slopes:
        return
    for name, function in FUNCTIONS.items():
        if name != step.primitive.name:
            yield Repair(
                "swapped",
                f"the function should be {name}, not {step.primitive.name}",
                lambda k, given, values, f=function: f(given[0]),
            )
    yield Repair(
        "at-the-output",
        f"{step.primitive.name} is applied once too often",
        lambda k, given, values: given[0],
    )
