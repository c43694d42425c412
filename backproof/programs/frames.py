"""Where in an author's code a run stands: the innermost frame that is theirs, to the column."""

import sys
from collections.abc import Container, Iterable
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from backproof.exact.place import Place
from backproof.programs.packages import LIBRARIES

OURS = tuple(str(Path(__file__).parents[1] / room) for room in ("exact", "programs", "checks"))
"""The rooms whose frames stand between an author's code and a step."""


class Frames:
    """Which frames are an author's, and where in them a run stands.

    theirs: folders that count as the author's although libraries lie there, of a claim that is
    installed.
    """

    __slots__ = ("_codes", "_pieces", "_theirs", "theirs")

    def __init__(self, theirs: Iterable[str] = ()) -> None:
        self.theirs = tuple(theirs)
        self._theirs: dict[str, bool] = {}
        self._pieces: dict[tuple[int, int], tuple[int, int | None, int | None]] = {}
        self._codes: dict[int, CodeType] = {}  # kept, so that no other has the same name

    def is_theirs(self, code: CodeType) -> bool:
        """Whether code is the author's own: of no library, and not ours."""
        file = code.co_filename  # a code's own hash takes far longer
        found = self._theirs.get(file)
        if found is None:
            library = file.startswith((*LIBRARIES, *OURS, "<frozen", "<__array_function__"))
            found = not library or (bool(self.theirs) and file.startswith(self.theirs))
            self._theirs[file] = found
        return found

    def place(self, until: Container[CodeType] = ()) -> Place | None:
        """The piece of the author's code that runs, with the lines that called it.

        until: codes above which no frame is asked, where the author's is called from.
        """
        frame: FrameType | None = sys._getframe(1)
        inner: FrameType | None = None
        calls: list[tuple[str, int, int | None]] = []
        while frame is not None and (code := frame.f_code) not in until:
            theirs = self._theirs.get(code.co_filename)
            if self.is_theirs(code) if theirs is None else theirs:
                if inner is None:
                    inner = frame
                else:
                    called, column, _ = self._piece(code, frame.f_lasti)
                    calls.append((code.co_filename, called, column))
            elif inner is not None and code.co_filename.startswith(OURS):
                break
            frame = frame.f_back
        if inner is None:
            return None
        line, start, end = self._piece(inner.f_code, inner.f_lasti)
        return Place(inner.f_code.co_filename, line, start, end, tuple(reversed(calls)))

    def _piece(self, code: CodeType, instruction: int) -> tuple[int, int | None, int | None]:
        found = self._pieces.get((id(code), instruction))
        if found is None:
            positions = next(islice(code.co_positions(), instruction // 2, None))
            line, last, start, end = positions
            found = (line or 0, start, end if last == line else None)
            self._pieces[id(code), instruction] = found
            self._codes[id(code)] = code
        return found
