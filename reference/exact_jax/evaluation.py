"""Programs evaluated: each equation by the rule of its primitive, over numbers of any kind."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from reference.exact.arithmetic import CannotFollow, Watch
from reference.exact.place import Place, piece
from reference.exact.short import quiet
from reference.exact_jax.control import CONTROL
from reference.exact_jax.elementwise import ELEMENTWISE, Rule
from reference.exact_jax.indexing import INDEXING
from reference.exact_jax.kinds import Enter, entrance, of_floats, settled
from reference.exact_jax.linear import LINEAR
from reference.exact_jax.program import Program, theirs
from reference.exact_jax.reductions import REDUCTIONS
from reference.exact_jax.shapes import SHAPES
from reference.exact_jax.windows import WINDOWS

RULES: dict[str, Rule] = {
    **ELEMENTWISE,
    **SHAPES,
    **REDUCTIONS,
    **INDEXING,
    **LINEAR,
    **WINDOWS,
}
"""The rule of every primitive that computes, by JAX's name; `CONTROL` has those that call."""

RENAMED = {"checkpoint": "remat2", "pjit": "jit"}
"""What a primitive of the table was called in an older JAX."""

PLACE = re.compile(r" at (?:(?! at ).)+:\d+$")


def evaluate(program: Program, arrays: Sequence[Any]) -> list[Any]:
    """The outputs of a program at the arrays, one for each of its inputs, in their arithmetic.

    Raises `CannotFollow` where a primitive has no rule, a comparison is undecided, or a number
    is needed as an ordinary integer; the message names the primitive and the user's line.
    """
    enter = entrance(arrays)
    inputs = [settled(x, np.float64, enter) for x in arrays]
    with quiet():  # JAX's infinities are silent
        results = _Walk(enter).run(program.jaxpr, *inputs)
    Watch.at = None
    return results


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way through programs, in one arithmetic; within: the code that calls an inner one."""

    enter: Enter
    within: Callable[[], Place | None] = lambda: None

    def run(self, program: Any, *arrays: Any) -> list[Any]:
        """The outputs of a jaxpr, closed or not."""
        jaxpr, consts = getattr(program, "jaxpr", program), getattr(program, "consts", ())
        env = dict(zip(jaxpr.invars, arrays, strict=True))
        for var, value in zip(jaxpr.constvars, consts, strict=True):
            env[var] = self._constant(value, var.aval)
        for eqn in jaxpr.eqns:
            results = self._step(eqn, [self._read(atom, env) for atom in eqn.invars])
            env.update(zip(eqn.outvars, results, strict=True))
        return [self._read(atom, env) for atom in jaxpr.outvars]

    def _read(self, atom: Any, env: dict[Any, Any]) -> Any:
        return self._constant(atom.val, atom.aval) if isinstance(atom, Literal) else env[atom]

    def _constant(self, value: Any, aval: Any) -> Any:
        """A constant of the program; of a float of any precision, its exact value."""
        if jnp.issubdtype(aval.dtype, jax.dtypes.extended):
            return value
        if jnp.issubdtype(aval.dtype, np.floating):
            return self.enter(np.asarray(value, dtype=aval.dtype).astype(np.float64))
        return np.asarray(value, dtype=aval.dtype)

    def _step(self, eqn: Any, inputs: list[Any]) -> list[Any]:
        name = RENAMED.get(eqn.primitive.name, eqn.primitive.name)
        Watch.at = partial(_asking, eqn, self.within)
        try:
            if name in CONTROL:
                inner = replace(self, within=Watch.at)
                results = CONTROL[name](inner.run, *inputs, **eqn.params)
            else:
                results = _computed(eqn, inputs)
        except CannotFollow as refusal:
            raise type(refusal)(_message(str(refusal), name, eqn)) from refusal
        pairs = zip(results, eqn.outvars, strict=True)
        return [
            x if isinstance(x, jax.Array) else settled(x, v.aval.dtype, self.enter)
            for x, v in pairs
        ]


def _computed(eqn: Any, inputs: list[Any]) -> list[Any]:
    """The outputs by the table's rule; of integers and random keys without one, by JAX itself."""
    rule = RULES.get(eqn.primitive.name)
    keys = any(isinstance(x, jax.Array) for x in inputs)
    if rule and not keys:
        results = rule(*inputs, **eqn.params)
        return list(results) if eqn.primitive.multiple_results else [results]
    if any(not isinstance(x, jax.Array) and of_floats(x) for x in inputs):
        raise CannotFollow("it has no exact rule")
    with jax.enable_x64(True):
        results = eqn.primitive.bind(*inputs, **eqn.params)
    found = results if eqn.primitive.multiple_results else [results]
    return [x if jnp.issubdtype(x.dtype, jax.dtypes.extended) else np.asarray(x) for x in found]


def _message(reason: str, name: str, eqn: Any) -> str:
    """The reason, the primitive that gave it, and the nearest line around it that is the user's."""
    if name not in CONTROL:
        return f"JAX's primitive '{name}': {PLACE.sub('', reason)}{_place(eqn)}"
    return reason if PLACE.search(reason) else reason + _place(eqn)


def _asking(eqn: Any, within: Callable[[], Place | None]) -> Place | None:
    """The user's code that asks for an equation, or else for the program that it is in."""
    codes, instructions = eqn.source_info.traceback.raw_frames()
    calls = list(zip(codes, instructions, strict=True))
    own = next((k for k, code in enumerate(codes) if theirs(code.co_filename)), None)
    inside = tuple((code.co_qualname, instruction) for code, instruction in calls[:own])
    if own is None:
        outer = within()
        return outer and replace(outer, inside=(outer.inside, inside))
    return piece(*calls[own], inside)


def _place(eqn: Any) -> str:
    """The user's line that an equation comes from, where JAX knows it."""
    frames = getattr(eqn.source_info.traceback, "frames", ())
    for frame in frames:
        if theirs(frame.file_name):
            return f", at {Path(frame.file_name)}:{frame.line_num}"
    return ""
