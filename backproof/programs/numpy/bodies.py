"""NumPy's functions that are written in Python, run in that Python with arrays that know steps."""

from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.makers import MAKING, TAKING, making, taking
from backproof.programs.numpy.operands import plain
from backproof.programs.numpy.tape import Tape
from backproof.programs.numpy.waves import transform


class Namespace(dict[str, Any]):
    """The globals of a module of NumPy's, in which what makes arrays makes those of the tape."""

    def __init__(self, tape: Tape, plain: dict[str, Any]) -> None:
        super().__init__(plain)
        self.tape, self.plain = tape, plain
        for name, value in plain.items():
            self[name] = self._stand_in(value)
        own: dict[str, Any] = {
            "_lerp": between,
            "_divide_by_count": divided,
            "_array_converter": partial(Converter, tape),
        }
        if "_raw_fft" in plain:
            own["_raw_fft"] = transform(tape, plain["_raw_fft"])
        self.update({name: value for name, value in own.items() if name in plain})

    def _stand_in(self, value: Any) -> Any:
        if isinstance(value, ModuleType) and value.__name__.startswith("numpy"):
            return Seen(self.tape, value)
        if isinstance(value, FunctionType) and value.__globals__ is self.plain:
            inside = getattr(value, "_implementation", None)
            return value if inside is not None else self.bound(value)
        return exchanged(self.tape, value)

    def bound(self, function: FunctionType) -> FunctionType:
        """A function of the module, in this namespace."""
        made = FunctionType(
            function.__code__, self, function.__name__, function.__defaults__, function.__closure__
        )
        made.__kwdefaults__ = function.__kwdefaults__
        return made


class Seen(ModuleType):
    """A module of NumPy's, in which what makes arrays makes those of the tape."""

    def __init__(self, tape: Tape, module: ModuleType) -> None:
        super().__init__(module.__name__)
        self.__dict__["_tape"], self.__dict__["_module"] = tape, module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_module"], name)
        return exchanged(self.__dict__["_tape"], value)


class Converter:
    """What NumPy's Python makes arrays of its arguments with, and results of arrays."""

    def __init__(self, tape: Tape, *given: Any) -> None:
        self.given = given
        self.arrays = tuple(x if isinstance(x, Traced) else tape.calls.array(x) for x in given)
        self.scalar_input = tuple(np.ndim(x) == 0 for x in given)

    def __len__(self) -> int:
        return len(self.given)

    def __getitem__(self, k: int) -> Any:
        return self.arrays[k]

    def as_arrays(self, subok: bool = True, pyscalars: Any = None) -> tuple[Any, ...]:
        """The arguments as arrays."""
        return self.arrays

    def result_type(self, extra_dtype: Any = None, ensure_inexact: bool = False) -> Any:
        """The dtype of all together."""
        more = [extra_dtype] if extra_dtype is not None else []
        more += [0.0] if ensure_inexact else []
        return np.result_type(*plain(self.given), *more)

    def wrap(self, result: Any, to_scalar: bool | None = None) -> Any:
        """A result, as a number where all arguments were numbers."""
        is_scalar = all(self.scalar_input) if to_scalar is None else to_scalar
        return result[()] if is_scalar and np.ndim(result) == 0 else result


def between(a: Any, b: Any, t: Any, out: Any = None) -> Any:
    """What NumPy's quantiles interpolate by, in which numbers are written to in place."""
    made = np.where(t >= 0.5, b - (b - a) * (1 - t), a + (b - a) * t)
    if out is None:
        return made
    out[...] = made
    return out


def divided(a: Any, b: Any, out: Any = None) -> Any:
    """What NumPy's means without NaN divide by, in which a number is converted by its dtype."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.divide(a, b) if out is None else np.divide(a, b, out=out, casting="unsafe")


STAND_INS = {id(f): taking for f in TAKING} | {id(f): making for f in MAKING}


def exchanged(tape: Tape, value: Any) -> Any:
    """The stand-in of what makes arrays, all else as it is."""
    stand_in = STAND_INS.get(id(value))
    return value if stand_in is None else stand_in(tape, value)


def body(tape: Tape, function: FunctionType) -> FunctionType:
    """A function of NumPy's whose makers are the tape's."""
    spaces: dict[int, Namespace] = tape.spaces
    module = function.__globals__
    space = spaces.get(id(module))
    if space is None:
        space = spaces[id(module)] = Namespace(tape, module)
    return space.bound(function)
