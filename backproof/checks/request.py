"""What the user asked, as every way in passes it on, and how the answer names it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.checks.claim import Tensors
from backproof.programs.signature import title
from backproof.verdict import Subject

Function = Callable[..., Any]
COTANGENT = "the cotangent of "
"""What a cotangent is called among the tensors: no argument can be called so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: the way in, `name` and `again` for the verdict, `seconds` a call may take."""

    way: str
    name: str
    again: str
    seed: int
    seconds: float
    reference: Function | None = None


def subject(tensors: Tensors, asked: Asked, dtypes: Mapping[str, Any] | None = None) -> Subject:
    """What a claim is called, and the hash of its name and numbers.

    dtypes: of the tensors, by name, where an array of NumPy cannot say it.
    """
    content = hashlib.sha256(f"{asked.way} {asked.name} {asked.seed}".encode())
    for name, t in tensors.items():
        content.update(f"{name} {t.dtype} {t.shape}".encode() + np.ascontiguousarray(t).tobytes())
    named = (str((dtypes or {}).get(n, t.dtype)) for n, t in tensors.items())
    kinds = dict.fromkeys(name.rpartition(".")[2] for name in named)
    shapes = ", ".join(f"{name} {t.shape}" for name, t in tensors.items())
    line = f"{shapes} · {', '.join(kinds)}"
    size = sum(t.size for t in tensors.values())
    return Subject(content.hexdigest()[:12], asked.name, asked.way, line, size, asked.again)


def called(
    way: str,
    names: tuple[str, ...],
    rest: str,
    seed: int,
    reference: Function | None,
    accept: Mapping[str, float],
) -> str:
    """The call that judges the same again, as one would write it."""
    words = [*names, f"*{rest}", f"seed={seed}"]
    words += [f"reference={title(reference)}"] if reference is not None else []
    words += [f"accept={dict(accept)}"] if accept else []
    return f"backproof.{way}({', '.join(words)})"


def callables(**functions: Any) -> None:
    """Raise TypeError where one of these cannot be called."""
    for name, function in functions.items():
        if not callable(function):
            kind = type(function).__name__
            raise TypeError(f"{name} is a {kind}: it must be a function")
