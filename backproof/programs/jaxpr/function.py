"""A JAX function and its own gradient as one record: the way into this front end."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import jaxpr_as_fun

from backproof.exact.place import Escape
from backproof.exact.precision import precision_of
from backproof.exact.primitives.elementwise import cast
from backproof.exact.primitives.samples import sample
from backproof.exact.record import Record, Step
from backproof.programs.jaxpr.arguments import Function, taken_apart
from backproof.programs.jaxpr.held import Held, plain
from backproof.programs.jaxpr.programs import Program, Replay, backward, forward
from backproof.programs.jaxpr.walk import Walk
from backproof.programs.run import CannotFollow, Run

COTANGENT = "d "
"""Before the name of an output: the name of its cotangent."""
SERIES = "JAX sums a series to a tolerance for the derivative of a sample"


def run_function(
    function: Function,
    arguments: tuple[Any, ...],
    cotangents: Mapping[str, Any] | None = None,
    *,
    argnums: Collection[int] | None = None,
    seed: int = 0,
    wide: bool | None = None,
    reverse: bool = True,
    replay: Replay = nullcontext,
    like: Function | None = None,
    further: int = 0,
) -> Run:
    """One run of a function and of JAX's reverse mode of it, custom rules included.

    cotangents: by the names of outputs; drawn from the seed where they are None, and 1 for a loss,
    which is one number alone. argnums: the arguments whose float leaves move, all by default. wide:
    whether 64-bit types are on; by default as the user has them, or where an argument has one.
    reverse: whether the gradient is followed too, or the function alone. replay: a context for
    every trace. like: the function whose parameters name the arguments, by default the function
    itself. further: so many times as many turns as they take loops are run on. A backward pass that
    cannot be followed leaves `claimed` None and an escape that says why. Raises CannotFollow where
    the forward pass cannot be, and whatever JAX raises where it has no reverse mode.
    """
    parts = taken_apart(like or function, arguments, argnums)
    with (
        jax.enable_x64(has_wide_types(arguments) if wide is None else wide),
        np.errstate(all="ignore"),
    ):
        own = forward(function, parts, replay)
        seeds = _seeds(own, cotangents, seed)
        walk = Walk(Record(), further=further)
        given = own, parts, list(seeds.values()), walk.calls, replay
        gradient = backward(function, *given) if reverse else None
        kinds = (aval.dtype for aval in own.jaxpr.in_avals)
        inputs = {
            n: _entered(walk.record, n, x, k)
            for (n, x), k in zip(parts.moving.items(), kinds, strict=True)
        }
        outputs = dict(zip(own.outputs, walk.run(own.jaxpr, *inputs.values()), strict=True))
        weights = _weights(walk.record, own, seeds)
        flushes = any(map(flushes_subnormals, {y.dtype for y in own.shapes.values()}))
        drawn = any(s.primitive is sample for s in walk.record.steps)
        claimed, returned = _claimed(walk, gradient, [*inputs.values(), *weights.values()], drawn)
    record = walk.record
    return Run(
        record,
        {name: x.as_step(record) for name, x in inputs.items()},
        _distinct(record, outputs),
        {name: dy.as_step(record) for name, dy in weights.items() if dy.moves},
        claimed,
        returned,
        flushes,
        SERIES if drawn else "",
    )


def flushes_subnormals(dtype: Any) -> bool:
    """Whether JAX makes zeros of the subnormal numbers of a format here, as it does on CPUs."""
    precision = precision_of(dtype)
    least = jnp.asarray(2.0**precision.normal if precision else 0.0, dtype)
    return not bool(lax.mul(least, jnp.asarray(0.5, dtype)) > 0)


def has_wide_types(arguments: Any = ()) -> bool:
    """Whether the user has 64-bit types on, or gives one."""
    leaves = jax.tree.leaves(arguments)
    doubles = any(getattr(leaf, "dtype", None) == np.float64 for leaf in leaves)
    return doubles or bool(jnp.result_type(float) == np.float64)


def _entered(record: Record, name: str, value: Any, dtype: Any) -> Held:
    """An argument of the run."""
    array = np.array(value).astype(dtype)
    return Held.made(array, record.input(name, array, precision_of(dtype)))


def _distinct(record: Record, outputs: Mapping[str, Held]) -> dict[str, Step]:
    """The steps of outputs, another for each, though two may be the same array."""
    found: dict[str, Step] = {}
    for name, y in outputs.items():
        step = y.as_step(record)
        again = any(step is other for other in found.values())
        found[name] = cast(step) if again else step
    return found


def _seeds(own: Program, cotangents: Mapping[str, Any] | None, seed: int) -> dict[str, Any]:
    """A cotangent for every output, in its dtype."""
    random = np.random.default_rng(seed)

    def drawn(name: str, y: Any) -> Any:
        if cotangents is not None:
            return np.asarray(cotangents[name]).reshape(y.shape)
        return np.ones(()) if _is_loss(own) else random.standard_normal(y.shape)

    return {name: drawn(name, y).astype(y.dtype) for name, y in own.shapes.items()}


def _is_loss(own: Program) -> bool:
    return [y.shape for y in own.shapes.values()] == [()]


def _weights(record: Record, own: Program, seeds: Mapping[str, Any]) -> dict[str, Held]:
    """The cotangents in the run: inputs of the record; the 1 of a loss is a constant."""
    if _is_loss(own) and all(dy == 1 for dy in seeds.values()):
        return {name: Held.of(dy) for name, dy in seeds.items()}
    return {n: _entered(record, COTANGENT + n, dy, dy.dtype) for n, dy in seeds.items()}


def _claimed(
    walk: Walk, program: Program | None, given: Iterable[Held], drawn: bool
) -> tuple[Any, Any]:
    """By name, the steps of the gradients and their arrays."""
    if program is None:
        return {}, {}
    record, inputs = walk.record, list(given)
    try:
        if drawn:
            raise CannotFollow(SERIES)
        results = walk.run(program.jaxpr, *inputs)
    except CannotFollow as refusal:
        record.escapes.append(Escape(str(refusal)))
        arrays = jaxpr_as_fun(program.jaxpr)(*(x.array for x in inputs))
        found = zip(program.outputs, map(plain, arrays), strict=True)
        return dict.fromkeys(program.outputs), dict(found)
    named = dict(zip(program.outputs, results, strict=True))
    return {n: x.as_step(record) for n, x in named.items()}, {n: x.array for n, x in named.items()}
