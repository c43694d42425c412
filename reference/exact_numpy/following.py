"""Runs foreign NumPy code, unchanged, in another arithmetic."""

import builtins
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import CellType, ModuleType
from typing import Any

import numpy as np

from reference.exact_numpy.arithmetics import EXACT, Arithmetic
from reference.exact_numpy.reach import MISSING, Reach, reach, slots_of
from reference.exact_numpy.standing_in import PACKAGES, stand_in

HELD = 2**18
"""Larger arrays that the code holds stay floats: data, which it reads and does not write."""

_running = threading.RLock()
_arithmetics: list[Arithmetic] = []


@contextmanager
def following(
    *functions: Callable[..., Any], arithmetic: Arithmetic = EXACT
) -> Iterator[Callable[[Any], Any]]:
    """Run functions, and all that they use of their author's, in an arithmetic. Yields `enter`.

    `enter` makes arguments of arrays, numbers, and lists and dicts of them. Inside, NumPy's names
    in the code's own globals, and `float`, stand for what computes in the arithmetic, and the
    arrays that modules, objects and closures hold are copies in it; afterwards all is as before,
    also what the code has written into its own objects. Choose the arithmetic's precision around
    it, by `exactly` or `rounded`. Raises RuntimeError where another thread is being followed, or
    this one in another arithmetic.
    """
    if not _running.acquire(blocking=False):
        raise RuntimeError("another thread is being followed: such runs take turns")
    try:
        with ExitStack() as after:
            if any(outer is not arithmetic for outer in _arithmetics):
                raise RuntimeError("the code is being followed in another arithmetic already")
            _arithmetics.append(arithmetic)
            after.callback(_arithmetics.pop)
            found = reach(*functions)
            _swap(found, _Exchange(arithmetic), after)
            if any(name.partition(".")[0] in PACKAGES for name in found.names):
                spaces = {id(namespace) for namespace, _ in found.globals.values()}
                after.callback(setattr, builtins, "__import__", builtins.__import__)
                builtins.__import__ = _importing(spaces, arithmetic, builtins.__import__)
            yield arithmetic.enter
    finally:
        _running.release()


class _Exchange:
    """What stands for each value during the run; one array held twice stays one array."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.arrays: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and type(value) is np.ndarray:
            return self._array(value)
        if isinstance(value, np.floating):
            return self.arithmetic.number(float(value))
        if type(value) is tuple:
            changed = tuple(map(self, value))
            same = all(a is b for a, b in zip(changed, value, strict=True))
            return value if same else changed
        return stand_in(value, self.arithmetic)

    def _array(self, array: Any) -> Any:
        if array.dtype.kind not in "fbiu" or array.size > HELD:
            return array
        if id(array) not in self.arrays:
            self.arrays[id(array)] = (array, self._entered(array))
        return self.arrays[id(array)][1]

    def _entered(self, array: Any) -> Any:
        base = array.base
        real = array.dtype.kind == "f"
        if not (real and type(base) is np.ndarray and base.flags.c_contiguous):
            return self.arithmetic.enter(array.copy())
        if base.dtype != array.dtype or base.size > HELD:
            return self.arithmetic.enter(array.copy())
        whole = np.asarray(self._array(base)).reshape(-1)
        offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        strides = tuple(s // base.itemsize * whole.itemsize for s in array.strides)
        view = np.lib.stride_tricks.as_strided(
            whole[offset // base.itemsize :], array.shape, strides
        )
        return view.view(self.arithmetic.arrays)


def _swap(found: Reach, exchange: _Exchange, after: ExitStack) -> None:
    """Put stand-ins everywhere, and write into `after` how it was."""
    for namespace, names in found.globals.values():
        before = {name: namespace.get(name, MISSING) for name in names}
        after.callback(_restore, namespace, before)
        if "float" in names:
            namespace.setdefault("float", float)
        _exchange_values(namespace, names & namespace.keys(), exchange)
    for mapping in found.mappings:
        after.callback(_refill, mapping, dict(mapping))
        _exchange_values(mapping, set(mapping), exchange)
    for items in found.lists:
        after.callback(items.__setitem__, slice(None), list(items))
        items[:] = list(map(exchange, items))
    for cell in found.cells:
        _exchange_cell(cell, exchange, after)
    for holder in (*found.classes, *found.slotted):
        _exchange_attributes(holder, exchange, after)


def _exchange_values(mapping: dict[Any, Any], keys: set[Any], exchange: _Exchange) -> None:
    for key in keys:
        new = exchange(mapping[key])
        if new is not mapping[key]:
            mapping[key] = new


def _restore(namespace: dict[str, Any], before: dict[str, Any]) -> None:
    for name, value in before.items():
        if value is not MISSING:
            namespace[name] = value
        else:
            namespace.pop(name, None)


def _refill(mapping: dict[Any, Any], before: dict[Any, Any]) -> None:
    mapping.clear()
    mapping.update(before)


def _exchange_cell(cell: CellType, exchange: _Exchange, after: ExitStack) -> None:
    try:
        before = cell.cell_contents
    except ValueError:  # empty as yet: nothing to exchange, nothing to restore
        return
    after.callback(setattr, cell, "cell_contents", before)
    cell.cell_contents = exchange(before)


def _exchange_attributes(holder: Any, exchange: _Exchange, after: ExitStack) -> None:
    is_class = isinstance(holder, type)
    names = list(vars(holder)) if is_class else list(slots_of(holder))
    put = type.__setattr__ if is_class else object.__setattr__
    for name in names:
        before = vars(holder)[name] if is_class else getattr(holder, name)
        if isinstance(before, np.ndarray | np.floating) or not is_class:
            after.callback(put, holder, name, before)
            put(holder, name, exchange(before))


def _importing(spaces: set[int], arithmetic: Arithmetic, real: Any) -> Any:
    """`__import__` that gives the followed code, and no other, what stands for NumPy."""

    def load(name: str, namespace: Any = None, *args: Any, **kwargs: Any) -> ModuleType:
        module: ModuleType = real(name, namespace, *args, **kwargs)
        return stand_in(module, arithmetic) if id(namespace) in spaces else module

    return load
