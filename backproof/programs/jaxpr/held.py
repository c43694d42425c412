"""A value of a run in JAX: the array, and where arguments reach it, the step that made it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from backproof.exact.precision import precision_of
from backproof.exact.record import Record, Step
from backproof.programs.run import CannotFollow


@dataclass(slots=True)
class Held:
    """An array of the run.

    array: of NumPy, in the run's own dtype; of JAX where NumPy has no such dtype (random keys).
    moves: whether it depends on an argument or a cotangent; all else are constants. Their step is
    made when one that moves meets them, but for numbers that are functions of others.
    """

    array: Any
    step: Step | None = None
    moves: bool = False

    @classmethod
    def of(cls, value: Any) -> "Held":
        """A constant."""
        return cls(plain(value))

    @classmethod
    def made(cls, value: Any, step: Step) -> "Held":
        """What the run computed from its arguments."""
        return cls(plain(value), step, moves=True)

    def as_step(self, record: Record) -> Step:
        """The step; of a constant a new one, once."""
        if self.step is None:
            if type(self.array) is not np.ndarray:
                raise CannotFollow("a random key is no number")
            if is_float(self.array.dtype) and precision_of(self.array.dtype) is None:
                raise CannotFollow(f"floats of type {self.array.dtype} have no exact arithmetic")
            precision = precision_of(self.array.dtype)
            self.step = record.constant(self.array, precision, scalar=self.array.shape == ())
        return self.step


class Walker(Protocol):
    """What runs the programs inside of operations, and moves elements."""

    @property
    def record(self) -> Record:
        """The record of the run."""

    @property
    def further(self) -> int:
        """So many times as many turns as a loop takes it is run on."""

    def run(self, program: Any, *inputs: Held) -> list[Held]:
        """The outputs of a jaxpr."""

    def moved(self, layout: Callable[..., Any], *sources: Held, by: tuple[Held, ...] = ()) -> Held:
        """An array that is made of elements of others, as decisions say."""


def plain(value: Any) -> Any:
    """An array as NumPy has it, if it has such a dtype."""
    is_key = hasattr(value, "dtype") and jnp.issubdtype(value.dtype, jax.dtypes.extended)
    return value if is_key else np.asarray(value)


def is_number(variable: Any) -> bool:
    """Whether a program's variable is a single float, of a format that has exact arithmetic."""
    return variable.aval.shape == () and precision_of(variable.aval.dtype) is not None


def is_float(dtype: Any) -> bool:
    """Whether derivatives pass through arrays of a dtype: floats of any format, complex numbers."""
    return bool(jnp.issubdtype(dtype, np.inexact))
