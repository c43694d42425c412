"""What stands for `float`, `np.float32` and the others: in an arithmetic, all of them are one."""

from typing import Any

import numpy as np

from reference.exact_numpy.arithmetics import Arithmetic, is_real

GENERAL = (np.floating, np.inexact, np.number, np.generic)
"""The types that all of NumPy's floats are instances of."""
NAMES = {"float", "float16", "float32", "float64", "f", "d", "f2", "f4", "f8", "single", "double"}
"""How a precision is asked for by a string."""


class StandInType(type):
    """The type of what stands for `float`, `np.float32`, ...: single numbers count as instances."""

    real: type
    arithmetic: Arithmetic
    dtype = np.dtype(np.float64)

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (cls.real, *cls.arithmetic.numbers))

    def __eq__(cls, other: object) -> bool:
        return cls is other or other in (cls.real, np.float64)

    def __hash__(cls) -> int:
        return hash(cls.real)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real, name)

    def __call__(cls, x: Any = 0.0) -> Any:
        """The number, or the array, in the arithmetic; to `float` alone a float stays a float."""
        if isinstance(x, cls.arithmetic.numbers):
            return x
        if isinstance(x, np.ndarray) and (is_real(x) or cls.real is not float):
            entered = cls.arithmetic.array(x)
            return entered.item() if cls.real is float or not entered.ndim else entered
        if isinstance(x, list | tuple):
            return cls.arithmetic.leave(np.array(x))
        return float(x) if cls.real is float else cls.arithmetic.number(float(x))


def stand_in_type(real: type, arithmetic: Arithmetic) -> StandInType:
    """What stands for a type of floats: those of NumPy are all as precise as the arithmetic."""
    return StandInType(real.__name__, (), {"real": real, "arithmetic": arithmetic})


def is_precision(x: Any) -> bool:
    """Whether an argument asks for floats of some precision."""
    if isinstance(x, str):
        return x in NAMES
    if isinstance(x, np.dtype):
        return x.kind == "f"
    return x is float or (isinstance(x, type) and issubclass(x, np.floating) and x not in GENERAL)
