"""A number that decides, moved wherever it is used."""

import sys
from types import FunctionType, ModuleType
from typing import Any

import pytest

from backproof.verdict import decisions, numeric

HOMES = (decisions, numeric)


def names() -> list[str]:
    """Of all numbers."""
    return [n for home in HOMES for n in vars(home) if n.isupper()]


def value_of(name: str) -> Any:
    """A number as it is."""
    return next(getattr(home, name) for home in HOMES if hasattr(home, name))


def move(monkeypatch: pytest.MonkeyPatch, name: str, moved: Any) -> None:
    """Put another number in its place: in every module that has it, and as a default there."""
    value = value_of(name)
    for module in holders(name):
        monkeypatch.setattr(module, name, moved)
        for function in functions(module):
            given = function.__defaults__ or ()
            if any(x is value for x in given):
                own = tuple(moved if x is value else x for x in given)
                monkeypatch.setattr(function, "__defaults__", own)
            for key, x in (function.__kwdefaults__ or {}).items():
                if x is value:
                    monkeypatch.setitem(function.__kwdefaults__, key, moved)


def holders(name: str) -> list[ModuleType]:
    """The modules of the judge that have imported a number."""
    value = value_of(name)
    loaded = [m for n, m in sys.modules.items() if n.startswith("backproof.") and m not in HOMES]
    return [m for m in loaded if vars(m).get(name) is value]


def functions(module: ModuleType) -> list[FunctionType]:
    """Those of a module."""
    own = [x for x in vars(module).values() if isinstance(x, FunctionType)]
    return [f for f in own if f.__module__ == module.__name__]
