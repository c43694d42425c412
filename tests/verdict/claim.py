"""A claim of the trial set of numbers: how it is judged, and what the judge is to say of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks import why
from backproof.verdict.status import Status
from backproof.verdict.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Tried:
    """One claim.

    make: makes what the way in is called with, anew. status: what it is to be told. said: what its
    evidence or its diagnosis must say besides. options: of the way in.
    """

    name: str
    make: Callable[[], tuple[Any, ...]]
    status: Status
    said: str = ""
    way: str = "check"
    options: Mapping[str, Any] = field(default_factory=dict)

    def judged(self) -> Verdict:
        """The verdict on it."""
        way = getattr(backproof, self.way)
        with np.errstate(all="ignore"):
            found: Verdict = way(*self.make(), **self.options)
        return found

    def stands(self) -> bool:
        """Whether its status is the one that it is to have."""
        return self.judged().status is self.status

    def holds(self) -> bool:
        """Whether the verdict is the one that it is to have."""
        verdict = self.judged()
        return verdict.status is self.status and self.said in verdict.evidence + verdict.diagnosis


def undiagnosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Causes are not searched for: they name a fault, and turn no verdict."""
    monkeypatch.setattr(why, "_diagnosed", lambda *_: None)


def drawn(*shapes: Any, seed: int = 0, dtype: Any = np.float64) -> list[Any]:
    """Arrays of these shapes from the normal distribution."""
    random = np.random.default_rng(seed)
    return [random.normal(size=shape).astype(dtype) for shape in shapes]


def off(g: Any, part: float, k: int = 0) -> Any:
    """A gradient with one element off by a part of itself."""
    g = np.array(g)
    g.flat[k] = g.flat[k] * g.dtype.type(1 + part)
    return g
