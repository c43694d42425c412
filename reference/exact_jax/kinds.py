"""The kinds of number that a program runs on: balls, floats of fewer bits, float64.

Among a program's values every float is of the one kind in force; integers, booleans and JAX's
random keys are ordinary.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from architectures import Array
from reference.exact.arrays import Lifted, filled, lift
from reference.exact.ball import Ball
from reference.exact.short import Short, shorten

Enter = Callable[[Array], Any]
"""Float64 arrays to arrays of the same values, of one kind of number."""


def entrance(arrays: Iterable[Any]) -> Enter:
    """The way into the arithmetic that the arrays are of."""
    kinds = {type(x) for x in arrays}
    return lift if Lifted in kinds else shorten if Short in kinds else np.asarray


def like(x: Any, floats: Any) -> Any:
    """Ordinary floats in the arithmetic of x; plain numbers where x holds integers."""
    if not of_floats(x):
        return np.asarray(floats).astype(x.dtype)
    return entrance([x])(np.asarray(floats, dtype=np.float64))


def least(x: Any) -> Any:
    """What is below every number of x's kind."""
    return like(x, -np.inf if of_floats(x) else np.iinfo(x.dtype).min)


def greatest(x: Any) -> Any:
    """What is above every number of x's kind."""
    return like(x, np.inf if of_floats(x) else np.iinfo(x.dtype).max)


def of_balls(x: Any) -> bool:
    """Whether an array holds balls."""
    return type(x) is Lifted


def of_floats(x: Any) -> bool:
    """Whether an array holds numbers of the kind in force, of whatever kind they are."""
    return type(x) is Lifted or x.dtype.kind == "f"


def settled(result: Any, dtype: Any, enter: Enter) -> Any:
    """What a rule computed as an array; floats of the kind in force, integers of JAX's dtype."""
    if type(result) is Ball:
        return filled([result], ())
    plain = np.asarray(result)
    if plain.dtype.char == "O":
        return result if type(result) is Lifted else plain.view(Lifted)
    if plain.dtype.kind == "f":
        return result if type(result) is Short else enter(plain.astype(np.float64, copy=False))
    return plain.astype(dtype, copy=False)
