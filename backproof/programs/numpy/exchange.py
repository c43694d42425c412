"""For the time of a run: what code uses, exchanged for what knows steps, and put back after it."""

import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import scipy.sparse
from numpy.lib.stride_tricks import as_strided

from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.bodies import STAND_INS, body
from backproof.programs.numpy.kinds import Types
from backproof.programs.numpy.libraries import of_library
from backproof.programs.numpy.mathematics import of_numbers
from backproof.programs.numpy.operands import entered, is_known, plain
from backproof.programs.numpy.sparse import Sparse
from backproof.programs.numpy.structure import MOVES
from backproof.programs.numpy.tape import Tape
from backproof.programs.reach import LONG, Reach, contents, slots_of
from backproof.programs.state import undisturbed

FOLLOWED = ("numpy", "scipy", "math")
"""The packages whose modules have stand-ins."""
BUILTINS = ("float", "type")


DISPATCHED = type(np.sum)
"""The class of NumPy's functions that ask their arguments what to do."""

OF_LISTS = (np.select, np.piecewise, np.linalg.multi_dot, np.lexsort)
"""Functions that are given arrays in a list, each on its own."""


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
        self.tape, self.types = tape, Types(tape)
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
        if value is np.ndenumerate:
            return enumerated
        if value is np.vectorize or isinstance(value, np.vectorize):
            return vectorised(self.tape, value)
        if isinstance(value, np.random.Generator):
            return chance(self.tape, value)
        if value is np.random.default_rng:
            return lambda *args: chance(self.tape, value(*args))
        if value is as_strided:
            return self._strided()
        if isinstance(value, type):
            return self.types.stand_in(value)
        module = str(getattr(value, "__module__", "") or "")
        if isinstance(value, BuiltinFunctionType) and module == "math":
            return of_numbers(self.tape, value)
        if isinstance(value, FunctionType) and module.startswith("numpy."):
            return value if hasattr(value, "_implementation") else self._body(value)
        if isinstance(value, FunctionType | BuiltinFunctionType) and module.startswith("scipy"):
            return of_library(self.tape, value)
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
                    space[name] = self.types.type if name == "type" else self.types.made[float]
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

    def _into(self, holder: Any, key: Any, value: Any) -> None:
        other = self.stand_in(value)
        if other is not value:
            holder[key] = other


def module_of(kind: type) -> str:
    """The package that a class comes from."""
    return str(getattr(kind, "__module__", "") or "").partition(".")[0]


def vectorised(tape: Tape, value: Any) -> Any:
    """numpy.vectorize, which calls its function with every element."""

    class Vectorized(np.vectorize):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            if not tape.follows or not is_known((args, kwargs)) or self.signature or kwargs:
                return super().__call__(*plain(args), **plain(kwargs))
            arrays = np.broadcast_arrays(*(tape.calls.array(a) for a in args))
            rows = zip(*(a.reshape(-1) for a in arrays), strict=True)
            made = [self.pyfunc(*row) for row in rows]
            return tape.calls.array(made).reshape(arrays[0].shape)

    if isinstance(value, type):
        return Vectorized
    return Vectorized(value.pyfunc, otypes=value.otypes, signature=value.signature)


def asked(tape: Tape, function: Any) -> Any:
    """A function of NumPy's that asks lists as well, whose numbers may know their steps."""

    @wraps(function)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if not tape.follows or not any(in_lists(x) for x in (*args, *kwargs.values())):
            return function(*args, **kwargs)
        if function in MOVES or function in OF_LISTS:
            return tape.calls.function(function, args, kwargs)
        given = (tape.calls.array(x) if in_lists(x) else x for x in args)
        return function(*given, **kwargs)

    return stand_in


class Ufunc:
    """A ufunc that asks lists as well."""

    __slots__ = ("_real", "_tape")

    def __init__(self, tape: Tape, real: np.ufunc) -> None:
        self._tape, self._real = tape, real

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        return np.ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._tape.follows and any(map(in_lists, args)):
            given = tuple(self._tape.calls.array(x) if in_lists(x) else x for x in args)
            return self._real(*given, **kwargs)
        return self._real(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __repr__(self) -> str:
        return repr(self._real)


def in_lists(x: Any) -> bool:
    """Whether a list has numbers or arrays that know their steps."""
    return isinstance(x, list | tuple) and is_known(x)


def enumerated(array: Any) -> Iterator[Any]:
    """numpy.ndenumerate."""
    return ((place, array[place]) for place in np.ndindex(np.shape(array)))


def chance(tape: Tape, generator: np.random.Generator) -> np.random.Generator:
    """A generator that draws the same from the same state, arrays of the run's own."""

    class Chance(np.random.Generator):
        def __getattribute__(self, name: str) -> Any:
            found = super().__getattribute__(name)
            if name.startswith("_") or not callable(found):
                return found

            @wraps(found)
            def draw(*args: Any, **kwargs: Any) -> Any:
                result = found(*plain(args), **plain(kwargs))
                mine = isinstance(result, np.ndarray) and result.dtype.kind in "fc"
                return entered(tape, result) if mine and tape.follows else result

            return draw

    return Chance(generator.bit_generator)


@contextmanager
def local_imports(exchange: Exchange, functions: list[FunctionType]) -> Iterator[None]:
    """Imports inside of functions find the stand-ins, under names that nobody else asks for."""
    names = {n for n in FOLLOWED if n in sys.modules}
    renamed = {n: f"{n}_followed_{id(exchange)}" for n in names}
    before = [(f, f.__code__) for f in functions]
    used: set[str] = set()
    try:
        for function, code in before:
            fresh = _importing(code, renamed) if names & _all_names(code) else code
            if fresh is not code:
                used |= {n for n in names if n in _all_names(code)}
                function.__code__ = fresh
        for name in used:
            sys.modules[renamed[name]] = StandIn(sys.modules[name], exchange)
        yield
    finally:
        with undisturbed():
            for function, code in before:
                if function.__code__ is not code:
                    function.__code__ = code
            for name in used:
                sys.modules.pop(renamed[name], None)


def _all_names(code: CodeType) -> set[str]:
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return set(code.co_names).union(*map(_all_names, inner))


def _importing(code: CodeType, renamed: dict[str, str]) -> CodeType:
    """The same code, its imports by other names."""
    imported = _imported(code)
    names = tuple(renamed.get(n, n) if n in imported else n for n in code.co_names)
    constants = tuple(
        _importing(c, renamed) if isinstance(c, CodeType) else c for c in code.co_consts
    )
    same = names == code.co_names and all(map(_is, constants, code.co_consts))
    return code if same else code.replace(co_names=names, co_consts=constants)


def _imported(code: CodeType) -> set[str]:
    """The modules that a function imports and does not know by the same name besides."""
    steps = [(s.opname, str(s.argval)) for s in dis.get_instructions(code)]
    read = {name for kind, name in steps if kind in ("LOAD_GLOBAL", "LOAD_NAME")}
    return {name for kind, name in steps if kind == "IMPORT_NAME"} - read


def _is(x: Any, y: Any) -> bool:
    return x is y
