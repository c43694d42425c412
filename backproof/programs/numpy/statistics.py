"""Means, variances and deviations of an array that knows its step."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.programs.numpy.layout import plain_view
from backproof.programs.numpy.operands import known, plain, step_of
from backproof.programs.numpy.reductions import deviation, variance
from backproof.programs.numpy.tape import Tape


class Statistics:
    """The statistics that an array has as methods."""

    tape: Tape

    def mean(
        self, x: Any, axis: Any = None, dtype: Any = None, out: Any = None, **kwargs: Any
    ) -> Any:
        """x.mean()."""
        return self._statistic("mean", c.mean, x, axis, dtype, out, **kwargs)

    def var(
        self,
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: Any = 0,
        **kwargs: Any,
    ) -> Any:
        """x.var()."""
        return self._statistic("var", variance, x, axis, dtype, out, ddof=ddof, **kwargs)

    def std(
        self,
        x: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: Any = 0,
        **kwargs: Any,
    ) -> Any:
        """x.std()."""
        return self._statistic("std", deviation, x, axis, dtype, out, ddof=ddof, **kwargs)

    def _statistic(
        self, name: str, lower: Any, x: Any, axis: Any, dtype: Any, out: Any, **kwargs: Any
    ) -> Any:
        kwargs = {k: v for k, v in kwargs.items() if v is not np._NoValue}
        where, given = kwargs.pop("where", True), dict(kwargs)
        if where is not True:
            return self._where(name, x, axis, plain(where), kwargs)
        ddof = kwargs.pop("correction", kwargs.pop("ddof", None))
        keepdims, middle = bool(kwargs.pop("keepdims", False)), kwargs.pop("mean", None)
        step = step_of(self.tape, x)
        if middle is not None:
            given["mean"] = plain(middle)
        result = getattr(plain_view(x), name)(axis=axis, dtype=dtype, **given)
        extra = () if ddof is None else (ddof,)
        found = self.tape.settle(lambda: lower(step, axis, keepdims, *extra), result)
        if out is None:
            return known(self.tape, result, found)
        out[...] = known(self.tape, result, found)
        return out

    def _where(self, name: str, x: Any, axis: Any, where: Any, kwargs: Any) -> Any:
        """Of the elements where a mask is true, by sums with that mask."""
        keep, ddof = bool(kwargs.get("keepdims", False)), kwargs.get("ddof", 0)
        count = np.sum(np.broadcast_to(where, x.shape), axis=axis, keepdims=True)
        middle = np.sum(x, axis=axis, keepdims=True, where=where) / count
        if name == "mean":
            return middle if keep else np.squeeze(middle, axis=axis)[()]
        squares = np.sum((x - middle) ** 2, axis=axis, keepdims=keep, where=where)
        found = squares / ((count if keep else np.squeeze(count, axis=axis)) - ddof)
        return np.sqrt(found) if name == "std" else found
