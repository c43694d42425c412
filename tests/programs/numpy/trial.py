"""How code is tried: recorded, its record's gradient compared with differences of its values."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.reverse import gradients
from backproof.programs.complete import Loss, incomplete
from backproof.programs.numpy.handover import numbers_among
from backproof.programs.numpy.running import run_pair
from backproof.programs.run import Run

STEP = 1e-4
"""Of the central stencil of fourth order: right to about 1e-10 of a slope near 1."""

Function = Callable[..., Any]


def recorded(function: Function, *args: Any) -> Run:
    """A run of a loss alone."""
    names = [f"arg{k}" for k in range(len(args))]
    numbers = numbers_among(names, args)

    def none(*_: Any) -> dict[str, None]:
        return dict.fromkeys(names)

    def again(tensors: Any) -> Run:
        rebuild = lambda at: [at[n] for n in names]  # noqa: E731
        return run_pair(function, none, tensors, rebuild, none, numbers=numbers)

    return again({n: np.asarray(x) for n, x in zip(names, args, strict=True)})


def loss_of(function: Function, *args: Any) -> Loss | None:
    """What its record has lost."""
    names = [f"arg{k}" for k in range(len(args))]
    tensors = {n: np.asarray(x) for n, x in zip(names, args, strict=True)}
    run = recorded(function, *args)

    def again(at: Any) -> Run:
        given = [
            at[n][()] if isinstance(x, float) else at[n] for n, x in zip(names, args, strict=True)
        ]
        return recorded(function, *map(_as_given, given, args))

    return incomplete(run, again, tensors)


def _as_given(x: Any, was: Any) -> Any:
    return type(was)(x) if isinstance(was, float) else x


def truth(run: Run) -> list[Any]:
    """The gradient of a recorded loss by every argument, from its record alone."""
    (y,) = run.outputs.values()
    found = gradients({y: np.ones(y.shape)}, list(run.inputs.values()), stable=True)
    return [
        np.zeros(x.shape) if g is None else midpoints(over_balls([g])[0])
        for x, g in zip(run.inputs.values(), found, strict=True)
    ]


def slopes(function: Function, *args: Any) -> list[Any]:
    """The gradient of a loss by differences of its own values."""
    return [_slope(function, args, k) for k in range(len(args))]


def _slope(function: Function, args: Any, k: int) -> Any:
    x = np.asarray(args[k], dtype=np.float64)
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        values = [_value(function, args, k, place, t * STEP) for t in (-2, -1, 1, 2)]
        found[place] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * STEP)
    return found


def _value(function: Function, args: Any, k: int, place: Any, by: float) -> float:
    moved = [x.copy() if isinstance(x, np.ndarray) else x for x in args]
    whole = np.array(moved[k], dtype=np.float64)
    whole[place] += by
    moved[k] = whole if isinstance(args[k], np.ndarray) else type(args[k])(whole)
    return float(function(*moved))


def tried(code: Callable[..., Any], *args: Any) -> None:
    """Its record has the plain run's value, the slopes of the values, and everything is in it."""
    expected = code(*(x.copy() if isinstance(x, np.ndarray) else x for x in args))
    run = recorded(code, *args)
    (y,) = run.outputs.values()
    np.testing.assert_allclose(y.value, expected, rtol=1e-14)
    for found, by_values in zip(truth(run), slopes(code, *args), strict=True):
        np.testing.assert_allclose(found, by_values, rtol=1e-6, atol=1e-7)
    lost = loss_of(code, *args)
    assert lost is None or lost.harmless
