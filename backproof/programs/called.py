"""What code can reach, with what it calls of installed libraries."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from backproof.programs.packages import Ran, listen
from backproof.programs.reach import Reach, reach
from backproof.programs.state import State

Thunk = Callable[[], Any]


def reached(roots: Mapping[str, Any], call: Thunk, limited: Callable[[Thunk], Any] | None) -> Reach:
    """All that the roots can reach, and in libraries the functions that run when they are called.

    call: calls the roots. limited: does that within the time that it may take, and lets nothing out
    that it raises; None where there is no time. What is changed of the roots' own is put back.
    """
    found, ran = reach(roots), Ran()
    if limited is not None:
        with State(found):
            limited(partial(listen, ran, call))  # the limit itself is not listened to
    return reach(roots, ran) if ran.packages else found
