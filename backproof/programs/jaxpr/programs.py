"""The two programs of a function, traced by JAX: its own, and that of its reverse mode."""

import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import jaxpr_as_fun
from jax.tree_util import keystr, tree_flatten_with_path

from backproof.programs.frames import Frames
from backproof.programs.jaxpr.arguments import Arguments, Function, floating
from backproof.programs.jaxpr.rules import Calls, located
from backproof.programs.run import CannotFollow

OUTPUT = "output"
"""The name that outputs go by: "output", or "output['logits'][0]" within a structure."""
UNTRACEABLE = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
"""What JAX raises where Python asks a number of an array whose elements are not known yet."""

Replay = Callable[[], AbstractContextManager[Any]]
"""A context for each trace, in which what the code draws or counts is what it was in the first."""


@dataclass(frozen=True, slots=True)
class Program:
    """A jaxpr with its constants, and the names of its outputs in order."""

    jaxpr: Any
    outputs: tuple[str, ...]

    @property
    def shapes(self) -> dict[str, Any]:
        """What has the shape and the dtype of each output, by name."""
        return dict(zip(self.outputs, self.jaxpr.out_avals, strict=True))


def forward(function: Function, arguments: Arguments, replay: Replay = nullcontext) -> Program:
    """The float outputs of the moving leaves: the function itself, of custom rules the primal.

    Raises CannotFollow where Python's control flow asks for numbers, ValueError where no output is
    a float.
    """
    names: list[str] = []

    def run(*moving: Any) -> list[Any]:
        found, _ = tree_flatten_with_path(function(*arguments.rebuilt(moving)))
        own = [(path, leaf) for path, leaf in found if floating(leaf)]
        names[:] = [OUTPUT + keystr(path) for path, _ in own]
        return [jnp.asarray(leaf) for _, leaf in own]

    jaxpr = _traced(run, list(arguments.moving.values()), replay)
    if not names:
        raise ValueError("no floating-point numbers are returned")
    return Program(jaxpr, tuple(names))


def backward(
    function: Function,
    own: Program,
    arguments: Arguments,
    cotangents: Sequence[Any],
    calls: Calls,
    replay: Replay = nullcontext,
) -> Program:
    """The gradients of the moving leaves, of these and of cotangents, one for every float output:
    JAX's reverse mode with all custom rules.

    own: the function's own program, whose rules leave lines of their own when it is differentiated
    in the function's place; calls: theirs. A rule that has hold of an array of the function's own
    trace works nowhere but there.
    """
    given = [*arguments.moving.values(), *cotangents]

    def outputs(*moving: Any) -> list[Any]:
        found = jax.tree.leaves(function(*arguments.rebuilt(moving)))
        return [jnp.asarray(leaf) for leaf in found if floating(leaf)]

    def reverse(of: Function, *given: Any) -> tuple[Any, ...]:
        count = len(arguments.moves)
        return jax.vjp(of, *given[:count])[1](list(given[count:]))

    try:
        by_rules = partial(reverse, jaxpr_as_fun(located(own.jaxpr, calls)))
        jaxpr = _traced(by_rules, given, replay)
    except CannotFollow:
        jaxpr = _traced(partial(reverse, outputs), given, replay)
    return Program(jaxpr, tuple(arguments.moving))


def _traced(run: Function, inputs: Sequence[Any], replay: Replay) -> Any:
    """JAX's trace, or in one sentence why there is none."""
    try:
        with replay():
            jaxpr = jax.make_jaxpr(run)(*inputs)
    except UNTRACEABLE as error:
        frames, steps = Frames(), traceback.walk_tb(error.__traceback__)
        own = [(f.f_code.co_filename, line) for f, line in steps if frames.is_theirs(f.f_code)]
        place = ", at {}:{}".format(*own[-1]) if own else ""
        reason = str(error).partition("\n")[0]
        raise CannotFollow(f"JAX cannot trace the function: {reason}{place}") from error
    if any(isinstance(x, jax.core.Tracer) for x in jaxpr.consts):
        raise CannotFollow("a rule has hold of an array of another trace")
    return jaxpr
