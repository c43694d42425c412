"""What somebody's code can reach: its closures, its objects, the globals that it names."""

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from backproof.programs.nodes import branches

MOST = 5000
"""Things looked at: more are a data set, not what a computation keeps."""
NOT_THEIRS = sys.stdlib_module_names | {"numpy", "scipy", "flint", "torch", "jax", "jaxlib"}

Named = tuple[str, Any]


def reach(roots: Mapping[str, Any]) -> Iterator[Named]:
    """The roots and all that they lead to, once each, by names like "rng" or "self.cache[0]"."""
    seen: set[int] = set()
    waiting = deque(roots.items())
    while waiting and len(seen) < MOST:
        name, thing = waiting.popleft()
        if id(thing) not in seen and not isinstance(thing, ModuleType | type):
            seen.add(id(thing))
            yield name, thing
            waiting.extend(_parts(name, thing))


def arrays(roots: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays within reach, by name."""
    return {name: thing for name, thing in reach(roots) if isinstance(thing, np.ndarray)}


def _parts(name: str, thing: Any) -> list[Named]:
    match thing:
        case str() | bytes() | int() | float() | np.ndarray() | np.generic() | None:
            return []
        case MethodType():
            return [("self", thing.__self__), (name, thing.__func__)]
        case FunctionType():
            return _of_function(thing)
        case partial():
            given = [(f"argument {k}", value) for k, value in enumerate(thing.args)]
            return [(name, thing.func), *given, *thing.keywords.items()]
        case set() | frozenset():
            return [(name, element) for element in thing]
    steps = branches(thing)
    below = [(name + step.label, step.child) for step in steps or ()]
    return below if isinstance(thing, dict | list | tuple) else below + _of_object(name, thing)


def _of_function(function: FunctionType) -> list[Named]:
    if _foreign(function.__module__):
        return []
    free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    parts = [(var, cell.cell_contents) for var, cell in free if _filled(cell)]
    named, scope = _names(function.__code__), function.__globals__
    parts += [(var, scope[var]) for var in sorted(named) if var in scope]
    return parts + [("a default", value) for value in function.__defaults__ or ()]


def _of_object(name: str, thing: Any) -> list[Named]:
    """The attributes of an instance, and the methods of its class."""
    if _foreign(type(thing).__module__):
        return []
    parts = [(f"{name}.{key}", value) for key, value in getattr(thing, "__dict__", {}).items()]
    for kind in type(thing).__mro__:
        if not _foreign(kind.__module__):
            slots = kind.__dict__.get("__slots__", ())
            slots = (slots,) if isinstance(slots, str) else slots
            parts += [(f"{name}.{s}", getattr(thing, s)) for s in slots if hasattr(thing, s)]
            parts += [(name, f) for f in vars(kind).values() if isinstance(f, FunctionType)]
    return parts


def _names(code: CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _foreign(module: str | None) -> bool:
    return (module or "").partition(".")[0] in NOT_THEIRS


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # a variable that is assigned later
        return False
