"""Where in somebody's code an operation stands."""

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import islice
from types import CodeType


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of somebody's code: a line, or of it the bytes from start to end.

    inside: what tells an operation from the others that this piece asks for.
    """

    file: str
    line: int
    start: int | None = None
    end: int | None = None
    inside: Hashable = ()


def piece(code: CodeType, instruction: int, inside: Hashable = ()) -> Place:
    """The piece of code that an instruction, by its offset, was compiled from."""
    line, last, start, end = next(islice(code.co_positions(), instruction // 2, None))
    named = code.co_firstlineno, instruction, inside
    return Place(code.co_filename, line or 0, start, end if last == line else None, named)
