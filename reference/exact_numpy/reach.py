"""What a function can reach that is its author's: the globals, cells, objects and lists it uses."""

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from inspect import getattr_static
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))
NEVER = {"numpy", "scipy", "torch", "jax", "jaxlib", "flint", "builtins"}
NEVER |= {"reference", "architectures", "backproof"}
"""Packages that are never entered, though they hold a root."""
LONG = 10_000
"""Longer lists and dicts are data: nothing in them is looked for."""
MISSING = object()


@dataclass(slots=True)
class Reach:
    """What was found, each thing once.

    globals: the namespaces, with the names that code uses of them. mappings, lists, cells, classes:
    what may hold arrays; instances' attributes are among the mappings, slotted instances apart.
    names: every name that the code mentions.
    """

    globals: dict[int, tuple[dict[str, Any], set[str]]] = field(default_factory=dict)
    mappings: list[dict[Any, Any]] = field(default_factory=list)
    lists: list[list[Any]] = field(default_factory=list)
    cells: list[CellType] = field(default_factory=list)
    classes: list[type] = field(default_factory=list)
    slotted: list[Any] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def reach(*roots: Any) -> Reach:
    """All that the roots can reach; libraries are not entered, but for those that hold a root."""
    found, seen = Reach(), dict[int, Any]()
    ours = {_package(root) for root in roots} - NEVER - sys.stdlib_module_names
    waiting = list(roots)
    while waiting:
        x = waiting.pop()
        if id(x) not in seen:
            seen[id(x)] = x
            waiting.extend(_beyond(x, found, ours))
    return found


def _beyond(x: Any, found: Reach, ours: set[str]) -> Iterator[Any]:
    """What lies one step beyond; what may be changed for a run is noted in `found`."""
    if isinstance(x, FunctionType):
        if _is_theirs(x, ours):
            yield from _of_function(x, found)
    elif isinstance(x, MethodType):
        yield from (x.__func__, x.__self__)
    elif isinstance(x, partial):
        yield from (x.func, x.args, x.keywords)
    elif isinstance(x, staticmethod | classmethod):
        yield x.__func__
    elif isinstance(x, property):
        yield from (f for f in (x.fget, x.fset) if f)
    elif isinstance(x, np.vectorize):
        yield x.pyfunc
    elif isinstance(x, ModuleType):
        if _is_theirs(x, ours):
            names = {n for n, v in vars(x).items() if not n.startswith("__")}
            yield from _of_globals(vars(x), names, found)
    elif isinstance(x, type):
        if _is_theirs(x, ours):
            found.classes.append(x)
            yield from (*vars(x).values(), *x.__bases__)
    elif type(x) is tuple:
        yield from x if len(x) <= LONG else ()
    elif type(x) is list:
        if len(x) <= LONG:
            found.lists.append(x)
            yield from x
    elif isinstance(x, dict):
        if len(x) <= LONG:
            found.mappings.append(x)
            yield from x.values()
    elif _is_theirs(type(x), ours):
        yield from _of_instance(x, found)


def _of_function(function: FunctionType, found: Reach) -> Iterator[Any]:
    names = set(_names(function.__code__))
    found.names |= names
    yield from _of_globals(function.__globals__, names, found)
    for cell in function.__closure__ or ():
        found.cells.append(cell)
        yield from _contents(cell)
    yield from (function.__defaults__ or (), function.__dict__)
    wanted = (sys.modules.get(name) for name in names if name not in function.__globals__)
    yield from (module for module in wanted if module is not None)


def _of_globals(namespace: dict[str, Any], names: set[str], found: Reach) -> Iterator[Any]:
    noted = found.globals.setdefault(id(namespace), (namespace, set()))[1]
    noted |= names
    yield from (namespace[name] for name in names if name in namespace)


def _of_instance(x: Any, found: Reach) -> Iterator[Any]:
    yield type(x)
    if isinstance(getattr(x, "__dict__", None), dict):
        yield x.__dict__
    slots = list(slots_of(x))
    if slots:
        found.slotted.append(x)
        yield from (getattr(x, name) for name in slots)


def slots_of(x: Any) -> Iterator[str]:
    """The slots of an instance that hold something."""
    for kind in type(x).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(x, name):
                yield name


def _names(code: CodeType) -> Iterator[str]:
    """The global and attribute names in a function's code, and in the functions inside of it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _contents(cell: CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # a cell that is empty as yet
        return ()


def _package(x: Any) -> str:
    while isinstance(x, partial):
        x = x.func
    module = getattr_static(x, "__module__", None) if isinstance(x, type) else None
    module = module or getattr(x, "__module__", None) or getattr(x, "__name__", "")
    return str(module).partition(".")[0]


def _is_theirs(x: Any, ours: set[str]) -> bool:
    package = _package(x)
    if package in NEVER or package in sys.builtin_module_names:
        return False
    if package in ours:
        return True
    module = x if isinstance(x, ModuleType) else sys.modules.get(x.__module__)
    return not str(getattr(module, "__file__", None) or "").startswith(LIBRARIES)
