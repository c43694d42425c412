"""What goes into a call and what comes out: plain values for NumPy, steps for the record."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from backproof.exact.primitives import elementwise as e
from backproof.exact.record import Step
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.layout import plain_view
from backproof.programs.numpy.numbers import KINDS, Float, Number
from backproof.programs.numpy.tape import Tape, alike

WEAK = (bool, int, float, complex)


def mapped(change: Callable[[Any], Any], x: Any) -> Any:
    """A nest of lists, tuples, dicts and slices with every leaf changed."""
    if isinstance(x, tuple):
        parts = [mapped(change, part) for part in x]
        return x._make(parts) if hasattr(x, "_make") else tuple(parts)
    if isinstance(x, list):
        return [mapped(change, part) for part in x]
    if isinstance(x, dict):
        return {key: mapped(change, part) for key, part in x.items()}
    if isinstance(x, slice):
        return slice(*(mapped(change, part) for part in (x.start, x.stop, x.step)))
    return change(x)


def leaves(x: Any) -> Iterator[Any]:
    """The leaves of such a nest."""
    if isinstance(x, tuple | list):
        for part in x:
            yield from leaves(part)
    elif isinstance(x, dict):
        for part in x.values():
            yield from leaves(part)
    elif isinstance(x, slice):
        yield from leaves((x.start, x.stop, x.step))
    else:
        yield x


def is_known(x: Any) -> bool:
    """Whether a value, or one in a nest, knows its step."""
    return any(isinstance(leaf, Traced | Number) for leaf in leaves(x))


def plain(x: Any) -> Any:
    """The same without any steps."""
    if isinstance(x, Traced):
        return plain_view(x)
    if isinstance(x, Number):
        return x.plain
    return mapped(plain, x) if isinstance(x, tuple | list | dict | slice) else x


def step_of(tape: Tape, x: Any, common: Any = None) -> Step:
    """The step of an operand. common: the dtype that a number of Python takes beside arrays."""
    if isinstance(x, Traced):
        return _of_array(tape, x)
    if isinstance(x, Number):
        return _of_number(tape, x, common)
    if isinstance(x, Step):
        return x
    if type(x) in WEAK:
        fits = common is not None and common.kind in "fc"
        return tape.constant(common.type(x) if fits else x, scalar=True)
    if isinstance(x, list | tuple) and is_known(x):
        return step_of(tape, tape.calls.array(x))
    array = np.asarray(x)
    return tape.read(array) if array is x else tape.constant(array, scalar=array.ndim == 0)


def _of_array(tape: Tape, x: Traced) -> Step:
    known_here = x.own is not None and x.tape is tape and x.own[1] == tape.version(x)
    if known_here and alike(plain_view(x), x.own[0].value):  # type: ignore[index]
        return x.own[0]  # type: ignore[index]
    step = tape.read(plain_view(x))
    x.own = (step, tape.version(x))
    return step


def _of_number(tape: Tape, x: Number, common: Any) -> Step:
    if x.tape is not tape:
        return tape.constant(x.plain, scalar=True)
    narrow = (
        isinstance(x, Float) and common is not None and common.kind == "f" and common.itemsize < 8
    )
    return tape.settle(lambda: e.cast(x.step), common.type(x.plain)) if narrow else x.step


def common_dtype(inputs: tuple[Any, ...]) -> Any:
    """The dtype in which NumPy computes with operands; None where there is none."""
    weak = any(type(x) in WEAK or isinstance(x, Float) for x in inputs)
    if not weak or len(inputs) == 1:
        return None
    try:
        return np.result_type(*(plain(x) for x in inputs))
    except (TypeError, ValueError, OverflowError):
        return None


def escaping(tape: Tape, name: str, function: Any, args: Any, kwargs: Any) -> Any:
    """What a function that is not followed makes of plain values; it escapes by a name."""
    tape.escape(name)
    return function(*plain(args), **plain(kwargs))


def known(tape: Tape, result: Any, step: Step) -> Any:
    """A result that knows its step; integers without axes and Python's bools stay what they are.

    A truth value is an array without axes, since no class can inherit from numpy.bool.
    """
    if isinstance(result, np.ndarray | np.bool):
        result = np.asarray(result)
        array = plain_view(result).view(Traced)
        array.tape = tape
        tape.settle_in(plain_view(result), step)
        array.own = (step, tape.version(array))
        return array
    kind = KINDS.get(type(result))
    if kind is None:
        if isinstance(result, complex | np.complexfloating | np.longdouble):
            tape.escape(f"a number of type {type(result).__name__}")
        return result
    return kind.known(result, tape, step)


def entered(tape: Tape, array: Any) -> Any:
    """An array of the run's whose memory has no step yet, or one that is not its own."""
    made = plain_view(array).view(Traced)
    made.tape = tape
    return made


def is_floating(x: Any) -> bool:
    """Whether a plain result has a derivative."""
    return np.asarray(x).dtype.kind in "fc"
