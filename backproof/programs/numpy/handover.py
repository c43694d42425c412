"""What is handed to a run in NumPy, and what is taken from it: arrays that know their steps."""

from collections.abc import Callable, Iterator, Mapping, Sequence, ValuesView
from typing import Any

import numpy as np

from backproof.exact.precision import precision_of
from backproof.exact.record import Step
from backproof.programs.nodes import leaves, mapped
from backproof.programs.numpy.numbers import KINDS, Number
from backproof.programs.numpy.operands import is_known, known, plain, step_of
from backproof.programs.numpy.operands import leaves as leaves_of
from backproof.programs.numpy.tape import Tape
from backproof.programs.run import Tensors

Gradients = Callable[[Any], Mapping[str, Any]]
"""From what a gradient returned to arrays by the names of tensors; None where there is none."""


def given(tape: Tape, tensors: Tensors) -> dict[str, Step]:
    """The steps of arguments."""
    return {n: tape.record.input(n, x, precision_of(x.dtype)) for n, x in tensors.items()}


def handed(
    tape: Tape, tensors: Tensors, inputs: Mapping[str, Step], numbers: Mapping[str, type]
) -> dict[str, Any]:
    """Copies of arguments that know their steps."""
    return {n: entering(tape, x, inputs[n], numbers.get(n)) for n, x in tensors.items()}


def entering(tape: Tape, x: Any, step: Step, kind: type | None) -> Any:
    """A value as an array of the run, or as a number of a type."""
    if kind is None or kind not in KINDS:
        return known(tape, np.array(x, order="K", ndmin=0), step)
    return KINDS[kind].known(kind(x[()]), tape, step)


def read(tape: Tape, gradients: Gradients, result: Any) -> Mapping[str, Any]:
    """What a gradient returned, by name: its numbers, and its lists of numbers, as arrays."""
    result = tuple(result) if isinstance(result, Iterator | ValuesView) else result
    arrays = mapped(lambda _, x: tape.calls.array(x) if isinstance(x, Number) else x, "", result)
    found = gradients(arrays)
    if all(g is None or is_known(g) for g in found.values()) or not is_known(result):
        return found
    try:
        again = gradients(joined(tape, result))
    except Exception:  # the lists stand for arguments, not for arrays
        return found
    return {n: _better(g, again.get(n)) for n, g in found.items()}


def _better(g: Any, other: Any) -> Any:
    """The same array, as the one that knows its step if there is one."""
    return other if is_known(other) and np.array_equal(plain(other), plain(g)) else g


def joined(tape: Tape, x: Any) -> Any:
    """A nest in which every list of numbers is an array."""
    if isinstance(x, dict):
        return {key: joined(tape, part) for key, part in x.items()}
    if not isinstance(x, list | tuple):
        return x
    if is_known(x) and all(isinstance(leaf, float | int) for leaf in leaves_of(x)):
        return tape.calls.array(x)
    return type(x)(joined(tape, part) for part in x) if type(x) in (list, tuple) else x


def taken(tape: Tape, found: Mapping[str, Any], returned: dict[str, Any]) -> dict[str, Step | None]:
    """The steps of gradients, whose values are copied at once into `returned`."""
    claimed: dict[str, Step | None] = {}
    for name, g in found.items():
        if g is None:
            claimed[name] = None
            continue
        claimed[name] = step_of(tape, g)
        returned[name] = np.array(plain(g))
    return claimed


def numbers_among(names: Sequence[str], values: Sequence[Any]) -> dict[str, type]:
    """Of arguments the leaves that are numbers, by name, with their types."""
    named = (leaf for n, v in zip(names, values, strict=True) for leaf in leaves(n, v))
    return {n: type(x) for n, x in named if type(x) in KINDS}
