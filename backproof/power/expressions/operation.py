"""What an operation of a random expression is: the text of its value and of its adjoints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Random = np.random.Generator
Values = Callable[..., Any]
"""Of the operands' float64 values: whether they lie in the domain; or settings drawn for them."""


def anywhere(*_: Any) -> bool:
    """No operand is refused."""
    return True


def nothing(*_: Any) -> dict[str, Any]:
    """No settings."""
    return {}


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of statement.

    value: its text, with {a} and {b} for the operands and {np} for the namespace, which NumPy and
    torch have alike. adjoints: of each operand, with {g} for the adjoint of the result {y}. Of both
    all lines but the last are statements, {t} is a name of their own. torch: the adjoints where
    torch writes them otherwise. domain: of the operands' values, where the operation is smooth and
    tame. settings: the numbers that the texts have besides, drawn for the operands. broadcasts:
    whether the operands may be of several shapes, of which the adjoints do not know. halves:
    whether libraries have it in 16 bits.
    """

    value: str
    adjoints: tuple[str, ...]
    domain: Values = anywhere
    settings: Values = nothing
    torch: tuple[str, ...] = ()
    broadcasts: bool = False
    halves: bool = True

    @property
    def operands(self) -> int:
        """How many it has."""
        return len(self.adjoints)

    def texts(self, namespace: str) -> tuple[str, ...]:
        """The adjoints as a namespace has them."""
        return self.torch if self.torch and namespace == "torch" else self.adjoints


Settings = Mapping[str, Any]


def within(least: float, most: float) -> Values:
    """All elements lie between two numbers."""
    return lambda a: bool((a > least).all() and (a < most).all())


def beyond(least: float) -> Values:
    """All elements are that far away from 0."""
    return lambda a: bool((abs(a) > least).all())


def matrix(a: Any) -> bool:
    """It has rows and columns."""
    return bool(a.ndim == 2)


def alike(a: Any, b: Any) -> bool:
    """The operands broadcast."""
    try:
        return len(np.broadcast_shapes(a.shape, b.shape)) <= 2
    except ValueError:
        return False


def apart(a: Any, b: Any) -> bool:
    """No element of one is near that of the other."""
    return alike(a, b) and bool((abs(a - b) > TIE).all())


TIE = 0.1
"""So far from a branch, no format's rounding takes the other one."""
