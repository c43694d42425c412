"""What a function is called by its author, and its arguments."""

import inspect
from collections.abc import Callable
from typing import Any


def title(function: Any) -> str:
    """What a function is called by its author, or else the kind of object it is."""
    if function is None:
        return "None"
    kept = getattr(function, "func", function)
    return str(getattr(kept, "__qualname__", None) or type(kept).__qualname__)


def argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of a function's first arguments: its own, "rest[0]" for *rest, or "arg0"."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C, or no function
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    more = range(count - len(names))
    names += [f"{rest}[{k}]" if rest else f"arg{len(names) + k}" for k in more]
    return names[:count]
