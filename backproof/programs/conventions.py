"""The conventions of layers as one: a forward pass gives y and the pullback of its cotangent."""

import inspect
from collections.abc import Callable
from math import inf
from typing import Any

from backproof.programs.run import CannotFollow

Function = Callable[..., Any]


def passed(forward: Function, backward: Function | None, inputs: list[Any]) -> tuple[Any, Function]:
    """y and its pullback.

    Forward returns (y, cache) and backward takes (dy, cache); or forward returns (y, pullback) and
    there is no backward; or forward returns y and backward takes dy.

    Raises `CannotFollow` where it is none of these.
    """
    result = forward(*inputs)
    two = isinstance(result, tuple | list) and len(result) == 2
    if backward is None:
        if not two or not callable(result[1]):
            raise CannotFollow("the forward pass returns no (y, pullback)")
        return result[0], result[1]
    least, most = positional(backward)
    if two and most > 1:
        return result[0], lambda dy: backward(dy, result[1])
    if least > 1:
        raise CannotFollow("the forward pass returns no (y, cache)")
    return result, backward


def positional(function: Function) -> tuple[int, float]:
    """How many arguments a function must have by position, and how many it can have."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        return 2, 2
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return sum(p.default is p.empty for p in named), inf if rest else len(named)
