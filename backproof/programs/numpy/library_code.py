"""SciPy's own Python, run with stand-ins in its namespaces: functions, classes, objects."""

from abc import ABCMeta
from functools import cached_property
from types import CellType, FunctionType, MethodType
from typing import Any

import numpy as np

from backproof.programs.reach import contents

WRITTEN = (
    "scipy._lib.", "scipy.integrate._quadrature.", "scipy.linalg.", "scipy.signal.",
    "scipy.spatial.", "scipy.special.", "scipy.stats.",
)  # fmt: skip
"""The modules of formulas. What searches, solves or steps through time is no formula."""

COMPILED = {"_pdf", "_pmf"}
"""Methods of distributions that may be compiled where their logarithm is written."""


def is_written(x: Any) -> bool:
    """Whether a function, a class or an object's class is Python of those modules."""
    home = f"{getattr(x, '__module__', None)}."
    return home.startswith(WRITTEN) and not home.startswith("scipy.spatial.transform")


class Namespace(dict[str, Any]):
    """The globals of a module, each exchanged when it is first asked for."""

    def __init__(self, library: "Library", real: dict[str, Any]) -> None:
        super().__init__({n: value for n, value in real.items() if n.startswith("__")})
        self._library, self._real = library, real
        self["float"] = library.stand_in(float)

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._library.stand_in(self._real[name])
        return value


class Library:
    """The library's Python for one run. stand_in: what stands for a value during it."""

    def __init__(self, stand_in: Any) -> None:
        self.stand_in = stand_in
        self._spaces: dict[int, Namespace] = {}

    def follows(self, kind: Any) -> bool:
        """Whether a class is one of those whose methods are formulas."""
        return type(kind) in (type, ABCMeta) and is_written(kind)

    def function(self, real: FunctionType) -> FunctionType:
        """A function in the exchanged namespace of its module."""
        space = self._spaces.get(id(real.__globals__))
        if space is None:
            space = self._spaces[id(real.__globals__)] = Namespace(self, real.__globals__)
        closure = tuple(map(self._cell, real.__closure__ or ())) or None
        made = FunctionType(real.__code__, space, real.__name__, real.__defaults__, closure)
        made.__kwdefaults__, made.__module__ = real.__kwdefaults__, real.__module__
        return made

    def kind(self, real: type) -> type:
        """A class of the same bases and methods, whose objects are the real one's too."""
        bases = tuple(self.stand_in(b) for b in real.__bases__ if self.follows(b))
        own = {name: self._member(value) for name, value in vars(real).items()}
        left = ("__dict__", "__weakref__", "__slots__")
        body = {name: value for name, value in own.items() if name not in left}
        for name in COMPILED.intersection(own):
            if "scu" in vars(real)[name].__code__.co_names and f"_log{name[1:]}" in own:
                body[name] = _exponential(own[f"_log{name[1:]}"])
        return type(real)(real.__name__, (*bases, real), body)

    def instance(self, real: Any) -> Any:
        """An object of such a class, with all that the real one has."""
        made = object.__new__(self.stand_in(type(real)))
        for name, value in vars(real).items():
            own = isinstance(value, MethodType) and value.__self__ is real
            made.__dict__[name] = MethodType(value.__func__, made) if own else value
        return made

    def _member(self, value: Any) -> Any:
        match value:
            case FunctionType():
                return self.function(value)
            case staticmethod() | classmethod():
                return type(value)(self._member(value.__func__))
            case property():
                return property(*(f and self._member(f) for f in (value.fget, value.fset)))
            case cached_property():
                return cached_property(self._member(value.func))
        return value

    def _cell(self, cell: CellType) -> CellType:
        for value in contents(cell):
            if isinstance(value, FunctionType) and is_written(value):
                return CellType(self.stand_in(value))
        return cell


def _exponential(logarithm: FunctionType) -> Any:
    return lambda self, *args: np.exp(logarithm(self, *args))
