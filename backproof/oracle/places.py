"""Where in somebody's code an operation on balls is asked for, and how it is written there."""

import linecache
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

import backproof
import reference
from backproof.diagnosis.graph import Step
from reference.exact.arithmetic import Watch
from reference.exact.place import Place, piece

SHOWN = 50
"""So many characters of an expression are quoted."""
NOT_THEIRS = tuple(
    os.path.dirname(str(module.__file__)) + os.sep for module in (backproof, reference, np)
)


def step_of(op: str, outermost: CodeType) -> Step:
    """The operation as code asks for it: the nearest frame within `outermost` that is not ours.

    Where there is none, a traced program may run, which knows where it is; or else it is ours.
    """
    frame: Any = sys._getframe(1)
    while frame.f_code.co_filename.startswith(NOT_THEIRS):
        if frame.f_code is outermost:
            return _traced(op, Watch.at) if Watch.at else Step(op, OURS)
        frame = frame.f_back
    return _running(op, frame.f_code, frame.f_lasti)


OURS = "what is weighed by the cotangent"


@lru_cache(maxsize=4096)
def _running(op: str, code: CodeType, instruction: int) -> Step:
    return _placed(op, piece(code, instruction))


@lru_cache(maxsize=64)
def _traced(op: str, at: Callable[[], Place | None]) -> Step:
    place = at()
    theirs = place is not None and not place.file.startswith(NOT_THEIRS)
    return _placed(op, place) if place is not None and theirs else Step(op, OURS)


def _placed(op: str, place: Place) -> Step:
    source = linecache.getline(place.file, place.line).encode()
    text = source[place.start : place.end].decode(errors="ignore").strip()
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
    return Step(op, text, Path(place.file).name, place.line, place)
