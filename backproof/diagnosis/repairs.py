"""What one step of a backward pass may have been meant to be: every small change of it.

A repair says how the step's value would be computed and, in words, what is wrong with it as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.diagnosis.families import Family
from backproof.diagnosis.following import Change, Changes, Values
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.written import is_borrowed, name, operands, text
from backproof.exact.place import Place
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One change of one step. slug: of the code that it amounts to; words: what should be. place:
    of what is to be changed, where that is not the step itself.
    """

    slug: str
    words: str
    change: Change
    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A repair of certain steps, with how each of them is computed."""

    family: Family
    repair: Repair
    changes: Changes


OPERATORS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "add": ("+", np.add),
    "subtract": ("-", np.subtract),
    "multiply": ("*", np.multiply),
    "divide": ("/", np.divide),
}
RELATED = ({"+", "-"}, {"*", "/"})
"""Operators that are the inverse of each other, and are taken for each other."""
MISSING = (
    ("a factor is missing, {}", np.multiply),
    ("it is not divided by {}", np.divide),
    ("a term is missing, {}", np.add),
    ("{} is not subtracted", np.subtract),
)
"""How a quantity may be missing from a value."""
SUM_IS_DUE = "a sum is due, not a mean"
PLACES = ("first", "second", "third")


def everywhere(family: Family, repair: Repair) -> Changes:
    """A repair at every turn."""
    return {s.number: (k, repair.change) for k, s in enumerate(family.steps)}


def opposite(family: Family) -> Iterator[Repair]:
    """The opposite of a step's value."""
    yield Repair("sign", "the sign is wrong", lambda k, given, values: -value(family, k, given))


def with_operand(family: Family, slot: int, changed: Callable[..., Any]) -> Change:
    """A step with another operand. changed: (turn, the operand, all values) to it."""

    def change(k: int, given: list[Any], values: Values) -> Any:
        return value(
            family, k, [*given[:slot], changed(k, given[slot], values), *given[slot + 1 :]]
        )

    return change


def completed(family: Family, quantities: Sequence[Quantity]) -> Iterator[Repair]:
    """A factor or a term that is missing from a step's value."""
    for words, joined in _missing(quantities, family.first):

        def change(k: int, given: list[Any], vs: Values, joined: Any = joined) -> Any:
            return joined(k, value(family, k, given), vs)

        yield Repair("path-left-out", words, change)


def within(family: Family, quantities: Sequence[Quantity]) -> Iterator[Repair]:
    """A factor or a term that is missing from an operand, before it is summed or multiplied."""
    for slot, x in enumerate(family.first.inputs):
        own = operand(family.first, slot)
        for words, joined in _missing(quantities, x) if x.is_float and x.size > 1 else ():
            yield Repair("path-left-out", f"in {own} {words}", with_operand(family, slot, joined))


def _missing(quantities: Sequence[Quantity], step: Step) -> Iterator[tuple[str, Any]]:
    """What may be missing from a value: in words, and (turn, the value, all values) to the whole.

    A quantity of fewer axes is spread from the last one on, or from the first.
    """
    for q in quantities:
        for shape in {q.shape, (*q.shape, *[1] * (step.ndim - len(q.shape)))}:
            if _spreads(shape, step.shape) and q.steps[0].size > 0:
                for words, function in MISSING:
                    yield (
                        words.format(q.words),
                        lambda k, v, vs, q=q, f=function, s=shape: f(v, np.reshape(q.at(k, vs), s)),
                    )


def _spreads(shape: tuple[int, ...], over: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, over) == over
    except ValueError:
        return False


def value(family: Family, turn: int, given: list[Any]) -> Any:
    """A step's value as it is, of the values of its inputs."""
    step = family.steps[turn]
    return step.primitive.floats(*given, **step.settings) if step.inputs else step.value


def operand(step: Step, slot: int) -> str:
    """An operand as it is written, else its place."""
    if is_borrowed(step):
        return f"`{name(step.inputs[0])}`"
    written = operands(step.place)
    if slot < len(written) and len(written) == len(step.inputs):
        return f"`{written[slot]}`"
    x = step.inputs[slot]
    if x.primitive.name == "constant" and x.size == 1:
        return f"{float(np.ravel(x.value)[0].real):.6g}"
    if len(step.inputs) == 1:
        return f"`{written[0]}`" if written else "what it is made of"
    return f"its {PLACES[slot]} operand" if slot < len(PLACES) else "an operand"


def is_mean(step: Step, slot: int) -> bool:
    """Whether this operand is a divisor that nobody wrote, as that of a mean."""
    x = step.inputs[slot]
    if step.primitive.name != "divide" or slot != 1 or x.size != 1 or step.place is None:
        return False
    is_named = operand(step, slot).strip("`").isidentifier()
    return not is_named and f"{float(np.ravel(x.value)[0].real):g}" not in text(step.place)


def operators(family: Family) -> Iterator[Repair]:
    """Another operator, or its operands exchanged."""
    step = family.first
    if step.primitive.name not in OPERATORS:
        return
    own = OPERATORS[step.primitive.name][0]
    for symbol, function in OPERATORS.values():
        for exchanged in (False, True) if symbol in "-/" else (False,):
            if symbol != own or exchanged:
                related = {symbol, own} in RELATED or symbol == own
                slug = ("sign" if own in "+-" else "factor") if related else "swapped"
                words = f"the operator should be {symbol}, not {own}"
                if exchanged:
                    words = f"{words}, with the operands exchanged"
                if symbol == own:
                    words = "the operands are exchanged"
                turn = -1 if exchanged else 1
                yield Repair(slug, words, lambda k, given, vs, f=function, t=turn: f(*given[::t]))
