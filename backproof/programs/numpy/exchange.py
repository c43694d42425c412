"""For the time of a run: what code uses, exchanged for what knows steps, and put back after it."""

from functools import wraps
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import scipy.sparse
from numpy.lib.stride_tricks import as_strided

from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.bodies import STAND_INS, body
from backproof.programs.numpy.imports import FOLLOWED
from backproof.programs.numpy.kinds import Types
from backproof.programs.numpy.libraries import of_library
from backproof.programs.numpy.library_code import Library
from backproof.programs.numpy.mathematics import of_numbers
from backproof.programs.numpy.operands import entered, is_known, plain
from backproof.programs.numpy.sparse import Sparse
from backproof.programs.numpy.standing import (
    DISPATCHED,
    RANDOM,
    Drawing,
    Joining,
    Ufunc,
    asked,
    drawing,
    enumerated,
    vectorised,
)
from backproof.programs.numpy.tape import Tape
from backproof.programs.reach import LONG, Reach, contents, slots_of

COMPILED = ("fortran", "cython_function_or_method")
"""The types of functions that f2py and Cython make."""
BUILTINS = ("float", "type")


class StandIn(ModuleType):
    """A module, in which some names stand for others."""

    def __init__(self, module: ModuleType, exchange: "Exchange") -> None:
        super().__init__(module.__name__)
        self.__dict__.update(_module=module, _exchange=exchange)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_module"], name)
        exchange = self.__dict__["_exchange"]
        return exchange.stand_in(value) if exchange.tape.follows else value

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_module"])


class Exchange:
    """The stand-ins of one tape."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.types, self.library = tape, Types(tape), Library(self.stand_in)
        self._made: dict[int, tuple[Any, Any]] = {}

    def stand_in(self, value: Any) -> Any:
        """What stands for a value during the run; the value itself where nothing does."""
        if type(value) is np.ndarray:
            return entered(self.tape, value) if value.dtype.kind in "fciub" else value
        if isinstance(value, tuple):
            return self._tuple(value)
        found = self._made.get(id(value))
        if found is None or found[0] is not value:
            found = self._made[id(value)] = (value, self._new(value))
        return found[1]

    def _tuple(self, value: Any) -> Any:
        """A tuple of stand-ins, where one of its parts has one."""
        parts = [self.stand_in(part) for part in value] if len(value) <= LONG else value
        if all(map(_is, parts, value)):
            return value
        return value._make(parts) if hasattr(value, "_make") else tuple(parts)

    def _new(self, value: Any) -> Any:
        if isinstance(value, ModuleType):
            package = value.__name__.partition(".")[0]
            return StandIn(value, self) if package in FOLLOWED else value
        if id(value) in STAND_INS:
            return STAND_INS[id(value)](self.tape, value)
        if isinstance(value, DISPATCHED):
            return asked(self.tape, value)
        if isinstance(value, np.ufunc):
            return Ufunc(self.tape, value)
        if scipy.sparse.issparse(value):
            return Sparse(self.tape, value)
        if value is np.r_ or value is np.c_:
            return Joining(self.tape, value)
        if isinstance(value, MethodType) and self.library.follows(type(value.__self__)):
            return getattr(self.stand_in(value.__self__), value.__name__)
        if self.library.follows(type(value)) and hasattr(value, "__dict__"):
            return self.library.instance(value)
        if value is np.ndenumerate:
            return enumerated
        if value is np.vectorize or isinstance(value, np.vectorize):
            return vectorised(self.tape, value)
        if isinstance(value, RANDOM):
            return Drawing(self.tape, value)
        if value is np.random.default_rng or isinstance(getattr(value, "__self__", None), RANDOM):
            return drawing(self.tape, value)
        if value is as_strided:
            return self._strided()
        if isinstance(value, type):
            follows = self.library.follows(value)
            return self.library.kind(value) if follows else self.types.stand_in(value)
        module = str(getattr(value, "__module__", "") or "")
        if isinstance(value, BuiltinFunctionType) and module == "math":
            return of_numbers(self.tape, value)
        if isinstance(value, FunctionType) and module.startswith("numpy."):
            return value if hasattr(value, "_implementation") else self._body(value)
        python = isinstance(value, FunctionType | BuiltinFunctionType)
        if (python and module.startswith("scipy")) or type(value).__name__ in COMPILED:
            return of_library(self.tape, value, self.library)
        if module_of(type(value)) == "numba":
            return self._compiled(value)
        return value

    def _strided(self) -> Any:
        @wraps(as_strided)
        def stand_in(x: Any, *args: Any, **kwargs: Any) -> Any:
            result = as_strided(plain(x), *args, **kwargs)
            return entered(self.tape, result) if isinstance(x, Traced) else result

        return stand_in

    def _body(self, function: FunctionType) -> Any:
        """A function of NumPy's that does not ask its arguments: its own Python, with makers."""
        inside = body(self.tape, function)

        @wraps(function)
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            follows = self.tape.follows and is_known((args, kwargs))
            return (inside if follows else function)(*args, **kwargs)

        return stand_in

    def _compiled(self, function: Any) -> Any:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            if self.tape.follows and is_known((args, kwargs)):
                self.tape.escape("compiled code")
            return function(*plain(args), **plain(kwargs))

        return stand_in

    # -- putting them in ------------------------------------------------------------------------
    def put_in(self, found: Reach) -> None:
        """Into everything that was reached."""
        for space, names in found.globals.values():
            for name in names:
                if name in space:
                    self._into(space, name, space[name])
                elif name in BUILTINS:
                    of = self.types
                    space[name] = of.kind_of if name == "type" else of.stand_in(float)
        for mapping in found.mappings:
            for key, value in list(mapping.items()):
                self._into(mapping, key, value)
        for elements in found.lists:
            for k, value in enumerate(elements):
                self._into(elements, k, value)
        for cell in found.cells:
            for value in contents(cell):
                if (other := self.stand_in(value)) is not value:
                    cell.cell_contents = other
        for x in found.slotted:
            for name in slots_of(x):
                value = getattr(x, name)
                if (other := self.stand_in(value)) is not value:
                    object.__setattr__(x, name, other)

        for kind in found.classes:
            for name, value in list(vars(kind).items()):
                if not name.startswith("__"):
                    self._into_class(kind, name, value)
        for function in found.functions:
            if function.__defaults__ is not None:
                function.__defaults__ = self.stand_in(function.__defaults__)

    def _into_class(self, kind: type, name: str, value: Any) -> None:
        """An attribute of a class; what is no method before must not become one."""
        other = self.stand_in(value)
        if other is not value:
            # The only place where `Layer.xp` and `self.xp` are both looked up is the class itself.
            # `State` puts it back, undisturbed by signals, before anything else runs.
            is_bound = isinstance(other, FunctionType) and not hasattr(value, "__get__")
            type.__setattr__(kind, name, staticmethod(other) if is_bound else other)

    def _into(self, holder: Any, key: Any, value: Any) -> None:
        other = self.stand_in(value)
        if other is not value:
            holder[key] = other


def module_of(kind: type) -> str:
    """The package that a class comes from."""
    return str(getattr(kind, "__module__", "") or "").partition(".")[0]


def _is(x: Any, y: Any) -> bool:
    return x is y
