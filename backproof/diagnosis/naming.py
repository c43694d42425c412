"""What a number is: the size of an axis, a temperature, the 2 of a square."""

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from backproof.diagnosis.evidence import Evidence

NEAR = 1e-12
"""How far a double computed in another way may stand from the number that it is."""
CONSTANTS = (
    (math.pi, "pi"),
    (2 * math.pi, "2 pi"),
    (math.sqrt(math.pi), "the square root of pi"),
    (math.sqrt(2 * math.pi), "the square root of 2 pi"),
    (math.sqrt(math.pi / 2), "the square root of pi / 2"),
    (math.log(2), "log 2"),
    (math.log(10), "log 10"),
)


def named(evidence: Evidence, value: float, near: float = NEAR) -> str:
    """The names of a positive number or of its inverse, one of each kind; empty, if it has none.

    The best known come first: arguments, then sizes, then whatever is made from them.
    """
    found: dict[str, str] = {}
    for kind, known, label in _known(evidence):
        if abs(known - value) <= near * value:
            found.setdefault(kind, label)
        elif abs(known - 1 / value) <= near / value:
            found.setdefault(kind, f"1 / ({label})")
    return " or ".join(found.values())


def _known(evidence: Evidence) -> Iterator[tuple[str, float, str]]:
    """Kinds of numbers, the numbers and their names."""
    for name, s in evidence.scalars.items():
        forms = (
            (s, name), (s * s, f"{name} squared"), (1 - s, f"1 - {name}"), (2 * s, f"2 {name}"),
            (math.sqrt(abs(s)), f"the square root of {name}"),
        )  # fmt: skip
        yield from ((name, value, label) for value, label in forms if value not in (0, 1))
    arrays = {**evidence.inputs, "y": evidence.output, "dy": evidence.cotangent, **evidence.true}
    shapes = {name: np.shape(a) for name, a in arrays.items() if a is not None}
    axes = [size for name, shape in shapes.items() for size in _axes(name, shape)]
    yield from (("size", n, label) for n, label in axes)
    yield "two", 2.0, "the 2 of a square"
    for name, shape in shapes.items():
        if len(shape) > 1:
            yield "number", float(math.prod(shape)), f"the number of elements of {name}"
            for i, j in combinations(range(len(shape)), 2):
                pair = float(shape[i] * shape[j])
                yield "number", pair, f"the size of axes {i} and {j} of {name}"
    roots = [(math.sqrt(n), f"the square root of {label}") for n, label in axes]
    yield from (("root", root, label) for root, label in roots if not root.is_integer())
    yield from (("constant", value, label) for value, label in CONSTANTS)


def _axes(name: str, shape: tuple[int, ...]) -> Iterator[tuple[float, str]]:
    for k, n in enumerate(shape):
        batch = " (N)" if k == 0 and len(shape) > 1 else ""
        if n > 1:
            yield float(n), f"the size of axis {k} of {name}{batch}"
