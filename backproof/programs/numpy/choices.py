"""How functions are lowered, and those that decide: where, select, argmax, searchsorted."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.operands import common_dtype, entered, known, plain, step_of
from backproof.programs.numpy.tape import Tape

Handler = Callable[..., Any]


def of_arrays(func: Any, lower: Callable[..., Step], count: int = 1) -> Handler:
    """The handler of a function whose first `count` arguments are arrays: the others are settings
    of the lowering as they are of the function.
    """

    def handler(tape: Tape, *args: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        steps = [step_of(tape, x, common_dtype(args[:count])) for x in args[:count]]
        given, settings = plain(args), plain(kwargs)
        result = func(*given, **settings)
        step = tape.settle(lambda: lower(*steps, *given[count:], **settings), result)
        return settled_in(tape, result, step, out)

    return handler


def settled_in(tape: Tape, result: Any, step: Step, out: Any) -> Any:
    """A result, in the array that was given for it where one was."""
    if out is None:
        return known(tape, result, step)
    plain(out)[...] = result
    tape.write(plain(out), step)
    return out if hasattr(out, "tape") else entered(tape, out)


def where(tape: Tape, condition: Any, *choices: Any) -> Any:
    """numpy.where."""
    if not choices:
        return nonzero(tape, condition)
    common = common_dtype(choices)
    given = [step_of(tape, x, common) for x in choices]
    chosen = step_of(tape, condition)
    result = np.where(plain(condition), *plain(choices))

    def build() -> Step:
        truth = d.not_equal(chosen, 0) if chosen.value.dtype != bool else chosen
        if result.dtype.kind not in "fc":
            return d.other(truth, *given, function=np.where)
        return d.choose(truth, *given)

    return known(tape, result, tape.settle(build, result))


def select(tape: Tape, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """numpy.select: the first that is true, by nested choices."""
    found = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        found = np.where(condition, choice, found)
    return found


def nonzero(tape: Tape, x: Any) -> Any:
    """numpy.nonzero: one decision for each axis."""
    step, results = step_of(tape, x), np.nonzero(plain(x))

    def of(axis: int) -> Step:
        return tape.settle(
            lambda: d.other(step, function=lambda v: np.nonzero(v)[axis]), results[axis]
        )

    return tuple(known(tape, r, of(axis)) for axis, r in enumerate(results))


def best(name: str) -> Handler:
    """The handler of argmax or argmin: the index of the winner."""
    func = getattr(np, name)

    def handler(tape: Tape, a: Any, axis: Any = None, out: Any = None, **kwargs: Any) -> Any:
        step = step_of(tape, a)
        kept = {k: v for k, v in kwargs.items() if v is not np._NoValue}
        result = func(plain(a), axis, **kept)

        def build() -> Step:
            rows = moved(np.ravel, step) if axis is None else step
            along = 0 if axis is None else axis % step.ndim
            won = d.winner(rows, axis=along, largest=name == "argmax")
            shape = np.shape(result)
            return d.other(won, function=lambda w: np.argmax(w, axis=along).reshape(shape))

        return settled_in(tape, result, tape.settle(build, result), out)

    return handler


def deciding(func: Any) -> Handler:
    """The handler of a function whose result is a decision."""

    def handler(tape: Tape, *args: Any, **kwargs: Any) -> Any:
        arrays = [k for k, x in enumerate(args) if isinstance(x, np.ndarray | list | float)]
        steps, given, settings = (
            [step_of(tape, args[k]) for k in arrays],
            plain(args),
            plain(kwargs),
        )
        out = settings.pop("out", None)
        result = func(*given, **settings)

        def again(*values: Any) -> Any:
            now = [values[arrays.index(k)] if k in arrays else x for k, x in enumerate(given)]
            return func(*now, **settings)

        if isinstance(result, tuple):
            return result
        step = tape.settle(lambda: d.other(*steps, function=again), result)
        return settled_in(tape, result, step, kwargs["out"] if out is not None else None)

    return handler
