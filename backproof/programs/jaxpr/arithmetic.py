"""Operations whose result IEEE 754 fixes to the last bit, of which NumPy's is therefore JAX's too.

A program of JAX's is compiled operation by operation when it is run step by step, each for 20 ms;
these are most of any program.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backproof.exact.precision import precision_of
from backproof.programs.jaxpr.held import is_float


def _select_n(which: Any, *cases: Any) -> Any:
    named = which.astype(np.int64)
    chosen = cases[0]
    for k, case in enumerate(cases[1:], start=1):
        chosen = np.where(named == k, case, chosen)
    return chosen


ARITHMETIC: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "add": np.add,
    "add_any": np.add,
    "and": np.bitwise_and,
    "div": np.divide,
    "eq": np.equal,
    "ge": np.greater_equal,
    "gt": np.greater,
    "le": np.less_equal,
    "lt": np.less,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "not": np.invert,
    "or": np.bitwise_or,
    "select_n": _select_n,
    "square": np.square,
    "sub": np.subtract,
    "xor": np.bitwise_xor,
}


def correctly_rounded(name: str, arrays: Sequence[Any], parameters: Any) -> Any:
    """The result of an operation in the dtypes of its inputs; None where NumPy's may be another.

    That is where a number is subnormal, which JAX may flush, of complex numbers, and of quotients
    of integers and by one number, which XLA multiplies by the inverse of.
    """
    if name == "iota":
        return _iota(**parameters)
    if any(type(x) is not np.ndarray or x.dtype.kind == "c" for x in arrays):
        return None
    if name == "div" and not (is_float(arrays[0].dtype) and arrays[0].shape == arrays[1].shape):
        return None
    if name == "convert_element_type":
        result = _converted(arrays[0], np.dtype(parameters["new_dtype"]))
    elif name == "integer_pow" and parameters["y"] == 2:
        result = np.square(arrays[0])
    elif name in ARITHMETIC:
        with np.errstate(all="ignore"):
            result = np.asarray(ARITHMETIC[name](*arrays))
    else:
        return None
    return None if result is None or any(map(_subnormal, (*arrays, result))) else result


def _iota(*, dtype: Any, shape: Any, dimension: int, **_: Any) -> Any:
    counted = np.arange(shape[dimension]).astype(dtype)
    return np.broadcast_to(np.expand_dims(counted, _others(shape, dimension)), shape)


def _others(shape: Any, dimension: int) -> tuple[int, ...]:
    return tuple(k for k in range(len(shape)) if k != dimension)


def _converted(x: Any, dtype: Any) -> Any:
    """A cast that one rounding makes: not to integers, nor from float64 past float32."""
    from_floats, to_floats = is_float(x.dtype), is_float(dtype)
    half = to_floats and dtype.itemsize < 4
    if half and (not from_floats or x.dtype == np.float64):
        return None
    if dtype.kind == "c" or (from_floats and not to_floats):
        return None
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def _subnormal(x: Any) -> bool:
    """Whether a number is nearer to 0 than the smallest normal one."""
    if not is_float(x.dtype):
        return False
    precision, sizes = precision_of(x.dtype), np.abs(x)
    return precision is None or bool(((sizes > 0) & (sizes < 2.0**precision.normal)).any())
