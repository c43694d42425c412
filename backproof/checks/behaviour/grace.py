"""When a limit in time that has come is put off: in an import, and on a busy machine."""

import sys
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType

TIMES, IMPORTING, BUSY = 6, 10.0, 0.25
"""So many times a limit is put off at most. So many seconds more has an import, which stays half
made where it is cut off. And where all threads together have waited for a processor for so large a
part of the time, it is the machine that is slow, and not the code."""


class Grace:
    """What a call is given beyond its limit. around: the code of the limit itself."""

    def __init__(self, around: Collection[CodeType]) -> None:
        outer: FrameType | None = sys._getframe(1)
        while outer is not None and outer.f_code in around:
            outer = outer.f_back
        self.outer, self.left = outer, TIMES
        self.half: tuple[float, float] | None = None  # by the clock, and what was waited until then

    def more(self, frame: FrameType | None, seconds: float) -> float:
        """How many seconds more there are where the call stands at a frame, of a limit of so many;
        0 for none. Asked first when half of it is over: most calls never learn what that costs.
        """
        if self.half is None:
            self.half = time.monotonic(), _waited()
            return seconds / 2
        given = max(seconds, IMPORTING) if self._imports(frame) else 0.0
        given = given or (seconds if self._starves() else 0.0)
        self.left -= bool(given)
        return given if self.left >= 0 else 0.0

    def _imports(self, frame: FrameType | None) -> bool:
        while frame is not None and frame is not self.outer:
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return True
            frame = frame.f_back
        return False

    def _starves(self) -> bool:
        start, waited = self.half or (0.0, 0.0)
        return _waited() - waited > BUSY * (time.monotonic() - start)


def _waited() -> float:
    """Seconds that this process's threads have waited for a processor, as far as Linux tells."""
    total = 0.0
    with suppress(OSError):
        for thread in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # of one that has just ended
                total += int((thread / "schedstat").read_text().split()[1]) / 1e9
    return total
