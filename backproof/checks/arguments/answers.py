"""What a gradient function returned, read as one array for every tensor it owes a gradient."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, ValuesView
from typing import Any

import numpy as np

from backproof.exact.precision import Array
from backproof.programs.nodes import WrongStructure, branches, leaves, outline

SPELLINGS = ("{}", "d{}", "d_{}", "grad_{}", "{}_grad", "g{}")
"""How the gradient of an argument is called in a dict: W, dW, d_W, grad_W, W_grad or gW."""

Gradients = dict[str, Array | None]


def read(names: Sequence[str], values: Sequence[Any], due: Mapping[str, Array], result: Any) -> Any:
    """The gradient of every tensor that is due, by name; None where None came.

    names, values: the arguments. A result is read as the structure of the only argument that is
    due a gradient, as a dict by names of arguments or tensors, or as a sequence with a slot for
    every argument or for every one that is due. Of the readings that are possible the first one
    counts that fits all shapes, or else the first. Raises `WrongStructure` where there is none.
    """
    result = _drained(result)
    if result is None:
        return dict.fromkeys(due)
    owed = [_owes(name, value, due) for name, value in zip(names, values, strict=True)]
    first = owed.index(True)
    readings: list[Callable[[], Gradients]] = []
    if sum(owed) == 1:
        readings.append(lambda: _below(names[first], values[first], result, due))
    if isinstance(result, dict):
        readings.append(lambda: _by_names(names, values, due, result))
    if isinstance(result, list | tuple) and len(result) in (len(owed), sum(owed)):
        readings.append(lambda: _by_slots(names, values, due, _slots(result, owed)))
    possible = []
    for reading in readings:
        try:
            possible.append(reading())
        except WrongStructure:
            continue
    if not possible:
        raise WrongStructure(_complaint(names, values, owed, result))
    return next((found for found in possible if _fits(found, due)), possible[0])


def fits(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether a gradient of a shape belongs to a tensor of another: it is the same, or lacks first
    axes of one element, which `tensor -= gradient` puts there.
    """
    lacking = len(to) - len(shape)
    return lacking >= 0 and to == (1,) * lacking + shape


def fitted(found: Gradients, due: Mapping[str, Array]) -> Gradients:
    """Gradients in the shapes of the tensors that they fit."""
    return {n: g if g is None else _shaped(g, due[n].shape) for n, g in found.items()}


def _shaped(g: Any, shape: tuple[int, ...]) -> Any:
    return g.reshape(shape) if g.shape != shape and fits(g.shape, shape) else g


def _below(name: str, value: Any, result: Any, due: Collection[str]) -> Gradients:
    """A result read like the tree of an argument, or of a part of it."""
    if not _owes(name, value, due):
        return {}
    result, steps = _drained(result), branches(value)
    if steps is None:
        return {name: _array(result)}
    if result is None:
        return {leaf: None for leaf, _ in leaves(name, value) if leaf in due}
    owed = [_owes(name + step.label, step.child, due) for step in steps]
    if isinstance(result, dict):
        parts = _entries(result, [step.key for step in steps], owed)
    elif isinstance(value, dict) or not isinstance(result, list | tuple | np.ndarray):
        parts = _attributes(result, [step.key for step in steps])
    else:
        parts = _slots(result, owed)
    found: Gradients = {}
    for step, part in zip(steps, parts, strict=True):
        found |= _below(name + step.label, step.child, part, due)
    return found


def _by_names(
    names: Sequence[str], values: Sequence[Any], due: Collection[str], result: dict[Any, Any]
) -> Gradients:
    """A dict by the names of tensors, or else of arguments."""
    if set(result) & set(due) - set(names):
        entries = _entries(result, due, [True] * len(due))
        return {name: _array(g) for name, g in zip(due, entries, strict=True)}
    owed = [_owes(name, value, due) for name, value in zip(names, values, strict=True)]
    return _by_slots(names, values, due, _entries(result, names, owed, SPELLINGS))


def _by_slots(
    names: Sequence[str], values: Sequence[Any], due: Collection[str], slots: Sequence[Any]
) -> Gradients:
    found: Gradients = {}
    for name, value, slot in zip(names, values, slots, strict=True):
        found |= _below(name, value, slot, due)
    return found


def _slots(result: Sequence[Any] | Array, owed: Sequence[bool]) -> list[Any]:
    """One slot for each branch, though only those may have come that owe a gradient."""
    rows = [] if isinstance(result, np.ndarray) and result.ndim == 0 else list(result)
    if len(rows) == len(owed):
        return rows
    if len(rows) != sum(owed):
        raise WrongStructure
    given = iter(rows)
    return [next(given) if owes else None for owes in owed]


def _entries(
    result: dict[Any, Any],
    keys: Collection[Any],
    owed: Sequence[bool],
    spellings: Sequence[str] = ("{}",),
) -> list[Any]:
    """The entries of a dict; those that are due must be there."""
    found = []
    for key, owes in zip(keys, owed, strict=True):
        spelt = [s.format(key) if isinstance(key, str) else key for s in spellings]
        used = next((s for s in spelt if s in result), None)
        if owes and used is None:
            raise WrongStructure
        found.append(result.get(used))
    return found


def _attributes(result: Any, keys: Sequence[Any]) -> list[Any]:
    if not all(isinstance(key, str) and hasattr(result, key) for key in keys):
        raise WrongStructure
    return [getattr(result, key) for key in keys]


def _array(result: Any) -> Array | None:
    """A leaf: an array of any arithmetic, a number, or numbers in lists."""
    if result is None:
        return None
    if branches(result) is not None and (
        not isinstance(result, list | tuple) or any(part is None for part in result)
    ):
        raise WrongStructure
    try:
        return np.asanyarray(result)
    except Exception as error:  # whatever an object's own conversion raises
        raise WrongStructure from error


def _drained(result: Any) -> Any:
    return tuple(result) if isinstance(result, Iterator | ValuesView) else result


def _owes(name: str, value: Any, due: Collection[str]) -> bool:
    return any(leaf in due for leaf, _ in leaves(name, value))


def _fits(found: Gradients, due: Mapping[str, Array]) -> bool:
    return all(g is not None and g.shape == due[name].shape for name, g in found.items())


def _complaint(
    names: Sequence[str], values: Sequence[Any], owed: Sequence[bool], result: Any
) -> str:
    pairs = [(n, v) for n, v, owes in zip(names, values, owed, strict=True) if owes]
    wanted = ", ".join(f"{name}: {outline(value)}" for name, value in pairs)
    wanted = f"a tuple ({wanted})" if len(pairs) > 1 else wanted
    said = f"expected {wanted}; came {outline(result)}"
    one_more = isinstance(result, list | tuple) and len(result) == len(pairs) + 1
    if one_more and (np.isscalar(result[0]) or getattr(result[0], "shape", None) == ()):
        said += "; if its first element is the loss, return the gradients alone"
    return said
