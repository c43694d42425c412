"""How JAX computes a claim and its gradient: with 64-bit types, and without compiling anything,
which costs more than all the rest.
"""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from wild_frameworks.driving import Driven


def driven(function: Any, inputs: Sequence[Any], seed: int, dtype: str) -> Driven:
    """The claim at its inputs, trees of arrays; integers stay where they are."""
    flat, tree = jax.tree.flatten(inputs)
    moving = [k for k, t in enumerate(flat) if np.asarray(t).dtype.kind == "f"]

    def outputs(*given: Any) -> Any:
        own = dict(zip(moving, given, strict=True))
        at = jax.tree.unflatten(tree, [own.get(k, t) for k, t in enumerate(flat)])
        return function(*at)

    leaves = tuple(np.asarray(flat[k], dtype) for k in moving)
    with jax.enable_x64(True):
        shape = jax.eval_shape(outputs, *leaves).shape
    cotangent = np.random.default_rng([seed, 2]).standard_normal(shape)

    def value(given: Sequence[Any]) -> float:
        with jax.enable_x64(True), jax.disable_jit(), np.errstate(invalid="ignore"):
            return float((np.asarray(outputs(*given)) * cotangent).sum())

    def gradient(given: Sequence[Any], scale: float = 1.0) -> list[Any]:
        with jax.enable_x64(True), jax.disable_jit():
            y, pull = jax.vjp(outputs, *given)
            return [np.asarray(g) for g in pull((scale * cotangent).astype(y.dtype))]

    return Driven(leaves, value, gradient)
