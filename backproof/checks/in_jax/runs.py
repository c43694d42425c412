"""A JAX function and its own gradient in the user's floats: compiled once, or step by step."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from backproof.checks.behaviour.repeats import differing
from backproof.checks.in_jax.call import Code, Leaves, differentiated, plain
from backproof.exact.precision import Array

QUICKLY = {"xla_backend_optimization_level": 0}
"""Compiled to be run a dozen times: in two thirds of the time of compiling well."""
KEPT: dict[Hashable, Any] = {}
"""What was compiled last, by its program: another point of the same shapes costs a trace alone."""
MOST = 32
ADDRESS = re.compile(r"0x[0-9a-fA-F]+|0xX+")

Answer = tuple[dict[str, Array], dict[str, Array]]
"""Outputs, and gradients, by name, as NumPy arrays; of bfloat16 and smaller ones, in float32."""


@dataclass(frozen=True, slots=True)
class Stepwise:
    """The derivative run operation by operation, as code that branches on values must be."""

    code: Code
    outputs: tuple[str, ...]

    def __call__(self, moving: Leaves, weights: Leaves) -> Answer:
        """What it answers."""
        with self.code.mode():
            return _named(self.code, self.outputs, self.code.derivative(moving, weights))

    def renewed(self, moving: Leaves, weights: Leaves) -> "Stepwise":
        """Itself: the function runs anew at every call."""
        return self

    def mistaken(self, moving: Leaves, there: Leaves, weights: Leaves) -> list[str]:
        """The tensors whose gradient is another one after a forward pass elsewhere."""
        with self.code.mode():
            late = _named(self.code, self.outputs, self.code.late(moving, there, weights))
        return differing(self(moving, weights)[1], late[1])


@dataclass(frozen=True, slots=True)
class Compiled:
    """The derivative traced once and compiled; program: the text and the constants traced."""

    code: Code
    outputs: tuple[str, ...]
    program: Hashable
    run: Callable[[Leaves, Leaves], Any]

    def __call__(self, moving: Leaves, weights: Leaves) -> Answer:
        """What it answers."""
        with self.code.mode():
            return _named(self.code, self.outputs, self.run(moving, weights))

    def renewed(self, moving: Leaves, weights: Leaves) -> "Compiled":
        """The function traced anew: the same program, or another one, compiled too."""
        return compiled(self.code, self.outputs, moving, weights, self)

    def mistaken(self, moving: Leaves, there: Leaves, weights: Leaves) -> list[str]:
        """The tensors whose gradient depends on the inputs of a forward pass elsewhere."""
        with self.code.mode():
            trace = jax.make_jaxpr(lambda *given: self.code.late(*given)[1])
            program = trace(moving, there, weights).jaxpr
        inputs = program.invars[len(moving) : len(moving) + len(there)]
        found = _dependent(program, inputs)
        return [name for name, var in zip(self.code.parts.moving, found, strict=True) if var]


def compiled(
    code: Code,
    outputs: tuple[str, ...],
    moving: Leaves,
    weights: Leaves,
    before: Compiled | None = None,
) -> Compiled:
    """The derivative, traced and compiled for such leaves and cotangents; what was compiled of the
    same program before is used again.
    """
    function = code.anew()
    with code.mode():
        traced = jax.jit(lambda *given: differentiated(function, *given)).trace(moving, weights)
        text, constants = str(traced.jaxpr), tuple(map(_bytes, traced.jaxpr.consts))
        program = (ADDRESS.sub("", text), constants)
        if before and program == before.program:
            return before
        run = KEPT.get(program) or traced.lower().compile(compiler_options=QUICKLY)
    if not ADDRESS.search(text):  # an address in it is of Python code that it calls back
        while len(KEPT) >= MOST:
            del KEPT[next(iter(KEPT))]
        KEPT[program] = run
    return Compiled(code, outputs, program, run)


def _named(code: Code, outputs: Sequence[str], answer: Any) -> Answer:
    ys, gradients = ([plain(t) for t in part] for part in answer)
    tensors = code.parts.moving
    return dict(zip(outputs, ys, strict=True)), dict(zip(tensors, gradients, strict=True))


def _dependent(jaxpr: Any, inputs: Sequence[Any]) -> list[bool]:
    """Which outputs of a program some of its inputs reach."""
    reached = set(inputs)
    for eqn in jaxpr.eqns:
        if any(v in reached for v in eqn.invars if not isinstance(v, Literal)):
            reached.update(eqn.outvars)
    return [not isinstance(v, Literal) and v in reached for v in jaxpr.outvars]


def _bytes(constant: Any) -> tuple[str, bytes]:
    """A constant of a program; of random keys, their numbers."""
    key = jnp.issubdtype(constant.dtype, jax.dtypes.extended)
    numbers = np.asarray(jax.random.key_data(constant) if key else constant)
    return str(numbers.dtype), numbers.tobytes()
