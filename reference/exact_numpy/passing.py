"""What enters and leaves NumPy's functions of balls: numbers made balls, wishes for a precision
dropped, refusals that name the function and the place.
"""

from typing import Any

import numpy as np

from reference.exact.arithmetic import CannotFollow, where
from reference.exact.ball import Ball

ADVICE = "written out in elementary operations it would have one"


def number(x: Any) -> Any:
    """A ball of a number of any kind; what is none stays as it is."""
    return Ball(x.item() if isinstance(x, np.generic) else x) if _is_plain(x) else x


def _is_plain(x: Any) -> bool:
    return type(x) is not Ball and isinstance(x, int | float | np.number | np.bool)


numbers = np.frompyfunc(number, 1, 1)
"""`number`, of every element of an array."""


def any_plain(array: Any) -> bool:
    """Whether numbers that are no balls are in an array."""
    elements = array.view(np.ndarray).ravel()
    return elements.dtype.char != "O" or any(map(_is_plain, elements.tolist()))


def without_precision(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keywords less the wish for a precision."""
    dtype = kwargs.get("dtype")
    drop = {"casting", "order", "subok"} | ({"dtype"} if _is_precision(dtype) else set())
    kept = {name: x for name, x in kwargs.items() if name not in drop}
    if "initial" in kept:
        kept["initial"] = number(kept["initial"])
    return kept


def _is_precision(dtype: Any) -> bool:
    return dtype is not None and np.dtype(dtype).kind == "f"


def title(function: Any) -> str:
    """What a function of NumPy or SciPy is called in somebody's code."""
    home = str(getattr(function, "__module__", None) or "numpy")
    return f"{home}.{getattr(function, '__name__', '?')}".replace("numpy", "np", 1)


class Naming:
    """Says which of NumPy's functions knows nothing of balls, and where it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        kinds = (TypeError, ValueError) if self.name.startswith("scipy") else TypeError
        if isinstance(error, kinds) and not isinstance(error, CannotFollow):
            message = f"{self.name} has no exact form {where()} ({error}); {ADVICE}"
            raise CannotFollow(message) from error
