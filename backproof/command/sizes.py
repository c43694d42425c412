"""What is accepted besides, by code and size: as the command line says it, as a claim does."""

from collections.abc import Mapping, Sequence
from typing import Any

from backproof.diagnosis.codes import code_of


class NoSize(ValueError):
    """What was to be accepted has no code or no size; the message says what one looks like."""


def sizes(given: Sequence[str]) -> dict[str, float]:
    """What is accepted, by code: of ["BP118=1e-6"] {"BP118": 1e-6}.

    Raises `NoSize` where one has no code or no size, `NoSuchCode` where there is no such code.
    """
    found = {}
    for text in given:
        name, _, size = text.partition("=")
        number = _positive(size)
        if not name or number is None:
            raise NoSize(f"--accept {text}: say CODE=SIZE with a positive number, as BP118=1e-6")
        found[code_of(name).code] = number
    return found


def sizes_of(claim: str, accept: Any) -> dict[str, float]:
    """What a claim says that it accepts, by code. Raises as `sizes` does."""
    if not isinstance(accept, Mapping):
        kind = type(accept).__name__
        raise NoSize(f'{claim} accepts a {kind}: say accept = {{"BP118": 1e-6}}, a size for a code')
    found = {}
    for name, size in accept.items():
        number = _positive(size)
        if number is None:
            raise NoSize(f"{claim} accepts {name} up to {size!r}: the size is a positive number")
        found[code_of(str(name)).code] = number
    return found


def _positive(size: Any) -> float | None:
    """The size, if it is one that an error can have."""
    try:
        number = float(size)
    except (TypeError, ValueError):
        return None
    return number if number > 0 else None
