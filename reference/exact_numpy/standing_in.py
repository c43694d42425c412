"""What stands for NumPy, `math`, `scipy.special` and `float` in the followed code's own globals.

The modules themselves are left alone: their compiled code looks them up as well, and writes raw
floats into what comes back.
"""

from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from reference.exact_numpy import mathematics
from reference.exact_numpy.arithmetics import Arithmetic
from reference.exact_numpy.calls import Call
from reference.exact_numpy.precisions import GENERAL, StandInType, stand_in_type

PACKAGES = ("numpy", "scipy", "math")


class StandInModule(ModuleType):
    """A module whose functions compute in an arithmetic; the rest of it as it is."""

    def __init__(self, real: ModuleType, arithmetic: Arithmetic) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(_real=real, _arithmetic=arithmetic)

    def __getattr__(self, name: str) -> Any:
        real, arithmetic = self.__dict__["_real"], self.__dict__["_arithmetic"]
        value = getattr(real, name)
        if real is np.random and isinstance(value, MethodType | BuiltinFunctionType):
            value = Call(value, arithmetic)
        value = stand_in(value, arithmetic)
        self.__dict__[name] = value
        return value


def is_known(module: ModuleType) -> bool:
    """Whether something stands for a module."""
    return module.__name__.partition(".")[0] in PACKAGES


def stand_in(value: Any, arithmetic: Arithmetic) -> Any:
    """What stands for a value of somebody's globals: itself, unless it is NumPy's, or `float`."""
    if isinstance(value, StandInModule | StandInType | Call):
        return value
    if isinstance(value, ModuleType):
        return StandInModule(value, arithmetic) if is_known(value) else value
    if isinstance(value, type):
        floating = value is float or issubclass(value, np.floating) or value in GENERAL
        return stand_in_type(value, arithmetic) if floating else value
    home = str(getattr(value, "__module__", None) or "")
    if isinstance(value, BuiltinFunctionType) and home == "math":
        return mathematics.in_arithmetic(value, arithmetic)
    if isinstance(value, np.ufunc) or (_is_function(value) and home.startswith(PACKAGES)):
        return Call(value, arithmetic)
    return value


def _is_function(value: Any) -> bool:
    return isinstance(value, FunctionType | BuiltinFunctionType | type(np.dot))
