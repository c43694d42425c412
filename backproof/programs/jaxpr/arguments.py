"""A function and its arguments, any pytree, as leaves that move and leaves that stay."""

import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.tree_util import keystr, tree_flatten_with_path, tree_unflatten

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call: their leaves, the names of these, and which of them move."""

    leaves: tuple[Any, ...]
    names: tuple[str, ...]
    moves: tuple[int, ...]
    tree: Any

    @property
    def moving(self) -> dict[str, Any]:
        """The leaves that move, as they came, by the names that their user writes."""
        return {self.names[k]: self.leaves[k] for k in self.moves}

    @property
    def constants(self) -> dict[str, Any]:
        """The leaves that stay."""
        named = enumerate(zip(self.names, self.leaves, strict=True))
        return {name: leaf for k, (name, leaf) in named if k not in self.moves}

    def rebuilt(self, moving: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with these in the place of the leaves that move, all containers new.

        JAX remembers of a NumPy array in which of its modes it saw it first, so that those that
        stay come as copies.
        """
        leaves = [leaf.copy() if type(leaf) is np.ndarray else leaf for leaf in self.leaves]
        for k, leaf in zip(self.moves, moving, strict=True):
            leaves[k] = leaf
        return tuple(tree_unflatten(self.tree, leaves))


def taken_apart(
    function: Function, args: tuple[Any, ...], argnums: Collection[int] | None = None
) -> Arguments:
    """The arguments as leaves; those move that are floats, in the arguments that argnums names.

    Raises ValueError where none does.
    """
    flat, tree = tree_flatten_with_path(args)
    chosen = range(len(args)) if argnums is None else [k % len(args) for k in argnums]
    moves = [k for k, (path, x) in enumerate(flat) if floating(x) and path[0].idx in chosen]
    if not moves:
        kinds = ", ".join(type(leaf).__name__ for _, leaf in flat)
        raise ValueError(f"nothing to differentiate by: no floating-point numbers in ({kinds})")
    names = _names(function, [path for path, _ in flat])
    return Arguments(tuple(leaf for _, leaf in flat), tuple(names), tuple(moves), tree)


def floating(leaf: Any) -> bool:
    """Whether a leaf is a float, or an array of floats of any precision."""
    if hasattr(leaf, "dtype"):
        return bool(jnp.issubdtype(leaf.dtype, np.floating))
    return isinstance(leaf, float)


def _names(function: Function, paths: Sequence[Any]) -> list[str]:
    """The leaves as their user writes them: "x", "params['W1']", "args[2].weight"."""
    try:
        kinds = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a callable of C, or of no signature
        kinds = []
    plain = [p.name for p in kinds if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in kinds if p.kind is p.VAR_POSITIONAL), "args")

    def argument(k: int) -> str:
        return plain[k] if k < len(plain) else f"{rest}[{k - len(plain)}]"

    return [argument(path[0].idx) + keystr(path[1:]) for path in paths]
