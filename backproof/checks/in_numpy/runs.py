"""Plain runs of NumPy code: what it is given, what it is asked, and what is put back after it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backproof.checks.behaviour.attempts import attempt
from backproof.checks.claim import Tensors
from backproof.programs.complete import Plain
from backproof.programs.nodes import leaves
from backproof.programs.reach import Reach, reach
from backproof.programs.state import State
from backproof.verdict.decisions import MOST_ELEMENTS
from backproof.verdict.finding import OUTPUT

Passes = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The outputs and the gradients of a run, by name."""


def cotangent(dys: Tensors, name: str, y: Any) -> Any:
    """The cotangent of an output; of one that is no tensor of floats, the output itself."""
    return dys[name].copy() if name in dys else y


def weighed(y: Any, dys: Tensors) -> Any:
    """<y, dy>."""
    named = dict(leaves(OUTPUT, y))
    return sum(np.asarray(named[n] * dy).sum() for n, dy in dys.items())


def limited(seconds: float) -> Callable[[Callable[[], Any]], Any]:
    """What makes a call that raises nothing."""
    return lambda call: attempt(call, seconds)


def as_before(
    before: State, code: Mapping[str, Any], needs: Callable[[], Any], seconds: float
) -> None:
    """What code has kept of the calls since then is put back: a table of results would be a
    constant of its record. needs: a call that may need what was kept; where it raises, all is left.
    """
    if not before.changes():
        before.put_back()  # caches and random states
        return
    after = State(reach(code))
    before.put_back()
    (after if attempt(needs, seconds).problem else before).put_back()


def put_back(found: Reach, passes: Callable[[Tensors], Passes], seconds: float) -> Plain:
    """One run, None where it fails; all that it can reach is put back after it."""

    def plain(at: Tensors) -> Passes | None:
        with State(found):
            passed: Passes | None = attempt(lambda: passes(at), seconds).value
            return passed

    return plain


def copies(at: Mapping[str, Any], tensors: Tensors) -> dict[str, Any]:
    """Copies of what the code is given; large ones are handed over as they are, since who changes
    its inputs was reported for that before.
    """
    return {n: at[n] if large(tensors) else np.array(at[n], order="K") for n in tensors}


def large(tensors: Tensors) -> bool:
    """Whether a claim has so many elements that it is asked once."""
    return sum(t.size for t in tensors.values()) > MOST_ELEMENTS
