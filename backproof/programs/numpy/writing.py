"""Writing into arrays: every write is a step, seen by all views of the memory."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.indices import decisions_in, put_back
from backproof.programs.numpy.layout import plain_view
from backproof.programs.numpy.operands import entered, is_known, plain, step_of
from backproof.programs.numpy.tape import Tape


class Writing:
    """What is written on a tape's arrays."""

    tape: Tape

    def setitem(self, x: Any, key: Any, value: Any) -> None:
        """x[key] = value."""
        array, index = plain_view(x), plain(key)
        if array.dtype.kind not in "fciub":
            array[index] = value
            return
        by = decisions_in(self.tape, key)
        before = step_of(self.tape, x) if by else None
        given = step_of(self.tape, value, array.dtype)
        target = np.arange(array.size).reshape(array.shape)[index]
        written = _broadcast(np.array(plain(value)).astype(array.dtype), np.shape(target))
        array[index] = plain(value)
        if before is not None:
            self._decided(x, before, key, by, given)
            return
        self.overwrite(array, np.asarray(target), self._broadcast(given, written, array.dtype))

    def overwrite(self, array: Any, target: Any, step: Step) -> None:
        """Elements of an array, by their numbers in it, have the values of a step."""
        self.tape.write_some(array, target, step)

    def _broadcast(self, step: Step, written: Any, dtype: Any) -> Step:
        """What was written, as a step of its shape and in the array's own dtype."""
        shape, value = np.shape(written), np.asarray(written)
        if step.shape == shape and _same(step.value, value):
            return step
        narrow = _stretched(step, shape)
        if _same(narrow.value, value):
            return narrow
        if narrow.is_float and dtype.kind not in "fc":
            return self.tape.settle(
                lambda: d.other(narrow, function=lambda v: v.astype(dtype)), value
            )
        if narrow.is_complex and dtype.kind == "f":
            return self.tape.settle(lambda: e.real(narrow), value)
        return self.tape.settle(lambda: e.cast(narrow), value)

    def _decided(self, x: Any, before: Step, key: Any, by: Any, given: Step) -> None:
        """A write at places that a decision names: all of it, from what was and what came."""

        def layout(old: Any, new: Any, *decided: Any) -> Any:
            changed = old.copy()
            changed[put_back(key, decided)] = new
            return changed

        value = plain_view(x).copy()
        step = self.tape.settle(lambda: moved(layout, before, given, by=by), value)
        self.tape.write(plain_view(x), step)

    def fill(self, x: Any, value: Any) -> None:
        """x.fill(value)."""
        self.setitem(x, ..., value)

    def sort(self, x: Any, axis: int = -1, kind: Any = None, order: Any = None, **_: Any) -> None:
        """x.sort() in place."""
        step = step_of(self.tape, x)
        plain_view(x).sort(axis=axis, kind=kind)
        after = self.tape.settle(lambda: c.ordered(step, axis)[0], plain_view(x).copy())
        self.tape.write(plain_view(x), after)

    def partition(
        self, x: Any, kth: Any, axis: int = -1, kind: Any = "introselect", order: Any = None
    ) -> None:
        """x.partition() in place."""
        step, where = step_of(self.tape, x), plain(kth)
        places = np.argpartition(plain_view(x), where, axis=axis, kind=kind)
        after = np.take_along_axis(plain_view(x), places, axis)
        found = self.tape.settle(lambda: c.partitioned(step, where, axis % x.ndim), after)
        plain_view(x)[...] = after
        self.tape.write(plain_view(x), found)

    def resize(self, x: Any, *shape: Any, **kwargs: Any) -> None:
        """x.resize() in place, which moves memory."""
        self.tape.escape("numpy.ndarray.resize")
        plain_view(x).resize(*shape, **kwargs)

    def copyto(self, dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
        """numpy.copyto."""
        target = self._owned(dst)
        if where is True:
            self.setitem(target, ..., src)
            return
        wide = step_of(self.tape, src, dst.dtype)
        before, chosen = step_of(self.tape, target), step_of(self.tape, where)
        np.copyto(plain_view(target), plain(src), casting, plain(where))
        value = plain_view(target).copy()
        step = self.tape.settle(lambda: d.choose(chosen, wide, before), value)
        self.tape.write(plain_view(target), step)

    def put(self, a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
        """numpy.put."""
        index = np.ravel(plain(ind))
        beyond = {"clip": lambda k: np.clip(k, 0, a.size - 1), "wrap": lambda k: k % a.size}
        index = beyond[mode](index) if mode in beyond else index
        self._owned(a).flat[index] = v

    def putmask(self, a: Any, mask: Any, values: Any) -> None:
        """numpy.putmask."""
        if np.ndim(plain(values)) and np.shape(plain(values)) != a.shape:
            values = np.resize(values, a.shape)
        self.copyto(a, values, where=np.not_equal(mask, 0))

    def place(self, arr: Any, mask: Any, vals: Any) -> None:
        """numpy.place."""
        count = int(np.count_nonzero(plain(mask)))
        chosen = np.reshape(np.not_equal(mask, 0), arr.shape)
        self.setitem(self._owned(arr), chosen, np.resize(vals, count))

    def _owned(self, a: Any) -> Any:
        return a if is_known(a) else entered(self.tape, a)


def _same(a: Any, b: Any) -> bool:
    with np.errstate(all="ignore"):
        return bool(a.dtype.kind == b.dtype.kind and np.all((a == b) | ((a != a) & (b != b))))


def _stretched(step: Step, shape: tuple[int, ...]) -> Step:
    if step.shape == shape:
        return step

    return moved(lambda p: _broadcast(p, shape), step)


def _broadcast(x: Any, shape: tuple[int, ...]) -> Any:
    """As an assignment broadcasts: axes of one in front of all others do not count."""
    extra = max(x.ndim - len(shape), 0)
    return np.broadcast_to(x.reshape(x.shape[extra:]), shape)
