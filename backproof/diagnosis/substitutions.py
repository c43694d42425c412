"""What a step may have been meant to be: other operands, fewer of them, another function."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy.special import expit

from backproof.diagnosis.extremes import extreme
from backproof.diagnosis.families import Family
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.repairs import (
    OPERATORS,
    SUM_IS_DUE,
    Repair,
    is_mean,
    operand,
    with_operand,
)
from backproof.exact.record import Step

STRAIGHT = ("add", "subtract", "negative", "multiply", "divide")
"""Functions that bend nothing, of one operand and of numbers."""
LONGEST = 24
"""No function is made of more steps."""
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


def substituted(
    family: Family, quantities: Sequence[Quantity], slots: Sequence[int] = (0, 1, 2)
) -> Iterator[Repair]:
    """Another variable in the place of an operand."""
    step = family.first
    joins = step.primitive.name == "move" and len(step.inputs) > 1
    for slot, x in enumerate(() if joins else step.inputs):
        own = operand(step, slot)
        for q in quantities if slot in slots else ():
            alike = q.shape == x.shape and q.steps[0].is_float is x.is_float
            if alike and q.steps[0] is not x and x.primitive.name != "constant":
                words = f"{own} should be {q.words}"
                change = with_operand(family, slot, lambda k, v, vs, q=q: q.at(k, vs))
                yield Repair(of_operand(x, q), words, change)


def simplified(family: Family) -> Iterator[Repair]:
    """An operand or a function too many, the opposite of a decision."""
    step = family.first
    yield from _dropped(step)
    if len(step.inputs) == 1 and step.primitive.slopes:
        words = f"{step.primitive.name} is applied once too often"
        yield Repair("at-the-output", words, lambda k, given, values: given[0])
    for slot, x in enumerate(step.inputs):
        if not x.is_float and x.value.dtype == bool:
            words = f"the condition {operand(step, slot)} should be the opposite"
            change = with_operand(family, slot, lambda k, v, vs: np.logical_not(v))
            yield Repair("one-sided-clamp", words, change)


def functions(family: Family) -> Iterator[Repair]:
    """Another function of a step's operand, or a function of one in its place."""
    step = family.first
    if len(step.inputs) == 1 and step.primitive.slopes:
        for name, f in FUNCTIONS.items():
            if name != step.primitive.name:
                words = f"the function should be {name}, not {step.primitive.name}"
                yield Repair("swapped", words, lambda k, given, values, f=f: f(given[0]))
    for slot, x in enumerate(step.inputs if step.primitive.name in OPERATORS else ()):
        for name, f in FUNCTIONS.items() if x.is_float and x.primitive.name != "constant" else ():
            words = f"{operand(step, slot)} should be {name} of it"
            yield Repair("swapped", words, with_operand(family, slot, lambda k, v, vs, f=f: f(v)))


def of_operand(x: Step, q: Quantity) -> str:
    """At the output for the input, or the other way round; without the epsilon or the bound that
    the other has; else another variable.
    """
    other = q.steps[0]
    if not x.is_float or _bounded(x, other) or _bounded(other, x):
        return "one-sided-clamp"
    if any(a.primitive.name == "move" and b in a.inputs for a, b in ((x, other), (other, x))):
        return "transposed" if np.array_equal(x.value, np.transpose(other.value)) else "shifted"
    if q.is_cotangent and any(a is b for a, b in _neighbours(x, other)):
        return "not-linear"
    is_function = _is_function(x, other) or _is_function(other, x)
    return "at-the-output" if is_function else "swapped"


def _neighbours(x: Step, y: Step) -> list[tuple[Step, Step]]:
    return [*((y, a) for a in x.inputs), *((x, a) for a in y.inputs)]


def _is_function(y: Step, x: Step) -> bool:
    """Whether a step is a function of another one alone, element by element, and a bent one."""
    way: list[Step] = []
    return _leads(y, x, way) and any(s.primitive.name not in STRAIGHT for s in way)


def _leads(y: Step, x: Step, way: list[Step]) -> bool:
    while y.primitive.name == "cast":
        y = y.inputs[0]
    if y is x or y.primitive.name == "constant" or _equal(y, x):
        return True
    way.append(y)
    by_element = y.primitive.slopes or y.primitive.name == "choose"
    if y.shape != x.shape or not by_element or len(way) > LONGEST:
        return False
    return all(_leads(z, x, way) for z in y.inputs if z.is_float)


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


def _dropped(step: Step) -> Iterator[Repair]:
    if step.primitive.name not in OPERATORS:
        return
    is_term = OPERATORS[step.primitive.name][0] in "+-"
    for slot, gone in ((0, 1), (1, 0)):
        if step.inputs[slot].shape == step.shape:
            is_number = step.inputs[gone].size == 1
            slug = "counted-twice" if is_term else "factor" if is_number else "path-left-out"
            kind = "term" if is_term else "factor"
            words = f"the {kind} {operand(step, gone)} does not belong there"
            words = SUM_IS_DUE if is_mean(step, gone) else words
            yield Repair(slug, words, lambda k, given, values, slot=slot: given[slot])
