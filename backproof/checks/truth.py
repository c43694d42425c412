"""The true gradient of a function, with a bound for every element, and as many digits as asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import Arguments, flatten
from backproof.checks.behaviour.attempts import sealed
from backproof.exact.ancestry import ancestors
from backproof.exact.balls import Balls, accuracy, finite, midpoints, numbers
from backproof.exact.beside import settled_beside
from backproof.exact.evaluate import over_balls
from backproof.exact.isolated import isolated
from backproof.exact.precision import Floats
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros
from backproof.exact.truth import known
from backproof.programs.complete import incomplete
from backproof.programs.run import CannotFollow, Run, Tensors
from backproof.programs.signature import argument_names
from backproof.programs.state import put_back
from backproof.verdict.decisions import BITS, MOST_BITS

Recorder = Callable[[Tensors], Run]
GUARD = 8
"""Bits beyond those of the digits that are told."""


@dataclass(frozen=True, slots=True)
class TrueGradient:
    """values: the float64 nearest to each element's true value, by the names of tensors and shaped
    like them; bounds: how far these floats can be from the true values, by rigorous enclosure; what
    no float64 is has half a unit in its last place. digits: the elements as decimal strings, empty
    where none were asked for.
    """

    values: dict[str, Floats]
    bounds: dict[str, Floats]
    digits: dict[str, Any] = field(default_factory=dict)


def gradient(
    loss: Callable[..., Any],
    *args: Any,
    argnums: int | Sequence[int] | None = None,
    digits: int | None = None,
    seed: int = 0,
) -> TrueGradient:
    """The gradient of loss(*args), one number, by every array of floats among the arguments.

    loss: in NumPy, or in torch or JAX where an argument is of these. argnums: the arguments to
    differentiate by. digits: so many are told of every element. At a tie it is the gradient of the
    branch that the run took. What the loss can reach is afterwards as it was. Raises `CannotFollow`
    with the step that has no exact rule, ValueError where there is no loss or nothing to
    differentiate by.
    """
    with put_back({"loss": loss}):
        return of_recorder(*_recorder(loss, args, argnums), digits=digits, seed=seed)


def of_arguments(
    loss: Callable[..., Any], arguments: Arguments, digits: int | None, seed: int
) -> TrueGradient:
    """The gradient of a loss in NumPy whose arguments are taken apart already."""
    return of_recorder(*_in_numpy(loss, arguments), digits=digits, seed=seed)


@np.errstate(all="ignore")
def of_recorder(
    record: Recorder, tensors: Tensors, pure: bool, *, digits: int | None, seed: int
) -> TrueGradient:
    """The gradient of what a recorder records. pure: a record of it cannot miss anything."""
    with sealed():
        run = record(tensors)
        lost = None if pure else incomplete(run, record, tensors, seed)
    if lost is not None and not lost.harmless:
        raise CannotFollow(str(lost))
    return _of_run(run, digits, seed)


def _recorder(loss: Any, args: tuple[Any, ...], argnums: Any) -> tuple[Recorder, Tensors, bool]:
    """What records a run at tensors, these, and whether a record of it cannot miss anything."""
    chosen = None if argnums is None else [int(k) for k in np.atleast_1d(argnums)]
    kinds = {type(leaf).__module__.partition(".")[0] for leaf in _leaves(args)}
    if "torch" in kinds:
        return _in_torch(loss, args, chosen)
    if kinds & {"jax", "jaxlib"}:
        return _in_jax(loss, args, chosen)
    return _in_numpy(loss, flatten(args, argument_names(loss, len(args)), chosen))


def _leaves(args: Any) -> list[Any]:
    if isinstance(args, dict):
        return _leaves(list(args.values()))
    if isinstance(args, list | tuple):
        return [leaf for x in args for leaf in _leaves(x)]
    return [args]


def _in_numpy(loss: Any, arguments: Any) -> tuple[Recorder, Tensors, bool]:
    from backproof.programs.numpy.handover import numbers_among
    from backproof.programs.numpy.running import run_pair

    kinds = numbers_among(arguments.names, arguments.values)

    def nothing(*_: Any) -> dict[str, None]:
        return dict.fromkeys(arguments.tensors)

    def record(at: Tensors) -> Run:
        return run_pair(loss, nothing, at, arguments.rebuild, lambda g: g, numbers=kinds)

    return record, arguments.tensors, False


def _in_torch(loss: Any, args: Any, argnums: Any) -> tuple[Recorder, Tensors, bool]:
    from backproof.programs.aten.arguments import take_apart
    from backproof.programs.aten.running import run_call

    call = take_apart(loss, args, argnums=argnums)
    return lambda at: run_call(call, at), call.tensors, False


def _in_jax(loss: Any, args: Any, argnums: Any) -> tuple[Recorder, Tensors, bool]:
    from backproof.programs.jaxpr.function import run_function

    return lambda at: run_function(loss, args, argnums=argnums, reverse=False), {}, True


def _of_run(run: Run, digits: int | None, seed: int) -> TrueGradient:
    if [y.size for y in run.outputs.values()] != [1]:
        shapes = [y.shape for y in run.outputs.values()]
        raise ValueError(f"a loss is one number; came results of shapes {shapes}")
    (output,) = run.outputs.values()
    inputs = list(run.inputs.values())
    steps = gradients_or_zeros({output: np.ones(output.shape)}, inputs, stable=True)
    decided = isolated(ancestors([output]), run.inputs, seed)
    told = known(steps, [np.zeros(s.shape) for s in steps], decided=decided)
    told = settled_beside(steps, told, inputs, seed, decided)
    named = dict(zip(run.inputs, told.values, strict=True))
    texts = (
        {}
        if digits is None
        else _digits(dict(zip(run.inputs, steps, strict=True)), digits, decided)
    )
    values = {n: midpoints(v) for n, v in named.items()}
    return TrueGradient(values, {n: _bounds(v, values[n]) for n, v in named.items()}, texts)


def _bounds(balls: Balls, values: Floats) -> Floats:
    """How far from these floats what the balls hold can be; infinite where that is not known."""
    apart = [abs(x - v).upper() for x, v in zip(numbers(balls), values.flat, strict=True)]
    found = [float(x) if x == float(x) else np.nextafter(float(x), np.inf) for x in apart]
    return np.where(finite(balls), np.reshape(found, balls.shape), np.inf)


def _digits(steps: Mapping[str, Step], digits: int, decided: Mapping[int, Any]) -> dict[str, Any]:
    """The elements as decimal strings of so many digits, all of them right.

    Raises `CannotFollow` where the bits that are tried do not tell them.
    """
    wanted = int(np.ceil(digits * np.log2(10))) + GUARD
    bits = max(BITS, 2 * wanted)
    most = max(MOST_BITS, 16 * wanted)
    while bits <= most:
        values = over_balls(list(steps.values()), bits, decided=decided)
        if all(accuracy(v).min(initial=bits) >= wanted for v in values):
            return {n: _texts(v, digits) for n, v in zip(steps, values, strict=True)}
        bits *= 2
    raise CannotFollow(f"{digits} digits are not to be had with {most} bits")


def _texts(values: Balls, digits: int) -> Any:
    texts = [x.real.mid().str(digits, radius=False) for x in numbers(values)]
    return np.array(texts, dtype=object).reshape(values.shape)
