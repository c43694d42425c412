"""A right claim and the same a hundredth too large, as the tests ask for them."""

from collections.abc import Callable
from typing import Any

import backproof
from backproof.verdict import Status, Verdict

Function = Callable[..., Any]


def enlarged(gradient: Function) -> Function:
    """A gradient that is 1% too large throughout."""

    def wrong(*args: Any) -> Any:
        g = gradient(*args)
        return tuple(1.01 * part for part in g) if isinstance(g, tuple) else 1.01 * g

    return wrong


def passed(loss: Function, gradient: Function, *args: Any, **options: Any) -> Verdict:
    """The verdict on a right claim, which is that it is right; the enlarged one is detected."""
    right = backproof.check(loss, gradient, *args, **options)
    assert right.status is Status.CORRECT, str(right)
    wrong = backproof.check(loss, enlarged(gradient), *args, **options)
    assert wrong.status is Status.WRONG, str(wrong)
    return right
