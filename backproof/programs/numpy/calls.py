"""What becomes of a call that has arrays of the run among its arguments."""

from functools import partial
from typing import Any

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.numpy import makers, methods, statistics, writing
from backproof.programs.numpy.functions import function
from backproof.programs.numpy.numbers import ARITHMETIC
from backproof.programs.numpy.operands import (
    common_dtype,
    entered,
    is_floating,
    known,
    plain,
    step_of,
)
from backproof.programs.numpy.reductions import ACCUMULATED, REDUCED, segments
from backproof.programs.numpy.tape import Tape
from backproof.programs.numpy.ufuncs import SEVERAL, lowering, masked


class Calls(methods.Methods, statistics.Statistics, writing.Writing):
    """The calls of one tape."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    def array(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """numpy.array."""
        return makers.array(self.tape, np.array, x, *args, **kwargs)

    def function(self, func: Any, args: Any, kwargs: Any) -> Any:
        """A function of NumPy's that is no ufunc."""
        if not self.tape.follows:
            return func(*plain(args), **plain(kwargs))
        return function(self.tape, func, args, kwargs)

    def operation(self, operator: Any, ufunc: np.ufunc, *operands: Any) -> Any:
        """An operator of numbers."""
        if not all(isinstance(x, ARITHMETIC) for x in operands):
            if any(isinstance(x, np.ndarray | list) for x in operands):
                return ufunc(*operands)
            return NotImplemented
        result = operator(*map(plain, operands))
        if not self.tape.follows or isinstance(result, complex):
            return result
        return self.applied(ufunc, operands, result)

    def rounded(self, x: Any, digits: int) -> Any:
        """round(x, digits) of a number."""
        step = self.tape.settle(
            lambda: d.other(x.step, function=lambda v: np.round(v, digits)), round(x.plain, digits)
        )
        return known(self.tape, round(x.plain, digits), step)

    def ufunc(self, ufunc: np.ufunc, method: str, inputs: Any, kwargs: Any) -> Any:
        """A ufunc or one of its methods."""
        given, options = plain(inputs), plain(kwargs)
        if not self.tape.follows:
            return getattr(ufunc, method)(*given, **options)
        if method == "at":
            return self.at(ufunc, *inputs)
        if method == "outer":
            return self._outer(ufunc, inputs, kwargs)
        if method == "__call__":
            return self._called(ufunc, inputs, kwargs, given, options)
        return self._along(ufunc, method, inputs, kwargs, given, options)

    def applied(self, ufunc: np.ufunc, inputs: Any, result: Any) -> Any:
        """What a function made of its operands, with its step."""
        lower = lowering(ufunc, not is_floating(result))
        if lower is None:
            self.tape.escape(f"numpy ufunc {ufunc.__name__}")
            return result
        common = common_dtype(inputs)
        steps = [step_of(self.tape, x, common) for x in inputs]
        return known(self.tape, result, self.tape.settle(lambda: lower(*steps), result))

    def _called(self, ufunc: Any, inputs: Any, kwargs: Any, given: Any, options: Any) -> Any:
        outs, where = given_outputs(kwargs), kwargs.get("where", True)
        dtype = dtype_of(kwargs.get("dtype"))
        if dtype is not None and dtype.kind in "fc":
            inputs = tuple(self.cast(x, dtype) for x in inputs)
        if not outs and where is True and ufunc.nout == 1:
            return self.applied(ufunc, inputs, ufunc(*given, **options))
        common = common_dtype(inputs)
        steps = [step_of(self.tape, x, common) for x in inputs]
        mask = None if where is True else step_of(self.tape, where)
        before = [None if o is None else step_of(self.tape, o) for o in outs or ()]
        results = ufunc(*given, **options)
        several = results if isinstance(results, tuple) else (results,)
        found = []
        for k, result in enumerate(several):
            lower = (
                SEVERAL[ufunc][k] if ufunc in SEVERAL else lowering(ufunc, not is_floating(result))
            )
            if lower is None:
                self.tape.escape(f"numpy ufunc {ufunc.__name__}")
                step = self.tape.constant(result)
            else:
                old = before[k] if before and before[k] is not None else None
                step = self._step(lower, steps, mask, old, result)
            found.append(self._given(result, step, outs[k] if outs else None))
        return tuple(found) if isinstance(results, tuple) else found[0]

    def _step(self, lower: Any, steps: Any, mask: Any, old: Any, result: Any) -> Step:
        def build() -> Step:
            step = lower(*steps)
            if mask is not None:
                step = masked(step, mask, self.tape.constant(result) if old is None else old)
            shape = np.shape(result)
            return step if step.shape == shape else moved(lambda p: np.broadcast_to(p, shape), step)

        return self.tape.settle(build, result)

    def _given(self, result: Any, step: Step, out: Any) -> Any:
        """A result, in the array that was given for it where one was."""
        if out is None:
            return known(self.tape, result, step)
        self.tape.write(plain(out), step)
        return out if hasattr(out, "tape") else entered(self.tape, out)

    def _outer(self, ufunc: np.ufunc, inputs: Any, kwargs: Any) -> Any:
        a, b = (x if isinstance(x, np.ndarray) else self.array(x) for x in inputs)
        return ufunc(a.reshape(a.shape + (1,) * b.ndim), b, **kwargs)

    def _along(
        self, ufunc: Any, method: str, inputs: Any, kwargs: Any, given: Any, options: Any
    ) -> Any:
        """reduce, accumulate and reduceat."""
        x, *rest = inputs
        step = step_of(self.tape, x)
        dtype = dtype_of(kwargs.get("dtype"))
        if dtype is not None and dtype.kind in "fc" and isinstance(x, np.ndarray):
            step = step_of(self.tape, self.cast(x, dtype))
        names = ("axis", "dtype", "out", "keepdims", "initial", "where")
        asked = {**dict(zip(names, rest if method == "reduce" else (), strict=False)), **kwargs}
        if method == "accumulate" and rest:
            asked["axis"] = rest[0]
        before = None
        mask = asked.get("where", True)
        if mask is not True:
            before = step_of(self.tape, mask)
        result = getattr(ufunc, method)(*given, **options)
        if not is_floating(result):
            again = partial(_again, ufunc, method, given, options)
            build: Any = partial(d.other, step, function=again)
        else:
            build = self._reduction(ufunc, method, step, rest, asked, before)
            if build is None:
                self.tape.escape(f"numpy ufunc {ufunc.__name__}.{method}")
                return result
        out = (given_outputs(kwargs) or (None,))[0]
        return self._given(result, self.tape.settle(build, result), out)

    def _reduction(
        self, ufunc: Any, method: str, x: Step, rest: Any, asked: Any, mask: Step | None
    ) -> Any:
        axis = asked.get("axis", 0)
        if method == "reduceat":
            indices = np.asarray(plain(rest[0]))
            axis = (rest[1] if len(rest) > 1 else axis) % x.ndim
            reduce = REDUCED.get(ufunc)
            return None if reduce is None else (lambda: segments(x, indices, axis, reduce))
        if method == "accumulate":
            running = ACCUMULATED.get(ufunc)
            return running and (lambda: running(x, axis))
        reduce = REDUCED.get(ufunc)
        if reduce is None:
            return None
        initial = asked.get("initial", np._NoValue)
        start = None if initial in (np._NoValue, None) else step_of(self.tape, initial)
        nothing = start if start is not None else float(ufunc.identity or 0.0)

        def build() -> Step:
            y = x if mask is None else d.choose(mask, x, nothing)
            if y.size == 0 and start is not None:
                return moved(lambda p: np.broadcast_to(p, _shape(x, axis, asked)), start)
            y = reduce(y, axis, bool(asked.get("keepdims") is True))
            return y if start is None else lowering(ufunc, False)(y, start)  # type: ignore[misc]

        return build

    def at(self, ufunc: np.ufunc, x: Any, index: Any, values: Any = None) -> None:
        """ufunc.at: in place, and again for an index that stands there twice."""
        old, places = step_of(self.tape, x), np.arange(1, x.size + 1).reshape(x.shape)[plain(index)]
        if ufunc not in (np.add, np.subtract):
            return self._one_by_one(ufunc, x, places, values)
        given = step_of(self.tape, values)
        ufunc.at(plain(x), plain(index), plain(values))

        def build() -> Step:
            wide = moved(lambda p: np.broadcast_to(p, places.shape), given)
            more = spread(wide, places=places, shape=old.shape)
            return old + more if ufunc is np.add else old - more

        self.tape.write(plain(x), self.tape.settle(build, plain(x).copy()))
        return None

    def _one_by_one(self, ufunc: np.ufunc, x: Any, places: Any, values: Any) -> None:
        flat = x.reshape(-1)
        given = None if values is None else np.broadcast_to(values, places.shape).reshape(-1)
        for k, place in enumerate(np.ravel(places).tolist()):
            flat[place - 1] = ufunc(flat[place - 1], *(() if given is None else (given[k],)))


def given_outputs(kwargs: Any) -> tuple[Any, ...]:
    """The arrays that a call is to write to; an ellipsis only asks for arrays."""
    outs = kwargs.get("out")
    outs = outs if isinstance(outs, tuple) else (outs,)
    return () if all(out is None or out is Ellipsis for out in outs) else outs


def dtype_of(given: Any) -> Any:
    """The dtype that a call asks for, by itself or by its class; None where it asks for none."""
    if isinstance(given, type) and issubclass(given, np.dtype):
        return given()  # type: ignore[call-overload]
    return None if given is None else np.dtype(given)


def _again(ufunc: Any, method: str, given: Any, options: Any, v: Any) -> Any:
    """The same reduction of other values."""
    kept = {key: value for key, value in options.items() if key != "out"}
    return getattr(ufunc, method)(v, *given[1:], **kept)


def _shape(x: Step, axis: Any, asked: Any) -> Any:
    return np.sum(np.zeros(x.shape), axis=axis, keepdims=bool(asked.get("keepdims") is True)).shape
