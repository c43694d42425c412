"""Methods of an array that knows its step: reading elements, other dtypes, statistics."""

from typing import Any

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.indices import decisions_in, put_back
from backproof.programs.numpy.layout import plain_view
from backproof.programs.numpy.numbers import Float
from backproof.programs.numpy.operands import (
    entered,
    is_floating,
    is_known,
    known,
    plain,
    step_of,
)
from backproof.programs.numpy.tape import Tape


class Methods:
    """What an array's own methods do on a tape."""

    tape: Tape

    # -- elements -------------------------------------------------------------------------------
    def getitem(self, x: Any, key: Any) -> Any:
        """x[key]: a view where NumPy makes one, else a move by the decisions in the key."""
        array, index = plain_view(x), plain(key)
        result = array[index]
        if not isinstance(result, np.ndarray):
            if not is_floating(result):
                return result
            whole = index if isinstance(index, tuple) else (index,)
            one = array[(*whole, ...)] if Ellipsis not in map(_kind, whole) else array[index]
            return known(self.tape, result, self._element(x, one, index))
        if result.base is not None and np.may_share_memory(result, array):
            return entered(self.tape, result)
        return known(self.tape, result, self.moved(x, key, result))

    def _element(self, x: Any, one: Any, index: Any) -> Step:
        if isinstance(one, np.ndarray) and self.tape.is_known(one):
            return self.tape.read(one)
        source = step_of(self.tape, x)
        return moved(lambda p: p[index], source)

    def moved(self, x: Any, key: Any, result: Any) -> Step:
        """The elements that a key names, as a step."""
        source, by = step_of(self.tape, x), decisions_in(self.tape, key)
        return self.tape.settle(
            lambda: moved(lambda p, *given: p[put_back(key, given)], source, by=by), result
        )

    def item(self, x: Any, *index: Any) -> Any:
        """x.item(*index), Python's float."""
        array = plain_view(x)
        result = array.item(*index)
        if not isinstance(result, float):
            return result
        flat = np.arange(x.size).reshape(x.shape).item(*index)
        places = np.unravel_index(flat, x.shape)
        element = self.getitem(x, tuple(int(k) for k in places))
        return Float.known(result, self.tape, element.step)

    def tolist(self, x: Any) -> Any:
        """Nested lists of Python's numbers."""
        if x.dtype.kind != "f":
            return plain_view(x).tolist()
        if x.ndim == 0:
            return self.item(x)
        return [self.tolist(row) if x.ndim > 1 else row.item() for row in x]

    def as_float(self, x: Any) -> float:
        """What foreign code's float() gives."""
        if self.tape.is_known(plain_view(x)):
            self.tape.escape("float()")
        return float(plain_view(x))

    def as_complex(self, x: Any) -> complex:
        """What foreign code's complex() gives."""
        self.tape.escape("complex()")
        return complex(plain_view(x))

    def dlpack(self, x: Any, **kwargs: Any) -> Any:
        """The memory, for another library."""
        self.tape.escape("numpy.ndarray.__dlpack__")
        return plain_view(x).__dlpack__(**kwargs)

    def tobytes(self, x: Any, *args: Any) -> bytes:
        """The bytes, by which values leave the record."""
        self.tape.escape("numpy.ndarray.tobytes")
        return bytes(plain_view(x).tobytes(*args))

    # -- dtypes ---------------------------------------------------------------------------------
    def astype(self, x: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Another dtype: a rounding where that is one of floats, else a decision."""
        result = plain_view(x).astype(dtype, *args, **kwargs)
        if result.dtype.kind not in "fciub":
            return self._objects(x, result)
        if np.may_share_memory(result, plain_view(x)):
            return x
        return known(self.tape, result, self._cast(step_of(self.tape, x), result))

    def cast(self, x: Any, dtype: Any) -> Any:
        """An operand of a call that has a dtype of its own."""
        if (
            not isinstance(x, np.ndarray)
            or x.dtype.kind != "f"
            or x.dtype.itemsize <= dtype.itemsize
        ):
            return x
        return self.astype(x if is_known(x) else entered(self.tape, x), dtype)

    def _cast(self, step: Step, result: Any) -> Step:
        target = result.dtype
        if target.kind == "b":
            return self.tape.settle(lambda: d.not_equal(step, 0), result)
        if target.kind in "iu" or not step.is_float:
            return self.tape.settle(
                lambda: d.other(step, function=lambda v: v.astype(target)), result
            )
        if step.is_complex and target.kind == "f":
            return self.tape.settle(lambda: e.real(step), result)
        return self.tape.settle(lambda: e.cast(step), result)

    def _objects(self, x: Any, result: Any) -> Any:
        """An object array of the numbers themselves."""
        if result.dtype == object:
            result[...] = np.empty(result.shape, dtype=object)
            for place in np.ndindex(result.shape):
                result[place] = self.item(x, *place)
        return result

    def view(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The same memory, as another dtype or class."""
        kind = kwargs.get("type", args[0] if args else None)
        result = plain_view(x).view(*args, **kwargs)
        if isinstance(kind, type) and issubclass(kind, np.ndarray) and kind is not np.ndarray:
            self.tape.escape(f"view as {kind.__name__}")
            return result
        if result.dtype != x.dtype and (x.dtype.kind, result.dtype.kind) != ("c", "f"):
            self.tape.escape(f"view as {result.dtype}")
            return result
        return entered(self.tape, result)


def _kind(key: Any) -> Any:
    return key if key is Ellipsis else None
