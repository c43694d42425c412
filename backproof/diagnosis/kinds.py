"""What a graph calls the steps of a record."""

from dataclasses import replace

import numpy as np

from backproof.diagnosis.graph import Step as Kind
from backproof.diagnosis.written import text
from backproof.exact.record import Step

OPS = {"add": "add", "total": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv",
       "power": "pow", "negative": "neg"}  # fmt: skip
"""What operations are called in a graph, where a primitive has another name."""
SIDES = {"greater": "maximum", "greater_equal": "maximum",
         "less": "minimum", "less_equal": "minimum"}  # fmt: skip
OTHER = {"maximum": "minimum", "minimum": "maximum"}


def kind_of(step: Step, op: str = "") -> Kind:
    """A step as a graph knows it: by its operation and where it stands, whichever turn it is."""
    name = op or OPS.get(step.primitive.name, step.primitive.name)
    place = step.place
    if place is None:
        return Kind(name, f"{name} %{step.number}", "the record", step.number)
    return Kind(name, text(place), _base(place.file), place.line, replace(place, calls=()))


def _base(file: str) -> str:
    return file.rpartition("/")[2]


def extreme(step: Step) -> str:
    """Whether a choice is the larger or the smaller of two: "maximum", "minimum" or neither."""
    decision, a, b = step.inputs
    name, compared = decision.primitive.name, decision.inputs
    if len(compared) != 2 or name not in SIDES:
        return ""
    if _same(compared[0], a) and _same(compared[1], b):
        return SIDES[name]
    if _same(compared[0], b) and _same(compared[1], a):
        return OTHER[SIDES[name]]
    return ""


def _same(a: Step, b: Step) -> bool:
    constants = a.primitive.name == b.primitive.name == "constant"
    return a is b or (constants and a.shape == b.shape and np.array_equal(a.value, b.value))
