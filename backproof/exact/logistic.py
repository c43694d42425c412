"""The logistic function as it is written where there is none, 1 / (1 + exp(x)).

Reverse mode of these three steps keeps more digits than y (1 - y), which is what frameworks compute
of their own logistic function and everybody writes by hand; that is the rounding that is normal.
"""

from backproof.exact.primitives.elementwise import add, divide, exp, reciprocal
from backproof.exact.record import Step


def exponent(y: Step) -> Step | None:
    """The x of a step that is 1 / (1 + exp(x)); None of any other step."""
    if y.primitive is not reciprocal and not (y.primitive is divide and _is_one(y.inputs[0])):
        return None
    below = y.inputs[-1]
    terms = below.inputs if below.primitive is add else ()
    grown = [t for t in terms if t.primitive is exp and t.shape == y.shape]
    if len(grown) != 1 or not any(map(_is_one, terms)):
        return None
    return grown[0].inputs[0]


def slope(y: Step) -> Step:
    """dy/dx of it, from its rounded value."""
    return -(y * (1.0 - y))


def _is_one(x: Step) -> bool:
    while x.primitive.name == "move":
        x = x.inputs[0]
    return x.primitive.name == "constant" and x.size == 1 and bool((x.value == 1).all())
