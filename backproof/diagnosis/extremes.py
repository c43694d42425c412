"""Choices that are the larger or the smaller of two numbers."""

import numpy as np

from backproof.exact.record import Step

SIDES = {"greater": "maximum", "greater_equal": "maximum",
         "less": "minimum", "less_equal": "minimum"}  # fmt: skip
OTHER = {"maximum": "minimum", "minimum": "maximum"}


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
