"""A JAX function at arguments, as a function of the leaves that move and of cotangents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import keystr, tree_flatten_with_path

from backproof.exact.precision import Array
from backproof.programs.jaxpr.arguments import Arguments, floating
from backproof.programs.jaxpr.programs import OUTPUT
from backproof.programs.nodes import WrongStructure
from backproof.programs.random_state import Generators
from backproof.programs.reach import reach

Leaves = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Code:
    """A function at arguments, with 64-bit types if `wide`.

    parts: the arguments as leaves. changed: the constant arrays that the function was seen to
    change in place.
    """

    function: Callable[..., Any]
    argnums: Collection[int] | None
    parts: Arguments
    wide: bool
    changed: set[str] = field(default_factory=set)

    @property
    def roots(self) -> dict[str, Any]:
        """The function by a name, for whoever wants to know what it can reach."""
        return {"function": self.function}

    @property
    def tensors(self) -> dict[str, Array]:
        """What moves, in the dtypes that it has in JAX; floats that NumPy has not, as float32."""
        found = {name: plain(leaf) for name, leaf in self.parts.moving.items()}
        if self.wide:
            return {n: np.array(t) for n, t in found.items()}
        return {n: t.astype(np.float32) if t.dtype == np.float64 else t for n, t in found.items()}

    def same_draws(self) -> AbstractContextManager[list[str]]:
        """What is drawn inside is drawn again in the next such context."""
        return Generators(reach(self.roots)).replayed()

    def mode(self) -> Any:
        """The context that all of it runs in; the user's configuration is back afterwards."""
        return jax.enable_x64(self.wide)

    def anew(self) -> Callable[..., Any]:
        """The function of the moving leaves, a new one, so that JAX traces it anew."""
        parts = self.parts

        def function(*moving: Any) -> Any:
            arguments = parts.rebuilt(moving)
            held = jax.tree.leaves(arguments)
            result = self.function(*arguments)
            names = zip(parts.names, parts.leaves, held, strict=True)
            self.changed.update(name for name, leaf, own in names if _written(leaf, own))
            return result

        return function

    def entered(self, tensors: Mapping[str, Any]) -> list[Any]:
        """Tensors as the leaves they stand for: a Python float as one, which has no dtype."""
        leaves = self.parts.moving
        return [_like(leaf, tensors[name]) for name, leaf in leaves.items()]

    def outputs(self, moving: Leaves, *, traced: bool) -> dict[str, Any]:
        """The float outputs by name, or only their shapes and dtypes if traced."""
        function, names = self.anew(), list[str]()

        def run(*given: Any) -> list[jax.Array]:
            result = function(*given)
            named, _ = tree_flatten_with_path(result)
            names[:] = [OUTPUT + keystr(path) for path, leaf in named if floating(leaf)]
            return floats(result)

        with self.mode():
            found = jax.eval_shape(run, *moving) if traced else run(*moving)
        if not found:
            raise WrongStructure("no floating-point numbers are returned")
        return dict(zip(names, found, strict=True))

    def derivative(self, moving: Leaves, weights: Leaves) -> Any:
        """Outputs and gradients at moving leaves and cotangents, by JAX's rules."""
        return differentiated(self.anew(), moving, weights)

    def late(self, moving: Leaves, there: Leaves, weights: Leaves) -> Any:
        """The same, with another forward pass before the backward."""
        function = self.anew()
        another = partial(jax.vjp, lambda *leaves: floats(function(*leaves)), *there)
        return differentiated(function, moving, weights, another)


def plain(array: Any) -> Array:
    """An array of JAX's as NumPy has them; floats that NumPy has not, as float32."""
    found = np.asarray(array)
    return found.astype(np.float32) if found.dtype.kind == "V" else found


def cast(args: tuple[Any, ...], dtype: Any) -> tuple[Any, ...]:
    """Arguments with their floats in a dtype."""
    kind = jnp.dtype(dtype)
    return tuple(
        jax.tree.map(lambda x: np.asarray(x).astype(kind) if floating(x) else x, list(args))
    )


def numbers(constants: Mapping[str, Any]) -> dict[str, Any]:
    """The leaves that NumPy can hold: no random keys, no strings."""
    kinds = (np.number, np.bool_)
    alone = {n: x for n, x in constants.items() if isinstance(x, int | float)}
    arrays = {n: x for n, x in constants.items() if hasattr(x, "dtype")}
    held = {n: x for n, x in arrays.items() if any(jnp.issubdtype(x.dtype, k) for k in kinds)}
    return {**alone, **{n: plain(x) for n, x in held.items()}}


def differentiated(
    function: Callable[..., Any],
    moving: Leaves,
    cotangents: Leaves,
    between: Callable[[], Any] = lambda: None,
) -> Any:
    """The float outputs, and the gradients that cotangents pull back; of one number without any,
    by 1. between: called after the forward pass and before the backward.
    """
    outputs, pullback = jax.vjp(lambda *leaves: floats(function(*leaves)), *moving)
    between()
    seeds = zip(cotangents or [np.ones(())], outputs, strict=True)
    return outputs, pullback([jnp.asarray(c).astype(y.dtype) for c, y in seeds])


def floats(result: Any) -> list[jax.Array]:
    """The float leaves of a result; nothing is differentiated of the others."""
    return [jnp.asarray(leaf) for leaf in jax.tree.leaves(result) if floating(leaf)]


def _written(leaf: Any, own: Any) -> bool:
    """Whether a copy that the function was given is no longer like the constant."""
    constant = type(leaf) is np.ndarray and type(own) is np.ndarray
    return constant and own.tobytes() != leaf.tobytes()


def _like(leaf: Any, tensor: Any) -> Any:
    if isinstance(leaf, float) and not isinstance(leaf, np.generic):
        return float(tensor)
    return np.asarray(tensor).astype(leaf.dtype)
