"""What somebody's code can reach: the globals, cells, objects and containers that it uses.

One walk, for two purposes: to put back what a run changes, and to hand the code of a run arrays
that know their step.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import CellType, CodeType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

import numpy as np

from backproof.programs.packages import NEVER, NOTHING, Ran, is_entered, package_of

LONG = 10_000
"""Longer lists and dicts are data: nothing in them is looked for."""
MOST = 50_000
"""Arrays and containers in containers, all together: beyond them all is data, too, and what a run
does to it is noticed where its record is made again.
"""
Named = tuple[str, Any]


@dataclass(slots=True)
class Reach:
    """What was found, each thing once.

    globals: the namespaces, with the names that code uses of them. mappings, lists, sets, cells,
    classes, slotted: what holds other things; an instance's attributes are among the mappings.
    arrays, by name ("self.cache[0]"). caches: what remembers the results of functions. names: all
    that code mentions. things: all of it, by name. held: how many arrays and containers are in
    containers. libraries: where the code of those lies of which something ran.
    """

    globals: dict[int, tuple[dict[str, Any], set[str]]] = field(default_factory=dict)
    mappings: list[dict[Any, Any]] = field(default_factory=list)
    lists: list[list[Any] | deque[Any]] = field(default_factory=list)
    sets: list[set[Any]] = field(default_factory=list)
    cells: list[CellType] = field(default_factory=list)
    classes: list[type] = field(default_factory=list)
    slotted: list[Any] = field(default_factory=list)
    functions: list[FunctionType] = field(default_factory=list)
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    caches: list[Any] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    things: list[Named] = field(default_factory=list)
    held: int = 0
    libraries: set[str] = field(default_factory=set)


def reach(roots: Mapping[str, Any], ran: Ran = NOTHING) -> Reach:
    """All that the roots can reach; libraries are not entered, but for those that hold a root.

    ran: what of other libraries runs when the roots are called, which is entered as well.
    """
    ours = {package_of(root) for root in roots.values()} - NEVER - sys.stdlib_module_names
    found, seen = Reach(libraries=ran.folders), dict[int, Any]()
    waiting = deque(roots.items())
    for code, space in ran.functions.values():
        waiting.extend(_of_globals(space, set(names_in(code)), found))
    while waiting:
        name, x = waiting.popleft()
        if id(x) not in seen:
            seen[id(x)] = x
            found.things.append((name, x))
            waiting.extend(_beyond(name, x, found, partial(is_entered, ours=ours, ran=ran)))
    return found


def _beyond(name: str, x: Any, found: Reach, enters: Callable[[Any], bool]) -> Iterator[Named]:
    """What lies one step beyond; what may change in a run is noted in `found`."""
    if type(x) is np.ndarray:
        found.arrays.setdefault(name, x)
    elif isinstance(x, tuple | list | dict | set | deque):
        yield from _of_container(name, x, found)
    elif isinstance(x, FunctionType):
        if enters(x):
            yield from _of_function(x, found)
    elif isinstance(x, ModuleType):
        if enters(x):
            yield from _of_module(x, found)
    elif isinstance(x, type):
        if enters(x):
            yield from _of_class(x, found)
    elif enters(type(x)):
        yield from _of_instance(name, x, found)
    elif callable(x):
        if hasattr(x, "cache_clear"):
            found.caches.append(x)
        yield from _of_callable(name, x)
    elif isinstance(x, GeneratorType):
        yield from _of_frame(x)


def _of_container(name: str, x: Any, found: Reach) -> Iterator[Named]:
    if len(x) > LONG or found.held > MOST:
        return
    parts = x.values() if isinstance(x, dict) else x
    found.held += sum(isinstance(part, np.ndarray | tuple | list | dict) for part in parts)
    if isinstance(x, dict):
        if "__builtins__" in x:
            return
        found.mappings.append(x)
        yield from ((f"{name}[{key!r}]", value) for key, value in x.items())
        return
    if isinstance(x, list | deque):
        found.lists.append(x)
    elif isinstance(x, set):
        found.sets.append(x)
    yield from ((f"{name}[{k}]", value) for k, value in enumerate(x))


def _of_callable(name: str, x: Any) -> list[Named]:
    """What wraps functions: a method, a partial, a cache, a vectorised one, one with its own rule
    for a derivative.
    """
    if isinstance(x, MethodType):
        return [("self", x.__self__), (name, x.__func__)]
    if isinstance(x, partial):
        given = [(f"argument {k}", value) for k, value in enumerate(x.args)]
        return [(name, x.func), *given, *x.keywords.items()]
    own = getattr(x, "__dict__", {}).items()
    inside = [(name, getattr(x, "__wrapped__", None)), *own]
    return [(known, f) for known, f in inside if callable(f)]


def _of_function(function: FunctionType, found: Reach) -> Iterator[Named]:
    names = set(names_in(function.__code__))
    found.names |= names
    found.functions.append(function)
    yield from _of_globals(function.__globals__, names, found)
    free = function.__code__.co_freevars
    for variable, cell in zip(free, function.__closure__ or (), strict=False):
        found.cells.append(cell)
        yield from ((variable, value) for value in contents(cell))
    yield "a default", function.__defaults__ or ()
    yield "a default", function.__kwdefaults__ or {}
    yield from function.__dict__.items()
    wanted = ((n, sys.modules.get(n)) for n in names if n not in function.__globals__)
    yield from ((n, module) for n, module in wanted if module is not None)


def _of_module(module: ModuleType, found: Reach) -> Iterator[Named]:
    names = {n for n in vars(module) if not n.startswith("__")}
    yield from _of_globals(vars(module), names, found)


def _of_class(kind: type, found: Reach) -> Iterator[Named]:
    found.classes.append(kind)
    for name, value in vars(kind).items():
        if isinstance(value, staticmethod | classmethod):
            yield name, value.__func__
        elif isinstance(value, property):
            yield from ((name, f) for f in (value.fget, value.fset) if f)
        else:
            yield f"{kind.__name__}.{name}", value
    yield from ((base.__name__, base) for base in kind.__bases__)


def _of_globals(namespace: dict[str, Any], names: set[str], found: Reach) -> Iterator[Named]:
    noted = found.globals.setdefault(id(namespace), (namespace, set()))[1]
    noted |= names
    yield from ((name, namespace[name]) for name in names if name in namespace)


def _of_instance(name: str, x: Any, found: Reach) -> Iterator[Named]:
    yield type(x).__name__, type(x)
    if isinstance(getattr(x, "__dict__", None), dict):
        found.mappings.append(x.__dict__)
        yield from ((f"{name}.{key}", value) for key, value in x.__dict__.items())
    slots = list(slots_of(x))
    if slots:
        found.slotted.append(x)
        yield from ((f"{name}.{slot}", getattr(x, slot)) for slot in slots)


def _of_frame(generator: Any) -> Iterator[Named]:
    """The variables of a generator that is under way."""
    frame = generator.gi_frame
    yield from frame.f_locals.items() if frame is not None else ()


def slots_of(x: Any) -> Iterator[str]:
    """The slots of an instance that hold something."""
    for kind in type(x).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(x, name):
                yield name


def names_in(code: CodeType) -> Iterator[str]:
    """The global and attribute names in a function's code, and in the functions inside of it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def contents(cell: CellType) -> tuple[Any, ...]:
    """What a cell holds, nothing for one that is empty as yet."""
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()
