"""What one step of a backward pass may have been meant to be: every small change of it.

A repair says how the step's value would be computed and, in words, what is wrong with it as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from backproof.diagnosis.following import Change, Family, Values
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.written import operands, text
from backproof.exact.record import Place, Step


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One change of one step. slug: of the code that it amounts to; words: what should be. place:
    of what is to be changed, where that is not the step itself.
    """

    slug: str
    words: str
    change: Change
    place: Place | None = None


OPERATORS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "add": ("+", np.add),
    "subtract": ("-", np.subtract),
    "multiply": ("*", np.multiply),
    "divide": ("/", np.divide),
}
RELATED = ({"+", "-"}, {"*", "/"})
"""Operators that are the inverse of each other, and are taken for each other."""
PLACES = ("first", "second", "third")
MOST_AXES = 4


def opposite(family: Family) -> Iterator[Repair]:
    """The opposite of a step's value."""
    step = family.first
    yield Repair("sign", "the sign is wrong", lambda k, given, values: -value(step, given))


def completed(family: Family, quantities: Sequence[Quantity]) -> Iterator[Repair]:
    """A factor or a term that is missing from a step, or stands in it once too often."""
    step = family.first
    for q in quantities:
        try:
            shape = np.broadcast_shapes(q.steps[0].shape, step.shape)
        except ValueError:
            continue
        if shape != step.shape or q.steps[0].size == 0:
            continue
        for symbol, words, function in (
            ("*", f"a factor is missing, {q.words}", np.multiply),
            ("/", f"it is not divided by {q.words}", np.divide),
            ("+", f"a term is missing, {q.words}", np.add),
            ("-", f"{q.words} is not subtracted", np.subtract),
        ):
            yield Repair("path-left-out", words, partial(_completed, family, q, function, symbol))


def replaced(family: Family, adjoints: Sequence[Quantity]) -> Iterator[Repair]:
    """A true gradient in the place of a step's value, its axes in any order."""
    step = family.first
    for q in adjoints:
        if q.steps[0].size == step.size and step.size > 1:
            for order in _matching(q.steps[0].shape, step.shape):
                yield Repair(
                    "unexplained",
                    f"it should be {q.words}",
                    lambda k, given, values, q=q, order=order: q.at(k, values).transpose(order),
                )
            if q.steps[0].shape != step.shape:
                yield Repair(
                    "unexplained",
                    f"it should be {q.words}",
                    lambda k, given, values, q=q: q.at(k, values).reshape(step.shape),
                )


NUMBERS = (0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -1.0, -2.0, -0.5, 1.5)
"""What a number in the code is tried as."""


def numbers(family: Family) -> Iterator[Repair]:
    """Another number in the place of one that is typed."""
    step = family.first
    for slot, x in enumerate(step.inputs):
        if x.primitive.name == "constant" and x.size == 1 and len(step.inputs) == 2:
            own = float(np.ravel(x.value)[0].real)
            for number in NUMBERS:
                if number != own:
                    is_mean = number == 1 and f"{own:g}" not in text(step.place)
                    yield Repair(
                        "factor",
                        "a sum is due, not a mean"
                        if is_mean
                        else f"the number {own:g} should be {number:g}",
                        lambda k, given, values, slot=slot, number=number: step.primitive.floats(
                            *given[:slot], number, *given[slot + 1 :]
                        ),
                    )

    if step.primitive.name == "total" and step.inputs[0].size > step.size > 0:
        n = step.inputs[0].size // step.size
        yield Repair(
            "factor", f"a mean is due, not a sum: it is not divided by {n}",
            lambda k, given, values: value(step, given) / n,
        )  # fmt: skip


def times(family: Family, factor: float) -> Repair:
    """A step's value times a number."""
    step = family.first
    words = f"it is {1 / factor:.6g} times what it should be" if factor else "it should be 0"
    return Repair("factor", words, lambda k, given, values: factor * value(step, given))


def value(step: Step, given: list[Any]) -> Any:
    """A step's value as it is, of the values of its inputs."""
    return step.primitive.floats(*given, **step.settings) if step.inputs else step.value


def operand(step: Step, slot: int) -> str:
    """An operand as it is written, else its place."""
    written = operands(step.place)
    if slot < len(written) and len(written) == len(step.inputs):
        return f"`{written[slot]}`"
    if len(step.inputs) == 1:
        return f"`{written[0]}`" if written else "what it is made of"
    return f"its {PLACES[slot]} operand" if slot < len(PLACES) else "an operand"


def _completed(
    family: Family, q: Quantity, function: Any, symbol: str, k: int, given: Any, values: Values
) -> Any:
    return function(value(family.steps[k], given), q.at(k, values))


def operators(family: Family, related: bool = True) -> Iterator[Repair]:
    """Another operator: its inverse, or with `related` false one that is not."""
    step = family.first
    if step.primitive.name not in OPERATORS:
        return
    own = OPERATORS[step.primitive.name][0]
    for symbol, function in OPERATORS.values():
        if symbol != own and ({symbol, own} in RELATED) is related:
            slug = ("sign" if own in "+-" else "factor") if related else "swapped"
            words = f"the operator should be {symbol}, not {own}"
            yield Repair(slug, words, lambda k, given, values, f=function: f(*given))
    for symbol, function in (("-", np.subtract), ("/", np.divide)):
        if (symbol == own or {symbol, own} in RELATED) and related is (symbol == "-"):
            words = "the operands are exchanged"
            if symbol != own:
                words = f"the operator should be {symbol}, with the operands exchanged, not {own}"
            slug = "sign" if symbol == "-" else "swapped"
            yield Repair(slug, words, lambda k, given, values, f=function: f(*given[::-1]))


def _matching(these: tuple[int, ...], those: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The orders of axes that make one shape another."""
    if len(these) == len(those) <= MOST_AXES:
        for order in permutations(range(len(these))):
            if tuple(these[k] for k in order) == those:
                yield order
