"""Arrays of balls for code that was written for floats: they behave, and answer, as float64 would.

What the code asks of them, they answer as an array of float64; what NumPy's own functions ask, they
answer honestly, so that NumPy allocates objects and not floats.
"""

from typing import Any

import numpy as np

from reference.exact.arithmetic import CannotFollow, where
from reference.exact.arrays import Lifted, product
from reference.exact.ball import Ball
from reference.exact_numpy import linear
from reference.exact_numpy.passing import (
    Naming,
    any_plain,
    number,
    numbers,
    title,
    without_precision,
)
from reference.exact_numpy.ufuncs import INSTEAD, PREDICATES

FLOAT = np.dtype(np.float64)
OUTSIDE = "an array of floats that is only read elsewhere is written to"


class Bare(Lifted):
    """An array of balls that says that it holds objects."""

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        kind = Followed if any(type(x) is Followed for x in inputs) else Bare
        plain = [x.view(np.ndarray) if isinstance(x, np.ndarray) else x for x in inputs]
        function, name = INSTEAD.get(ufunc.__name__), ufunc.__name__
        if ufunc is np.matmul and method == "__call__" and all(np.ndim(x) == 2 for x in plain):
            function = product
        elif function is None:
            function = ufunc
        else:
            first = 2 if method == "at" else 0
            plain = plain[:first] + [numbers(x) for x in plain[first:]]
        kwargs = without_precision(kwargs)
        if method != "__call__":
            function = getattr(function, method)
        direct = out is not None and function is not product and name not in PREDICATES
        if direct:
            kwargs["out"] = tuple(_writable(o) for o in out)
        with Naming(title(ufunc)):
            result = function(*plain, **kwargs)
        if name in PREDICATES:
            result = np.asarray(result).astype(bool)[()]
        if out is None:
            return settled(result, kind)
        if not direct:
            out[0][...] = result
        return out[0] if len(out) == 1 else out

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        args, kwargs = _honest(args), without_precision(_honest(kwargs))
        with Naming(title(func)):
            if func in linear.INSTEAD:
                result = linear.INSTEAD[func](*args, **kwargs)
            else:
                result = super().__array_function__(func, types, args, kwargs)
        return settled(result, Followed, promote=True)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, **kwargs: Any) -> Any:
        """As of float64."""
        chosen = np.broadcast_to(kwargs.get("where", True), self.shape)
        count = chosen.sum(axis, keepdims=kwargs.get("keepdims", False))
        return _put(self.sum(axis, **kwargs) / np.asarray(count).view(np.ndarray)[()], out)

    def var(  # type: ignore[override]
        self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, **kwargs: Any
    ) -> Any:
        """As of float64."""
        apart = self - self.mean(axis, keepdims=True)
        squares = apart * apart
        share = squares.mean(axis, **kwargs)
        count = self.size // max(squares.mean(axis).size, 1)
        return _put(share * count / (count - ddof) if ddof else share, out)

    def std(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """As of float64."""
        return _put(np.sqrt(self.var(*args, **kwargs)), out)


class Followed(Bare):
    """An array of balls that says that it holds float64."""

    @property
    def dtype(self) -> Any:
        """What the code in which it stands expects."""
        real = super().dtype
        return FLOAT if real.char == "O" else real

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(value) not in (Ball, Followed):
            value = numbers(np.asarray(value))
        super().__setitem__(key, value)

    def fill(self, value: Any) -> None:
        """As of float64."""
        self[...] = value

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Floats of any precision stay what they are; whole numbers are exact, or refused."""
        kind = np.dtype(dtype).kind
        if kind in "fO":
            return self.copy()
        if kind == "b":
            return self != 0
        if kind not in "iu":
            raise CannotFollow(f"an array of numbers is cast to {np.dtype(dtype)} {where()}")
        whole = [int(x) for x in self.ravel().tolist()]
        return np.array(whole, dtype=dtype).reshape(self.shape).view(Counted)

    def dot(self, other: Any, out: Any = None) -> Any:
        """As np.dot."""
        return np.dot(self, other, out) if out is not None else np.dot(self, other)

    def round(  # type: ignore[override]
        self, decimals: int = 0, out: Any = None
    ) -> Any:
        """As of float64."""
        scale = Ball(10) ** decimals
        return _put(np.rint(self * scale) / scale, out)

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        """As of float64, of the first where some are equal."""
        return settled(super().argmax(*args, **kwargs), Followed)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        """As of float64, of the first where some are equal."""
        return settled(super().argmin(*args, **kwargs), Followed)

    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        """As of float64."""
        return settled(super().argsort(*args, **kwargs), Followed)


class Counted(np.ndarray[Any, Any]):
    """Integers or truth values that become balls, not floats, when they become real numbers."""

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        if any(isinstance(x, Bare) for x in inputs):
            return NotImplemented
        plain = [x.view(np.ndarray) if isinstance(x, Counted) else x for x in inputs]
        if out is not None:
            kwargs["out"] = tuple(o.view(np.ndarray) for o in out)
        with Naming(title(ufunc)):
            result = getattr(ufunc, method)(*plain, **kwargs)
        if out is not None:
            return out[0]
        if method == "__call__" and getattr(result, "dtype", FLOAT).kind in "fO":
            # once more: a third of an integer is no float
            return ufunc(*(followed(np.asarray(x)) for x in plain))
        return settled(result, Followed)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(t, Bare) for t in types):
            return NotImplemented
        return super().__array_function__(func, types, args, kwargs)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Real numbers are balls."""
        result = super().astype(dtype, *args, **kwargs)
        return followed(result) if result.dtype.kind == "f" else result


def followed(array: Any) -> Any:
    """An array of floats, integers or balls as a `Followed`; balls are shared, not copied."""
    if type(array) is Followed:
        return array
    return np.asarray(numbers(array) if any_plain(array) else array).view(Followed)


def settled(result: Any, kind: type[Bare], promote: bool = False) -> Any:
    """What NumPy returned, as the code that asked should see it."""
    if isinstance(result, list | tuple) and not hasattr(result, "_fields"):
        return type(result)(settled(x, kind, promote) for x in result)
    if not isinstance(result, np.ndarray):
        return number(result) if promote and isinstance(result, float) else result
    real = np.ndarray.dtype.__get__(result)
    if real.kind in "biu":
        return result.view(np.ndarray).view(Counted)
    if real.char == "O":
        if promote and any_plain(result):
            result = np.asarray(numbers(result))
        return result.view(kind)
    return np.asarray(numbers(result.view(np.ndarray))).view(kind) if real.kind == "f" else result


def _honest(args: Any) -> Any:
    """Arguments as NumPy's own functions should see them."""
    if type(args) is Followed:
        return args.view(Bare)
    if isinstance(args, list | tuple) and not hasattr(args, "_fields"):
        return type(args)(map(_honest, args))
    return {name: _honest(x) for name, x in args.items()} if isinstance(args, dict) else args


def _writable(out: Any) -> Any:
    if out.dtype.kind == "f" and not isinstance(out, Bare):
        raise CannotFollow(f"{OUTSIDE} {where()}: let the function make it")
    return out.view(np.ndarray)


def _put(result: Any, out: Any) -> Any:
    if out is None:
        return result
    out[...] = result
    return out
