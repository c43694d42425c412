"""Nested values as trees: dicts, lists, tuples and dataclasses are nodes, all else is a leaf."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

LEAVES = frozenset({np.ndarray, np.float64, float, int, bool, str, type(None)})
"""The kinds of most leaves, which are told at once."""


class WrongStructure(TypeError):
    """A result that cannot be read; the message says what was expected and what came."""


class Branch(NamedTuple):
    """One step down: how it reads in a name ("['W']"), the key or field or index, what is there."""

    label: str
    key: Any
    child: Any


def branches(value: Any) -> list[Branch] | None:
    """The steps down from a node, in order; None for a leaf."""
    if type(value) in LEAVES:
        return None
    if isinstance(value, dict):
        return [Branch(f"[{key!r}]", key, child) for key, child in value.items()]
    if isinstance(value, list | tuple):
        named = getattr(value, "_fields", None)
        if named is None:
            return [Branch(f"[{k}]", k, child) for k, child in enumerate(value)]
        return [Branch(f".{f}", f, child) for f, child in zip(named, value, strict=True)]
    if is_dataclass(value) and not isinstance(value, type):
        return [Branch(f".{f.name}", f.name, getattr(value, f.name)) for f in fields(value)]
    return None


def leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every leaf with its name, in order."""
    steps = branches(value)
    if steps is None:
        yield name, value
    else:
        for step in steps:
            yield from leaves(name + step.label, step.child)


def mapped(change: Callable[[str, Any], Any], name: str, value: Any) -> Any:
    """A new tree of the same nodes, with `change(name, leaf)` in the place of every leaf."""
    steps = branches(value)
    if steps is None:
        return change(name, value)
    return _regrown(value, [mapped(change, name + step.label, step.child) for step in steps])


def outline(value: Any) -> str:
    """A tree in a line: its nodes as Python writes them, its arrays as dtype and shape."""
    match value:
        case np.ndarray():
            return f"{value.dtype} array of shape {value.shape}"
        case None | bool() | int() | float() | str():
            return repr(value)
        case dict():
            inside = [f"{key!r}: {outline(child)}" for key, child in value.items()]
            return _clipped("{" + ", ".join(inside) + "}")
        case list():
            return _clipped(f"[{', '.join(map(outline, value))}]")
        case tuple():
            return _clipped(f"({', '.join(map(outline, value))}{',' * (len(value) == 1)})")
    return type(value).__name__


def _regrown(value: Any, children: list[Any]) -> Any:
    """A node of the same kind; a dataclass's own `__init__` does not run again."""
    if isinstance(value, tuple):
        make = getattr(value, "_make", type(value))
        return make(children)
    new = copy.copy(value)
    if isinstance(value, list):
        new[:] = children
    elif isinstance(value, dict):
        new.update(zip(value, children, strict=True))
    else:
        for field, child in zip(fields(value), children, strict=True):
            object.__setattr__(new, field.name, child)
    return new


def _clipped(line: str, width: int = 160) -> str:
    return line if len(line) <= width else f"{line[: width - 4]} ..."
