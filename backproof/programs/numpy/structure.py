"""Functions of NumPy's that only put elements elsewhere: one move each."""

from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.indices import decisions_in, put_back
from backproof.programs.numpy.operands import entered, is_known, known, mapped, plain, step_of
from backproof.programs.numpy.tape import Tape

NOT_LAID_OUT = ("dtype", "casting", "out", "subok", "copy")
"""What says nothing about places."""

MOVES: dict[Any, tuple[int, ...]] = {
    **dict.fromkeys(
        [
            np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.squeeze,
            np.expand_dims, np.broadcast_to, np.concatenate, np.stack, np.vstack, np.hstack,
            np.dstack, np.column_stack, np.block, np.split, np.array_split, np.hsplit, np.vsplit,
            np.dsplit, np.unstack, np.flip, np.fliplr, np.flipud, np.rot90, np.roll, np.tile,
            np.repeat, np.take, np.take_along_axis, np.delete, np.diagonal, np.diag, np.diagflat,
            np.tril, np.triu, np.pad, np.copy, np.matrix_transpose, np.trim_zeros,
            np.lib.stride_tricks.sliding_window_view, np.linalg.diagonal,
            np.linalg.matrix_transpose,
        ],
        (0,),
    ),
    np.compress: (1,),
    np.extract: (1,),
    np.append: (0, 1),
    np.insert: (0, 2),
    np.choose: (1,),
}  # fmt: skip
"""By function the arguments whose elements it puts elsewhere."""
FIRST = ("a", "arr", "array", "x", "v", "m", "arrays", "tup", "ary", "A", "condition", "p", "filt")
"""How the first argument is called."""


def put_elsewhere(tape: Tape, func: Any, args: Any, kwargs: Any) -> Any:
    """What a function of `MOVES` returns, with its steps."""
    if not args:
        name = next(key for key in kwargs if key in FIRST)
        args, kwargs = (kwargs[name],), {k: v for k, v in kwargs.items() if k != name}
    result = func(*plain(args), **plain(kwargs))
    out = kwargs.get("out")
    found = _Move(tape, func, args, kwargs, MOVES[func]).results(result)
    if out is None:
        return found
    tape.calls.copyto(out, found)
    return out if isinstance(out, Traced) else entered(tape, out)


class _Move:
    """One call: its sources as steps, and the call again with their positions."""

    def __init__(self, tape: Tape, func: Any, args: Any, kwargs: Any, chosen: Any) -> None:
        self.tape, self.func, self.sources = tape, func, list[Step]()
        self.rest = [None if k in chosen else x for k, x in enumerate(args)]
        self.kwargs = {k: v for k, v in kwargs.items() if k not in NOT_LAID_OUT}
        padding = func is np.pad and "constant_values" in self.kwargs
        self.padding = self._source(self.kwargs.pop("constant_values")) if padding else None
        self.data = {k: self._source(args[k]) for k in chosen if k < len(args)}
        self.by = decisions_in(tape, (self.rest, self.kwargs))

    def _source(self, x: Any) -> Any:
        """A nest with the number of a source in the place of every array."""
        if not isinstance(x, list | tuple):
            return self._number(x)
        if any(isinstance(part, np.ndarray) for part in x) or is_known(x):
            return [self._source(part) for part in x]
        return self._number(np.asarray(x))

    def _number(self, x: Any) -> "_Source":
        if type(x) in (int, float) and x == 0:
            return _Source(-1)
        self.sources.append(step_of(self.tape, x))
        return _Source(len(self.sources) - 1)

    def layout(self, *given: Any) -> Any:
        """The call, made with positions."""
        positions, decided = given[: len(self.sources)], given[len(self.sources) :]
        rest, kwargs = put_back((self.rest, self.kwargs), decided)

        def at(source: Any) -> Any:
            return 0 if source.number < 0 else positions[source.number]

        args = [mapped(at, self.data[k]) if k in self.data else x for k, x in enumerate(rest)]
        if self.padding is not None:
            kwargs["constant_values"] = mapped(at, self.padding)
        return self.func(*args, **kwargs)

    def results(self, result: Any) -> Any:
        """The result, or each of several."""
        if isinstance(result, tuple | list):
            parts = [self._one(part, k) for k, part in enumerate(result)]
            return type(result)(parts) if type(result) in (tuple, list) else tuple(parts)
        return self._one(result, None)

    def _one(self, result: Any, which: int | None) -> Any:
        if isinstance(result, np.ndarray) and self.tape.is_known(result):
            return entered(self.tape, result)
        pick = (
            (lambda *p: self.layout(*p)) if which is None else (lambda *p: self.layout(*p)[which])
        )
        step = self.tape.settle(lambda: moved(pick, *self.sources, by=self.by), result)
        return known(self.tape, result, step)


class _Source:
    """The number of a source; -1 of a zero."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number
