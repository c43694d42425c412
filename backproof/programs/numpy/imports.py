"""Imports inside of functions: for the time of a run they find other modules."""

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType

FOLLOWED = ("numpy", "scipy", "math")
"""The packages whose modules have stand-ins."""


@contextmanager
def local_imports(
    stand_in: Callable[[ModuleType], ModuleType], functions: list[FunctionType]
) -> Iterator[None]:
    """Imports inside of functions find the stand-ins, under names that nobody else asks for. What a
    function's code was before, its `State` knows.
    """
    names = {n for n in FOLLOWED if n in sys.modules}
    renamed = {n: f"{n}_followed_{id(stand_in)}" for n in names}
    used: set[str] = set()
    try:
        for function in functions:
            code = function.__code__
            if names & (found := _all_names(code)):
                function.__code__ = _importing(code, renamed)
                used |= names & found if function.__code__ is not code else set()
        # An import statement looks nowhere else: a function's builtins, and with them `__import__`,
        # are fixed when it is made. No entry is exchanged, those added are taken out again below.
        for name in used:
            sys.modules[renamed[name]] = stand_in(sys.modules[name])
        yield
    finally:
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


def _is(x: object, y: object) -> bool:
    return x is y
