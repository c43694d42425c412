"""SciPy's distributions, by the formulas that they are written in."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.programs.numpy.operands import escaping, is_known, plain
from backproof.programs.numpy.tape import Tape

SCALED = {"pdf": lambda f, scale: f / scale, "logpdf": lambda f, scale: f - np.log(scale)}
"""What of a variable with a scale is not what it is of the standardised one."""
OUTSIDE = {
    "pdf": (0.0, 0.0), "logpdf": (-np.inf, -np.inf), "cdf": (0.0, 1.0), "logcdf": (-np.inf, 0.0),
    "pmf": (0.0, 0.0), "logpmf": (-np.inf, -np.inf), "sf": (1.0, 0.0), "logsf": (0.0, -np.inf),
}  # fmt: skip
"""The methods that are followed, with their values below and above the support."""


def is_distribution(x: Any) -> bool:
    """Whether it is one of `scipy.stats`, with its parameters or without."""
    known = hasattr(x, "logcdf") and (hasattr(x, "_logcdf") or hasattr(x, "dist"))
    return known and type(x).__module__.startswith("scipy.stats") and not isinstance(x, type)


class Distribution:
    """A distribution whose methods are given arrays that know their steps.

    given, more: the parameters that it has already.
    """

    def __init__(self, tape: Tape, real: Any, given: tuple[Any, ...] = (), **more: Any) -> None:
        frozen = hasattr(real, "dist")
        self._tape, self._real = tape, real.dist if frozen else real
        self._given: tuple[Any, ...] = real.args if frozen else given
        self._more: dict[str, Any] = real.kwds if frozen else more

    def __call__(self, *given: Any, **more: Any) -> Any:
        """The distribution with parameters."""
        if not self._tape.follows or not is_known((given, more)):
            return self._real(*plain(given), **plain(more))
        return Distribution(self._tape, self._real, given, **more)

    def __getattr__(self, name: str) -> Any:
        if name not in (*OUTSIDE, "ppf") or not hasattr(self._real, f"_{name}"):
            own = (
                self._real(*plain(self._given), **plain(self._more)) if self._given else self._real
            )
            return getattr(own, name)

        def method(x: Any, *given: Any, **more: Any) -> Any:
            args, kwargs = (x, *self._given, *given), {**self._more, **more}
            function = getattr(self._real, name)
            if not self._tape.follows or not is_known((args, kwargs)):
                return function(*plain(args), **plain(kwargs))
            if not _is_written(self._real, name):
                called = f"scipy.stats.{self._real.name}.{name}"
                return escaping(self._tape, called, function, args, kwargs)
            return self._followed(name, *args, **kwargs)

        return method

    def _followed(self, name: str, x: Any, *args: Any, **kwargs: Any) -> Any:
        """A method by its formula, of the standardised variable and inside of the support."""
        shapes, loc, scale = self._real._parse_args(*args, **kwargs)
        x, *shapes = (self._tape.calls.array(v).astype(np.float64) for v in (x, *shapes))
        if name == "ppf":
            found = self._real._ppf(x, *shapes) * scale + loc
            return found if np.ndim(found) else found[()]
        z = (x - loc) / scale
        low, high = self._real._get_support(*plain(tuple(shapes)))
        below, above = OUTSIDE[name]
        inside = np.clip(z, low, high) if np.any((plain(z) < low) | (plain(z) > high)) else z
        found = _formula(self._real, name)(inside, *shapes)
        found = SCALED[name](found, scale) if name in SCALED else found
        if inside is not z:
            found = np.where(z < low, below, np.where(z > high, above, found))
        return found if np.ndim(found) else found[()]


def _is_written(real: Any, name: str) -> bool:
    """Whether it is written as a formula, and not found by integration or by solving."""
    key = {"cdf": "_cdf", "sf": "_cdf", "ppf": "_ppf"}.get(name.removeprefix("log"))
    if key is None:
        return True
    own = next(k for k in type(real).__mro__ if key in vars(k))
    return not own.__module__.endswith("_distn_infrastructure")


def _formula(real: Any, name: str) -> Callable[..., Any]:
    """A method's own formula; that of its logarithm where it is compiled itself."""
    function = getattr(real, f"_{name}")
    if name in ("pdf", "pmf") and "scu" in function.__code__.co_names:
        logarithm = getattr(real, f"_log{name}")
        return lambda *args: np.exp(logarithm(*args))
    return function
