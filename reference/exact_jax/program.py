"""Functions as programs: traced by JAX in 64 bits, with their leaves named, compiled by nobody."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import keystr, tree_flatten_with_path

from architectures import Array
from reference.exact.arithmetic import NOT_THEIRS, CannotFollow
from reference.exact_jax.calls import Call, Function, floating, taken_apart

OUTPUT = "output"
"""The name that outputs go by: "output", or "output['logits'][0]" within a structure."""
OURS = (*NOT_THEIRS, os.path.dirname(jax.__file__), os.path.dirname(__file__))
UNTRACEABLE = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
"""What JAX raises where Python asks a number of an array whose elements are not known yet."""
DRAWS = {"random_bits", "random_gamma", "rng_bit_generator", "rng_uniform", "threefry2x32"}
"""The primitives whose random numbers depend on how many bits the floats made of them have."""


@dataclass(frozen=True, slots=True)
class Program:
    """A function at the shapes of its arguments, as JAX's equations.

    tensors: its inputs in order, by name, with the values traced at, float64. cotangents: its
    further inputs, likewise. outputs: its outputs in order, by name; each has a shape and a dtype.
    """

    jaxpr: Any
    tensors: dict[str, Array]
    outputs: dict[str, Any]
    cotangents: dict[str, Array] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Array]:
        """All of its inputs in order."""
        return {**self.tensors, **self.cotangents}

    @property
    def primitives(self) -> frozenset[str]:
        """The names of all primitives in it and in the programs inside of it."""
        return frozenset(eqn.primitive.name for eqn in _equations(self.jaxpr.jaxpr))

    @property
    def draws(self) -> bool:
        """Whether random numbers are drawn in it: then it matters how wide it was traced."""
        return not DRAWS.isdisjoint(self.primitives)


def trace(call: Call) -> Program:
    """The function itself; a custom rule for its derivative plays no part."""
    return _traced(call, lambda function, moving, _: function(*moving), {})


def trace_loss(call: Call, cotangents: Mapping[str, Array] | None = None) -> Program:
    """A number: <cotangents, float outputs>, or without cotangents the one number returned."""

    def run(function: Function, moving: Sequence[Any], weights: Sequence[Any]) -> Any:
        return weighed(floats(function(*moving)), weights)

    return _traced(call, run, cotangents or {})


def trace_gradient(call: Call, cotangents: Mapping[str, Array] | None = None) -> Program:
    """That number, and its gradient by every tensor as `jax.vjp` has it, custom rules included."""

    def run(function: Function, moving: Sequence[Any], weights: Sequence[Any]) -> Any:
        outputs, gradients = differentiated(function, moving, weights)
        return weighed(outputs, weights), *gradients

    return _traced(call, run, cotangents or {})


def differentiated(
    function: Function,
    moving: Sequence[Any],
    cotangents: Sequence[Any],
    between: Callable[[], object] = lambda: None,
) -> tuple[list[jax.Array], tuple[Any, ...]]:
    """The float outputs of a function, and the gradients that cotangents pull back; of one number
    without any, by 1. between: called after the forward pass and before the backward.
    """
    outputs, pullback = jax.vjp(lambda *leaves: floats(function(*leaves)), *moving)
    between()
    return outputs, pullback(_seeded(outputs, cotangents or [np.ones(())]))


def weighed(outputs: Sequence[jax.Array], cotangents: Sequence[Any]) -> jax.Array:
    """<cotangents, outputs>; without cotangents, the one number that there is."""
    if not cotangents:
        if [leaf.shape for leaf in outputs] != [()]:
            raise ValueError(f"cotangents are needed: the outputs are {outputs}, not one number")
        return outputs[0]
    seeds = _seeded(outputs, cotangents)
    return sum((c * y).sum() for c, y in zip(seeds, outputs, strict=True))


def floats(result: Any) -> list[jax.Array]:
    """The float leaves of a result; nothing is differentiated of the others."""
    return [jnp.asarray(leaf) for leaf in jax.tree.leaves(result) if floating(leaf)]


def _seeded(outputs: Sequence[jax.Array], cotangents: Sequence[Any]) -> list[Any]:
    """The cotangents in the dtypes of the outputs."""
    return [jnp.asarray(c).astype(y.dtype) for c, y in zip(cotangents, outputs, strict=True)]


def _traced(call: Call, run: Function, cotangents: Mapping[str, Array]) -> Program:
    """The program of `run`, which gets the function of the moving leaves, these, and cotangents."""
    parts = taken_apart(call)
    outputs: list[str] = []

    def function(*moving: Any) -> Any:
        return call.function(*parts.rebuilt(moving))

    def named(moving: Sequence[Any], weights: Sequence[Any]) -> list[Any]:
        found, _ = tree_flatten_with_path(run(function, moving, weights))
        outputs.extend(OUTPUT + keystr(path) for path, _ in found)
        return [jnp.asarray(leaf) for _, leaf in found]

    exact = {n: np.asarray(leaf).astype(np.float64) for n, leaf in parts.tensors.items()}
    leaves = exact if call.wide else parts.tensors
    with jax.enable_x64(True) if call.wide else nullcontext():
        jaxpr = _follow(named, list(leaves.values()), list(cotangents.values()))
    return Program(
        jaxpr,
        exact,
        dict(zip(outputs, jaxpr.out_avals, strict=True)),
        {name: np.asarray(c).astype(np.float64) for name, c in cotangents.items()},
    )


def _follow(function: Function, *inputs: Any) -> Any:
    """JAX's trace, or in one sentence why there is none."""
    try:
        return jax.make_jaxpr(function)(*inputs)
    except UNTRACEABLE as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if theirs(f.filename)]
        place = f", at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        reason = str(error).partition("\n")[0]
        raise CannotFollow(f"JAX cannot trace the function: {reason}{place}") from error


def theirs(file: str) -> bool:
    """Whether a file is of the user's code, not of JAX, NumPy or exact arithmetic."""
    return not file.startswith((*OURS, "<frozen"))


def _equations(jaxpr: Any) -> Iterator[Any]:
    """The equations of a jaxpr and of all those in their parameters."""
    for eqn in jaxpr.eqns:
        yield eqn
        for inner in jax.tree.leaves(list(eqn.params.values()), is_leaf=_is_program):
            if _is_program(inner):
                yield from _equations(getattr(inner, "jaxpr", inner))


def _is_program(value: Any) -> bool:
    return hasattr(getattr(value, "jaxpr", value), "eqns")
