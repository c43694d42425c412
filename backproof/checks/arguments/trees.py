"""Arguments of any structure as named tensors, and back."""

import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.checks.arguments import answers
from backproof.exact.precision import Array
from backproof.programs.nodes import leaves, mapped, outline

GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)
COPIED = 2**16
"""Bytes up to which arrays are compared by copies of them, which is the fastest for small ones."""
NOT_FOLLOWED = (np.matrix, np.ma.MaskedArray)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a claim, taken apart.

    names, values: of the arguments themselves. tensors: the leaves to differentiate by, as arrays
    by name ("x", "params['W']", "layers[0].b"). constants: every other leaf.
    """

    names: tuple[str, ...]
    values: tuple[Any, ...]
    tensors: Mapping[str, Array]
    constants: Mapping[str, Any]

    def rebuild(self, tensors: Mapping[str, Any]) -> list[Any]:
        """The arguments with these tensors, arrays of any arithmetic, in the place of their own.

        Where a Python float was, the element of a 0-d array is put. Constants come as copies.
        """

        def put(name: str, leaf: Any) -> Any:
            if name in self.tensors:
                return like(leaf, tensors[name])
            return _copied(self.constants[name])

        return [mapped(put, n, value) for n, value in zip(self.names, self.values, strict=True)]

    def copies(self) -> "Given":
        """The arguments once more, to be handed to somebody's code; nothing is shared with them."""
        handed = self.rebuild({name: t.copy(order="K") for name, t in self.tensors.items()})
        return Given(self, handed, dict(_named(self.names, handed)))

    def gradients(self, result: Any) -> answers.Gradients:
        """What a gradient function returned, by the names of the tensors (`answers.read`)."""
        return answers.read(self.names, self.values, self.tensors, result)

    def fitted(self, result: Any) -> answers.Gradients:
        """The same, in the shapes of the tensors to which they belong."""
        return answers.fitted(self.gradients(result), self.tensors)

    def cast(self, dtype: Any) -> "Arguments":
        """The same in another dtype of floats. Python floats among the constants have none."""
        tensors = {name: t.astype(dtype) for name, t in self.tensors.items()}
        constants = {name: _cast(c, dtype) for name, c in self.constants.items()}
        return replace(self, tensors=tensors, constants=constants)


@dataclass(frozen=True, slots=True)
class Given:
    """Copies of arguments in somebody's hands: `values` to call with, `held` their leaves."""

    arguments: Arguments
    values: list[Any]
    held: Mapping[str, Any]

    def changed(self, replaced: Sequence[str] | None = None) -> list[str]:
        """The arrays that are no longer, byte for byte, what they were, and tensors put aside.

        replaced: what `replaced` says, where that is known.
        """
        replaced = self.replaced() if replaced is None else replaced
        were = {**self.arguments.constants, **self.arguments.tensors}
        arrays = {n: a for n, a in self.held.items() if isinstance(a, np.ndarray)}
        written = [n for n, a in arrays.items() if not _same_bytes(a, were[n])]
        return written + [n for n in replaced if n in self.arguments.tensors]

    def replaced(self) -> list[str]:
        """The leaves that are new in a list, dict or dataclass, or gone from it."""
        now = dict(_named(self.arguments.names, self.values))
        return [n for n in {**self.held, **now} if now.get(n) is not self.held.get(n)]


def flatten(
    arguments: Sequence[Any], names: Sequence[str], argnums: int | Sequence[int] | None = None
) -> Arguments:
    """Take arguments apart into tensors and constants.

    argnums: the positions of the arguments to differentiate by; all, if None. Tensors are floating
    arrays, NumPy's floating scalars and Python floats. Raises ValueError where an argument is of a
    kind whose arithmetic is not an array's, two leaves have one name, or there is no tensor at all.
    """
    chosen = range(len(arguments)) if argnums is None else np.atleast_1d(argnums)
    moving = {names[k] for k in chosen}
    tensors, constants = {}, {}
    for name, value in zip(names, arguments, strict=True):
        for leaf, content in leaves(name, value):
            if isinstance(content, NOT_FOLLOWED):
                kind = type(content).__name__
                raise ValueError(f"{leaf} is a {kind}: pass a plain array, numpy.asarray of it")
            if leaf in tensors or leaf in constants:
                raise ValueError(f"two of the arguments' parts are called {leaf}")
            if name in moving and _floating(content):
                tensors[leaf] = np.array(content)
            else:
                constants[leaf] = _copied(content)
    if not tensors:
        kinds = ", ".join(f"{leaf}: {outline(c)}" for leaf, c in constants.items())
        raise ValueError(f"nothing to differentiate by: no floating-point numbers in ({kinds})")
    return Arguments(tuple(names), tuple(arguments), tensors, constants)


def like(leaf: Any, tensor: Any) -> Any:
    """A tensor as the leaf was: an array, or a number where the arithmetic has numbers.

    A Python float comes back as one: float32 arrays keep their dtype beside it, not beside
    numpy.float64.
    """
    if isinstance(leaf, np.ndarray) or not isinstance(tensor, np.ndarray):
        return tensor
    if type(tensor) is np.ndarray and type(leaf) is float:
        return tensor.item()
    plain = type(tensor) is np.ndarray or tensor.dtype.char == "O"
    return tensor[()] if plain else tensor


def _named(names: Sequence[str], values: Sequence[Any]) -> list[tuple[str, Any]]:
    return [leaf for name, value in zip(names, values, strict=True) for leaf in leaves(name, value)]


def _floating(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray | np.generic):
        return leaf.dtype.kind == "f"
    return isinstance(leaf, float)


def _copied(leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return leaf.copy(order="K")
    return copy.deepcopy(leaf) if isinstance(leaf, GENERATORS) else leaf


def _cast(leaf: Any, dtype: Any) -> Any:
    numpys = isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind == "f"
    return leaf.astype(dtype) if numpys else leaf


def _same_bytes(a: Array, b: Any) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    large = a.nbytes > COPIED
    if large and a.flags.c_contiguous and b.flags.c_contiguous and a.dtype.kind in "fiub":
        return np.array_equal(a.reshape(-1).view(np.uint8), b.reshape(-1).view(np.uint8))
    return a.tobytes() == b.tobytes()
