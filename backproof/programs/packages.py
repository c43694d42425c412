"""Whose code a thing is: the author's own, a library's that it calls, or nobody's to look into."""

import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))
NEVER = {"numpy", "scipy", "torch", "jax", "jaxlib", "flint", "builtins", "backproof"}
"""Packages that are never entered, though they hold a root."""
ON_TRIAL = "backproof.manual"
"""The one room of ours that is code like everybody's."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The functions of installed libraries that ran: their code and their namespace, by the
    identity of the code; and their packages.
    """

    functions: dict[int, tuple[CodeType, dict[str, Any]]] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)

    @property
    def folders(self) -> set[str]:
        """Where the packages lie: as the names of their files begin."""
        return {str(path) for p in self.packages if (path := _place(p)) is not None}


NOTHING = Ran()


def package_of(x: Any) -> str:
    """The package that a module, a class, a function or what wraps one comes from."""
    while isinstance(x, partial):
        x = x.func
    module = vars(x).get("__module__") if isinstance(x, type) else None
    module = module or getattr(x, "__module__", None) or getattr(x, "__name__", "")
    inside = f"{module}.".startswith(f"{ON_TRIAL}.")
    return ON_TRIAL if inside else str(module).partition(".")[0]


def is_entered(x: Any, ours: set[str], ran: Ran) -> bool:
    """Whether a module, a class or a function is looked into: the author's own; of libraries the
    functions that ran, and their classes. ours: packages that are the author's wherever they lie.
    """
    package = package_of(x)
    if package in NEVER or package in sys.builtin_module_names:
        return False
    if package in ours or package == ON_TRIAL:
        return True
    if package in ran.packages:
        return isinstance(x, type) or id(getattr(x, "__code__", None)) in ran.functions
    module = x if isinstance(x, ModuleType) else sys.modules.get(getattr(x, "__module__", ""))
    return not _is_installed(package, str(getattr(module, "__file__", None) or ""))


def listen(ran: Ran, call: Callable[[], Any]) -> None:
    """Call, and note what of installed libraries runs in this thread meanwhile: where profilers are
    told, or debuggers where one profiles; nothing where both are at work.
    """
    known: dict[int, CodeType] = {}  # kept, so that no other has the same name

    def hear(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and id(code) not in known:
            known[id(code)] = code
            package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            never = package in NEVER or package in sys.stdlib_module_names
            if not never and _is_installed(package, code.co_filename):
                ran.functions[id(code)] = code, frame.f_globals
                ran.packages.add(package)

    for taken, put in ((sys.getprofile, sys.setprofile), (sys.gettrace, sys.settrace)):
        if taken() is None:
            put(hear)
            try:
                call()
                return
            finally:
                put(None)
    call()


def _is_installed(package: str, file: str) -> bool:
    return file.startswith(LIBRARIES) or _has_metadata(package)


@lru_cache
def _has_metadata(package: str) -> bool:
    """Whether a package lies where an installer put it, beside what it knows of others."""
    place = _place(package)
    return place is not None and any(place.parent.glob("*.dist-info"))


def _place(package: str) -> Path | None:
    """The folder of a package, the file of a module."""
    file = getattr(sys.modules.get(package), "__file__", None)
    if not file or package == "__main__":
        return None
    return Path(file).parent if Path(file).stem == "__init__" else Path(file)
