"""Floating point of fewer bits: float64 arrays whose every result is rounded to a precision.

NumPy code runs on them unchanged and at its own speed. Rounding twice, to 53 bits and then to
fewer, differs from rounding once in rare ties alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from architectures import Array

DOUBLE = 53


class Shortness:
    """The arithmetic in force: its precision, its smallest number, the noise in every result.

    flushed: whether anything but 0 was below the smallest number, and became 0. invalid: whether
    NumPy met inf - inf or the like since last looked at.
    """

    splitter = 1.0
    smallest = 0.0
    noise: Callable[[tuple[int, ...]], Array] | None = None
    flushed = False
    invalid = False

    @classmethod
    def note(cls, kind: str, flag: int) -> None:
        """Called by NumPy where an operation is invalid."""
        cls.invalid = True


@contextmanager
def rounded(
    bits: int, smallest: float = 0.0, noise: Callable[[tuple[int, ...]], Array] | None = None
) -> Iterator[type[Shortness]]:
    """Compute with `Short` arrays of `bits` bits.

    Results below `smallest` become 0; each result is changed by the relative amounts that `noise`
    draws for its shape. Yields the arithmetic, whose flag starts lowered. Contexts do not nest.
    """
    Shortness.splitter = 2.0 ** (DOUBLE - bits) + 1
    Shortness.smallest, Shortness.noise, Shortness.flushed = smallest, noise, False
    with np.errstate(all="ignore", invalid="call", call=Shortness.note):
        yield Shortness


def quiet() -> Any:
    """NumPy's warnings off, as in frameworks whose infinities are silent; but `rounded` goes on to
    hear of what is invalid.
    """
    heard = np.geterr()["invalid"] == "call"
    return np.errstate(all="ignore", invalid="call" if heard else "ignore")


SELECTING = {np.maximum, np.minimum, np.fmax, np.fmin}
"""What they return is one of their operands, which equals itself afterwards too."""
COMPUTING = {"dot", "vdot", "inner", "einsum", "tensordot", "convolve", "correlate", "interp"}
"""NumPy's functions that compute, beside linear algebra, in C; the others move numbers, or compute
by what rounds already.
"""


class Short(np.ndarray[Any, np.dtype[np.float64]]):
    """A float64 array in the arithmetic of `rounded`; sums and products round at every step."""

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        plain = [_enter(x) for x in inputs]
        if ufunc is np.matmul and all(np.ndim(x) == 2 for x in plain):
            result = _product(*plain)
        elif ufunc is np.add and method == "reduce" and set(kwargs) <= {"axis", "keepdims"}:
            result = _sum(*plain, **kwargs)
        else:
            result = getattr(ufunc, method)(*plain, **kwargs)
            result = result if ufunc in SELECTING else settled(result)
        if out is not None:
            out[0].view(np.ndarray)[...] = result
            return out[0]
        return _short(result)

    def __getitem__(self, key: Any) -> Any:
        return _short(super().__getitem__(key))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Floats stay as they are: the precision is the arithmetic's, whatever is asked for."""
        wanted = np.float64 if np.dtype(dtype).kind == "f" else dtype
        return super().astype(wanted, *args, **kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(func, types, args, kwargs)
        return _short(settled(result) if _computes(func) else result)


class Rounded(np.float64):
    """A number of the arithmetic of `rounded`: a NumPy scalar whose results are rounded again."""

    __slots__ = ()

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """As of an array: floats stay as they are."""
        return self if np.dtype(dtype).kind == "f" else super().astype(dtype, *args, **kwargs)

    def item(self, *args: Any) -> Any:
        """Itself, not a float that would be rounded no more."""
        return self


def _rounding(name: str) -> Any:
    function = getattr(np.float64, name)

    def run(self: Rounded, *operands: Any) -> Any:
        return _short(settled(function(self, *map(_enter, operands))))

    return run


for _name in ("add", "sub", "mul", "truediv", "pow", "mod"):
    setattr(Rounded, f"__{_name}__", _rounding(f"__{_name}__"))
    setattr(Rounded, f"__r{_name}__", _rounding(f"__r{_name}__"))
for _name in ("neg", "abs"):
    setattr(Rounded, f"__{_name}__", _rounding(f"__{_name}__"))


def shorten(array: Array) -> Any:
    """A float array as a `Short` one of exactly its values; integers stay as they are."""
    return array.astype(np.float64).view(Short) if array.dtype.kind == "f" else array


def settled(x: Any) -> Any:
    """Results as the arithmetic in force leaves them.

    Source: Veltkamp's splitting, as in Dekker, A Floating-Point Technique (1971), section 4.
    """
    if not hasattr(x, "dtype") or x.dtype.char != "d" or type(x) is Rounded:
        return x
    x = x.view(np.ndarray) if isinstance(x, Short) else x
    if Shortness.noise is not None:
        x = x * (1 + Shortness.noise(x.shape))
    if Shortness.splitter > 2:
        c = x * Shortness.splitter
        c = c - (c - x)
        if Shortness.invalid:  # inf - inf: what is infinite, or nearly so, stays as it is
            Shortness.invalid, c = False, np.where(np.isnan(c), x, c)[()]
        x = c
    return _flushed(x) if Shortness.smallest else x


def _flushed(x: Any) -> Any:
    """0 where a result is below the smallest number."""
    sizes = abs(x)
    if sizes.size and not sizes.min() >= Shortness.smallest:
        small = sizes < Shortness.smallest
        if (x[small] != 0).any():
            Shortness.flushed = True
            return np.where(small, 0.0, x)
    return x


def _computes(func: Any) -> bool:
    return func.__name__ in COMPUTING or func.__module__ == "numpy.linalg"


def _enter(x: Any) -> Any:
    """A plain operand: a float constant is rounded like everything else."""
    if isinstance(x, Short):
        return x.view(np.ndarray)
    return float(settled(np.float64(x))) if type(x) is float else x


def _short(result: Any) -> Any:
    if isinstance(result, np.ndarray) and result.dtype == np.float64:
        return result.view(Short)
    return Rounded(result) if type(result) is np.float64 else result


def _product(a: Any, b: Any) -> Any:
    """a @ b of two matrices: every product rounded, then every sum from the first to the last."""
    return _added(settled(a.T[:, :, None] * b[:, None, :]))


def _sum(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """A sum from the first term to the last; over several axes, over their terms in order."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    kept = [1 if k in axes else n for k, n in enumerate(x.shape)]
    rest = [n for k, n in enumerate(x.shape) if k not in axes]
    total = _added(np.moveaxis(x, list(axes), range(len(axes))).reshape(-1, *rest))
    return total.reshape(kept) if keepdims else total


def _added(terms: Any) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = settled(total + term)
    return total
