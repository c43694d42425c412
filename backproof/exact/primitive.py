"""What a primitive is: an elementary operation, its value on floats and on balls, its slope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import Balls, as_balls, to_balls

Slope = Callable[..., Any] | complex
"""dy/dx of one input, a function of all inputs and the output; a number where it is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """An elementary operation.

    floats, balls: its value on arrays of float64 and of balls, with its settings by keyword.
    pull: (g, y, *xs) to the adjoints of the xs, in steps, from the adjoint g of y; None for an
    input through which nothing passes. push: (tangents, y, *xs) to the tangent of y, in floats; a
    tangent is None where it is zero. slopes: of one that works element by element, what pull and
    push are made of. steep: the same in the form that keeps the most digits, where frameworks
    compute another. rounds: whether its result is rounded. terms: of a sum, how many terms each
    element has and the sum of their squares. error: of what errs by a norm and not element by
    element, (y, *xs) to one standard deviation of its error, in units of u. decides: whether its
    result is a decision, replayed as the run took it.
    """

    name: str
    floats: Callable[..., Any]
    balls: Callable[..., Balls]
    pull: Callable[..., tuple[Any, ...]] | None = None
    push: Callable[..., Any] | None = None
    slopes: tuple[Slope, ...] = ()
    steep: tuple[Slope, ...] = ()
    rounds: bool = True
    terms: Callable[..., tuple[Any, Any]] | None = None
    error: Callable[..., Any] | None = None
    decides: bool = False
    summary: str = field(default="", kw_only=True)

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """On steps, a new step of their record; on arrays of floats, the value."""
        record = next((a.record for a in args if hasattr(a, "record")), None)
        if record is None:
            return self.floats(*args, **settings)
        return record.apply(self, args, settings)


TABLE: dict[str, Primitive] = {}
"""Every primitive by its name; the files of `primitives` fill it, a line each."""
BY_UFUNC: dict[np.ufunc, Primitive] = {}
"""The primitive that is NumPy's function."""


def primitive(name: str, floats: Any, balls: Any, **more: Any) -> Primitive:
    """A line of the table."""
    TABLE[name] = Primitive(name, floats, balls, **more)
    return TABLE[name]


def _none(*_: Any, **__: Any) -> Any:
    raise AssertionError("an input and a constant have the value that they were given")


INPUT = primitive("input", _none, _none, summary="an argument")
CONSTANT = primitive("constant", _none, _none, rounds=False, summary="numbers that are given")


class Exact(float):
    """A real number that no float is: a float64 that is near it, and a function that gives the
    ball. In a record it is exact; `2 / PI` outside of one is a float and no longer is, so that
    lines have it as a factor only.
    """

    __slots__ = ("ball", "name")

    name: str
    ball: Callable[[], flint.arb]

    def __new__(cls, name: str, ball: Callable[[], flint.arb]) -> "Exact":
        """A number by the function that gives its ball at the bits that are set."""
        with flint.ctx.workprec(200):
            made = super().__new__(cls, float(ball().mid()))
        made.name, made.ball = name, ball
        return made


NUMBER = primitive(
    "number",
    lambda of: np.float64(of),
    lambda of: as_balls(of.ball()),
    summary="a real number that no float is, exact in balls",
)


def lifted(function: Callable[..., Any]) -> Callable[..., Balls]:
    """A function that treats arrays of floats and of objects alike, on balls."""
    return lambda *xs, **settings: as_balls(function(*map(to_balls, xs), **settings))
