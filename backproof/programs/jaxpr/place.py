"""Where in the user's code an equation comes from, by the frames that JAX keeps of its trace."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any

from backproof.exact.place import Place
from backproof.programs.frames import Frames

HERE = str(Path(__file__).parent)
"""The folder of the functions that have programs traced: what called them leads to no equation."""


def place_of(source_info: Any, frames: Frames, within: Place | None = None) -> Place | None:
    """The piece of the user's code that asked for an equation, with the lines that led there.

    within: the answer where no frame is the user's: where the program stands that it is in.
    """
    own = list(_own(source_info, frames))
    if not own:
        return within
    line, last, start, end = _positions(*own[0])
    calls = tuple((code.co_filename, *_called(code, at)) for code, at in own[:0:-1])
    file = own[0][0].co_filename
    return Place(file, line or 0, start, end if last == line else None, calls)


def _own(source_info: Any, frames: Frames) -> Iterator[tuple[CodeType, int]]:
    """The user's frames, the innermost first, up to the call that had the program traced."""
    if source_info.traceback is None:
        return
    for code, instruction in zip(*source_info.traceback.raw_frames(), strict=True):
        if code.co_filename.startswith(HERE):
            return
        if frames.is_theirs(code):
            yield code, instruction


def _called(code: CodeType, instruction: int) -> tuple[int, int | None]:
    line, _, start, _ = _positions(code, instruction)
    return line or 0, start


def _positions(code: CodeType, instruction: int) -> Any:
    return next(islice(code.co_positions(), instruction // 2, None))
