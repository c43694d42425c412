"""NumPy's functions that are no ufuncs: lowered, moved, run in their own Python, or an escape."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from backproof.programs.numpy.algebra import ALGEBRA
from backproof.programs.numpy.bodies import body
from backproof.programs.numpy.lowered import LOWERED
from backproof.programs.numpy.makers import made_alike
from backproof.programs.numpy.operands import escaping, plain
from backproof.programs.numpy.structure import MOVES, put_elsewhere
from backproof.programs.numpy.tape import Tape

UNSEEN = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.shares_memory, np.may_share_memory,
    np.iscomplexobj, np.isrealobj, np.min_scalar_type, np.common_type, np.array_repr, np.array_str,
    np.array2string, np.einsum_path, np.diag_indices_from, np.tril_indices_from,
    np.triu_indices_from, np.ix_, np.busday_count, np.iscomplex, np.isreal,
}  # fmt: skip
"""Those that look at shapes and dtypes alone, or write text."""
LIKE = {np.zeros_like, np.ones_like, np.empty_like, np.full_like}
WRITES: dict[Any, str] = {
    np.copyto: "copyto",
    np.put: "put",
    np.putmask: "putmask",
    np.place: "place",
}

Handler = Callable[..., Any]


def function(tape: Tape, func: Any, args: Any, kwargs: Any) -> Any:
    """What a function returns, with its steps."""
    if func in UNSEEN:
        return func(*plain(args), **plain(kwargs))
    if func in MOVES:
        return put_elsewhere(tape, func, args, kwargs)
    if func in LIKE:
        return made_alike(tape, func, args, kwargs)
    if func in WRITES:
        return getattr(tape.calls, WRITES[func])(*args, **kwargs)
    handler = LOWERED.get(func) or ALGEBRA.get(func)
    if handler is not None:
        return handler(tape, *args, **kwargs)
    inside = getattr(func, "_implementation", None)
    if isinstance(inside, FunctionType):
        return body(tape, inside)(*args, **kwargs)
    return escaping(tape, f"{func.__module__}.{func.__name__}", func, args, kwargs)
