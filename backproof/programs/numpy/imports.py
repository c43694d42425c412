"""Imports inside of functions: for the time of a run they find other modules."""

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
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
    mark, used = f"_followed_{id(stand_in)}", set[str]()
    try:
        for function in functions:
            function.__code__ = _importing(function.__code__, mark, used)
        # An import statement looks nowhere else: a function's builtins, and with them `__import__`,
        # are fixed when it is made. No entry is exchanged, those added are taken out again below.
        for name in used:
            sys.modules[_marked(name, mark)] = stand_in(sys.modules[name])
        yield
    finally:
        for name in used:
            sys.modules.pop(_marked(name, mark), None)


def _marked(name: str, mark: str) -> str:
    """The name of a module in a package of another name."""
    package, dot, rest = name.partition(".")
    return f"{package}{mark}{dot}{rest}"


def _importing(code: CodeType, mark: str, used: set[str]) -> CodeType:
    """The same code, its imports by other names; used: the modules imported, and their packages."""
    imported = {n for n in _imported(code) if _is_followed(n)}
    for name in imported:
        parts = name.split(".")
        used.update(".".join(parts[: k + 1]) for k in range(len(parts)))
    names = tuple(_marked(n, mark) if n in imported else n for n in code.co_names)
    constants = tuple(
        _importing(c, mark, used) if isinstance(c, CodeType) else c for c in code.co_consts
    )
    same = names == code.co_names and all(map(_is, constants, code.co_consts))
    return code if same else code.replace(co_names=names, co_consts=constants)


def _is_followed(name: str) -> bool:
    """Whether a module has a stand-in; one that nobody has imported yet is imported."""
    if name.partition(".")[0] not in FOLLOWED:
        return False
    with suppress(ImportError):
        import_module(name)
    return name in sys.modules


def _imported(code: CodeType) -> set[str]:
    """The modules that a function imports and does not know by the same name besides."""
    if not any(n.partition(".")[0] in FOLLOWED for n in code.co_names):
        return set()
    steps = [s for s in dis.get_instructions(code) if s.opname != "EXTENDED_ARG"]
    read = {s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    imports = (k for k, s in enumerate(steps) if s.opname == "IMPORT_NAME")
    # Before it come how far up a relative import begins, and the names that are taken.
    return {str(steps[k].argval) for k in imports if steps[k - 2].argval == 0} - read


def _is(x: object, y: object) -> bool:
    return x is y
