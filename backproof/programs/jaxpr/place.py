"""Where in the user's code an equation comes from, by the frames that JAX keeps of its trace."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any

from backproof.exact.place import Place
from backproof.programs.frames import Frames
from backproof.programs.jaxpr.rules import Calls

HERE = str(Path(__file__).parent)
"""The folder of the functions that have programs traced: what called them leads to no equation."""


def place_of(
    source_info: Any, frames: Frames, within: Place | None = None, calls: Calls | None = None
) -> Place | None:
    """The piece of the user's code that asked for an equation, with the lines that led there: of a
    rule, those to the call of its function too.

    within: where the program stands that it is in, whose lines go on where the equation's end; the
    answer where no frame is the user's. calls: of functions with custom rules.
    """
    sources = [source_info, *(calls.of(source_info) if calls else ())]
    own = [frame for source in sources for frame in _own(source, frames)]
    if not own:
        return within
    line, last, start, end = _positions(*own[0])
    led = tuple((code.co_filename, *_called(code, at)) for code, at in own[:0:-1])
    if within is not None and not _reaches_us(sources[-1]):
        led = (*within.calls, (within.file, within.line, within.start), *led)
    return Place(own[0][0].co_filename, line or 0, start, end if last == line else None, led)


def _own(source_info: Any, frames: Frames) -> Iterator[tuple[CodeType, int]]:
    """The user's frames, the innermost first, up to the call that had the program traced."""
    for code, instruction in _frames(source_info):
        if code.co_filename.startswith(HERE):
            return
        if frames.is_theirs(code):
            yield code, instruction


def _reaches_us(source_info: Any) -> bool:
    """Whether no frame is left out: within a compiled function JAX keeps those inside alone."""
    return any(code.co_filename.startswith(HERE) for code, _ in _frames(source_info))


def _frames(source_info: Any) -> Iterator[tuple[CodeType, int]]:
    if source_info.traceback is not None:
        yield from zip(*source_info.traceback.raw_frames(), strict=True)


def _called(code: CodeType, instruction: int) -> tuple[int, int | None]:
    line, _, start, _ = _positions(code, instruction)
    return line or 0, start


def _positions(code: CodeType, instruction: int) -> Any:
    return next(islice(code.co_positions(), instruction // 2, None))
