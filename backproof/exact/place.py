"""Places in somebody's code: where a step stands, and where a value left the record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in somebody's code a step stands: a line, or of it the columns from start to end.

    calls: the lines that led there, and from which column on, outermost first, by which two uses of
    a helper differ.
    """

    file: str
    line: int
    start: int | None = None
    end: int | None = None
    calls: tuple[tuple[str, int, int | None], ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Escape:
    """A place where a value left the record: read as a plain number, or by foreign code."""

    what: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.what} at {self.place}" if self.place else self.what
