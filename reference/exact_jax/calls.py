"""A function and its arguments, any pytree, as leaves that move and leaves that stay."""

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.tree_util import keystr, tree_flatten_with_path, tree_unflatten

from reference.testimony import LOSS

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments, of which the float leaves may move.

    argnums: the positions of the arguments whose float leaves move; all others are constants, as
    every integer, boolean, key and string is. wide: trace in 64-bit types with float64 leaves, so
    that no constant is rounded to fewer bits; otherwise in the arguments' own dtypes and under the
    user's configuration, which random numbers, drawn from as many bits as their dtype has, need to
    be those that the user sees.
    """

    function: Function
    args: tuple[Any, ...]
    argnums: Collection[int] | None = None
    wide: bool = True
    named_after: Function | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The arguments of a call: their leaves, the names of these, and which of them move."""

    leaves: tuple[Any, ...]
    names: tuple[str, ...]
    moves: tuple[int, ...]
    tree: Any

    @property
    def tensors(self) -> dict[str, Any]:
        """The leaves that move, as they came, by the names that their user writes."""
        return {self.names[k]: self.leaves[k] for k in self.moves}

    @property
    def constants(self) -> dict[str, Any]:
        """The leaves that stay."""
        return {n: x for k, (n, x) in enumerate(self._named) if k not in self.moves}

    @property
    def _named(self) -> Iterable[tuple[str, Any]]:
        return zip(self.names, self.leaves, strict=True)

    def rebuilt(self, moving: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with these in the place of the leaves that move, all containers new.

        JAX remembers of a NumPy array in which of its modes it saw it first, so that those that
        stay come as copies.
        """
        leaves = [leaf.copy() if type(leaf) is np.ndarray else leaf for leaf in self.leaves]
        for k, leaf in zip(self.moves, moving, strict=True):
            leaves[k] = leaf
        return tuple(tree_unflatten(self.tree, leaves))


def taken_apart(call: Call) -> Parts:
    """The arguments of a call as leaves."""
    flat, tree = tree_flatten_with_path(call.args)
    moves = [k for k, (path, leaf) in enumerate(flat) if _moves(call, path, leaf)]
    names = _names(call.named_after or call.function, [path for path, _ in flat])
    return Parts(tuple(leaf for _, leaf in flat), tuple(names), tuple(moves), tree)


def floating(leaf: Any) -> bool:
    """Whether a leaf is a float, or an array of floats of any precision."""
    if hasattr(leaf, "dtype"):
        return bool(jnp.issubdtype(leaf.dtype, np.floating))
    return isinstance(leaf, float)


def _moves(call: Call, path: Any, leaf: Any) -> bool:
    """Whether a leaf is of floats, and of an argument that moves."""
    return floating(leaf) and (call.argnums is None or path[0].idx in call.argnums)


def _names(function: Function, paths: Sequence[Any]) -> list[str]:
    """The leaves as their user writes them: "x", "params['W1']", "args[2].weight".

    An argument that is called as the loss is gets another name.
    """
    try:
        kinds = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a callable of C, or of no signature
        kinds = {}.values()
    plain = [p.name for p in kinds if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in kinds if p.kind is p.VAR_POSITIONAL), "args")

    def argument(k: int) -> str:
        name = plain[k] if k < len(plain) else f"{rest}[{k - len(plain)}]"
        return f"{name}_" if name == LOSS else name

    return [argument(path[0].idx) + keystr(path[1:]) for path in paths]
