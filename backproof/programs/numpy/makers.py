"""What makes arrays in people's code: of the run's own numbers, or empty ones to be written to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.numbers import Number
from backproof.programs.numpy.operands import entered, is_known, known, plain, step_of
from backproof.programs.numpy.tape import Tape

TAKING = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.require)
"""Those that make an array of what is given."""
MAKING = (
    np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.tri, np.zeros_like, np.ones_like,
    np.empty_like, np.full_like, np.linspace, np.logspace, np.geomspace, np.arange, np.indices,
    np.fromfunction, np.fromiter, np.frombuffer, np.copy, np.vander, np.hanning, np.hamming,
    np.blackman, np.bartlett, np.kaiser, np.fft.fftfreq, np.fft.rfftfreq,
)  # fmt: skip
"""Those that make a new one."""


def array(tape: Tape, maker: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    """numpy.array and its like, of values that may know their steps."""
    if not tape.follows:
        return maker(plain(x), *plain(args), **plain(kwargs))
    args, kwargs = plain(args), plain(kwargs)
    result = maker(plain(x), *args, **kwargs)
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype == object:
        return maker(x, *args, **kwargs) if is_known(x) and not isinstance(x, Traced) else result
    if isinstance(x, Traced):
        if np.may_share_memory(result, plain(x)):
            return x if result.shape == x.shape else entered(tape, result)
        return _copied(tape, x, result)
    if not is_known(x):
        return own(tape, result)
    return _joined(tape, x, result)


def _copied(tape: Tape, x: Traced, result: Any) -> Any:
    if result.dtype != x.dtype:
        cast = tape.calls.astype(x, result.dtype)
        return cast if result.shape == x.shape else cast.reshape(result.shape)
    shape, source = result.shape, step_of(tape, x)
    return known(
        tape, result, tape.settle(lambda: moved(lambda p: p.reshape(shape), source), result)
    )


def _joined(tape: Tape, x: Any, result: Any) -> Any:
    """An array of a nest of numbers and arrays."""
    sources: list[Any] = []

    def number(part: Any) -> Any:
        if isinstance(part, list | tuple) and is_known(part):
            return [number(p) for p in part]
        sources.append(
            step_of(tape, part if not isinstance(part, list | tuple) else np.asarray(part))
        )
        return len(sources) - 1

    nest = number(x)
    shape = result.shape

    def layout(*positions: Any) -> Any:
        return np.asarray(_filled(nest, positions)).reshape(shape)

    return known(tape, result, tape.settle(lambda: moved(layout, *sources), result))


def _filled(nest: Any, positions: Any) -> Any:
    if isinstance(nest, list):
        return [_filled(part, positions) for part in nest]
    return positions[nest]


def taking(tape: Tape, maker: Any) -> Callable[..., Any]:
    """The stand-in of a function of `TAKING`."""

    @wraps(maker)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        x = args[0] if args else next(kwargs.pop(k) for k in ("object", "a", "obj") if k in kwargs)
        return array(tape, maker, x, *args[1:], **kwargs)

    return stand_in


def making(tape: Tape, maker: Any) -> Callable[..., Any]:
    """The stand-in of a function of `MAKING`: what it makes is the run's own."""

    @wraps(maker)
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if not tape.follows:
            return maker(*plain(args), **plain(kwargs))
        if maker is np.full:
            return _full(tape, *args, **kwargs)
        return own(tape, maker(*args, **kwargs))

    return stand_in


def own(tape: Tape, result: Any) -> Any:
    """What was made or drawn is the run's own; integers too, whose quotients round."""
    mine = type(result) is np.ndarray and result.dtype.kind in "fciub"
    return entered(tape, result) if mine else result


def _full(tape: Tape, shape: Any, fill_value: Any, *args: Any, **kwargs: Any) -> Any:
    """numpy.full, of a value that may know its step."""
    result = np.full(shape, plain(fill_value), *args, **kwargs)
    if result.dtype.kind not in "fc":
        return result
    made = entered(tape, result)
    if is_known(fill_value):
        made[...] = fill_value
    return made


def made_alike(tape: Tape, func: Any, args: Any, kwargs: Any) -> Any:
    """zeros_like and the others, of an array of the run."""
    fill = args[1] if len(args) > 1 else kwargs.get("fill_value")
    result = func(*plain(args), **plain(kwargs))
    if result.dtype.kind not in "fc":
        return result
    made = entered(tape, result)
    if func is np.full_like and isinstance(fill, Number | Traced):
        made[...] = fill
    return made
