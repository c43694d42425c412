"""Functions of NumPy's that have a lowering of their own: products, orders, running sums."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact import scans
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import cumsum, summed
from backproof.exact.record import Step
from backproof.programs.numpy import products
from backproof.programs.numpy.choices import (
    Handler,
    best,
    deciding,
    nonzero,
    of_arrays,
    select,
    settled_in,
    where,
)
from backproof.programs.numpy.operands import entered, known, plain, step_of
from backproof.programs.numpy.tape import Tape


def _sorted(x: Step, axis: int | None = -1, *_: Any, **__: Any) -> Step:
    return c.ordered(moved(np.ravel, x) if axis is None else x, -1 if axis is None else axis)[0]


def _order(x: Step, axis: int | None = -1, *_: Any, **__: Any) -> Step:
    rows = moved(np.ravel, x) if axis is None else x
    return c.ordered(rows, -1 if axis is None else axis)[1]


def _partitioned(x: Step, kth: Any, axis: int | None = -1, *_: Any, **__: Any) -> Step:
    rows, along = (moved(np.ravel, x), 0) if axis is None else (x, axis % x.ndim)
    return c.partitioned(rows, kth, along)


def _running(lower: Callable[..., Step]) -> Callable[..., Step]:
    def run(x: Step, axis: int | None = None, dtype: Any = None) -> Step:
        rows = moved(np.ravel, x) if axis is None else x
        return lower(rows, 0 if axis is None else axis % rows.ndim)

    return run


def _trace(x: Step, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Step:
    return summed(moved(lambda p: np.diagonal(p, offset, axis1, axis2), x), -1)


def bincount(tape: Tape, x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """numpy.bincount: weights added up at their places."""
    places, result = plain(x), np.bincount(plain(x), plain(weights), minlength)
    if weights is None:
        return result
    step = step_of(tape, weights)
    found = tape.settle(
        lambda: spread(step, places=np.asarray(places) + 1, shape=result.shape), result
    )
    return known(tape, result, found)


def interp(
    tape: Tape, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """numpy.interp: between two neighbours that a decision names, constant outside."""
    if period is not None:
        tape.escape("numpy.interp with a period")
        return np.interp(*plain((x, xp, fp, left, right, period)))
    result = np.interp(*plain((x, xp, fp, left, right)))
    at, knots, values = (step_of(tape, v) for v in (x, xp, fp))
    n = knots.size
    low, high = (None if v is None else step_of(tape, v) for v in (left, right))

    def place(v: Any, k: Any) -> Any:
        return np.clip(np.searchsorted(k, v, side="right") - 1, 0, max(n - 2, 0))

    def build() -> Step:
        j = d.other(at, knots, function=place)
        x0, x1, f0, f1 = (
            moved(lambda p, i, s=s: p[i + s], source, by=(j,))
            for source in (knots, values)
            for s in (0, min(1, n - 1))
        )
        inside = (f1 - f0) / (x1 - x0) * (at - x0) + f0
        ends = [moved(lambda p, k=k: p[k], values) for k in (0, -1)]
        first, last = (moved(lambda p, k=k: p[k], knots) for k in (0, -1))
        below = d.choose(d.less(at, first), low if low is not None else ends[0], inside)
        return d.choose(
            d.greater_equal(at, last),
            d.choose(d.greater(at, last), high if high is not None else ends[1], ends[1]),
            below,
        )

    return known(tape, result, tape.settle(build, result))


def einsum(tape: Tape, subscripts: Any, *operands: Any, out: Any = None, **kwargs: Any) -> Any:
    """numpy.einsum."""
    if not isinstance(subscripts, str):
        return einsum(tape, *_written((subscripts, *operands)), out=out, **kwargs)
    steps = [step_of(tape, x) for x in operands]
    result = np.einsum(subscripts, *plain(operands), **kwargs)
    return settled_in(
        tape, result, tape.settle(lambda: products.einsum(subscripts, *steps), result), out
    )


def _written(given: tuple[Any, ...]) -> list[Any]:
    """einsum's other form, arrays each followed by its list of numbers, with letters."""

    def letters(numbers: Any) -> str:
        return "".join("..." if k is Ellipsis else products.LETTERS[k] for k in numbers)

    pairs = len(given) // 2
    terms = ",".join(letters(given[2 * k + 1]) for k in range(pairs))
    arrow = "->" + letters(given[-1]) if len(given) % 2 else ""
    return [terms + arrow, *(given[2 * k] for k in range(pairs))]


def _broadcast(tape: Tape, *args: Any, **_: Any) -> Any:
    """numpy.broadcast_arrays: each on its own, in its own dtype."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(x, shape) for x in args)


def _part(name: str, lower: Callable[..., Step]) -> Handler:
    """The real or imaginary part: a view, of complex numbers with a step of its own."""

    def handler(tape: Tape, x: Any) -> Any:
        result = getattr(plain(x), name)
        if isinstance(result, np.ndarray) and (name == "real" or x.dtype.kind == "c"):
            return entered(tape, result)
        if not isinstance(result, np.ndarray) and name == "real":
            return x
        step = step_of(tape, x)
        build = (lambda: lower(step)) if step.is_complex else (lambda: 0.0 * step)
        return known(tape, result, tape.settle(build, result))

    return handler


LOWERED: dict[Any, Handler] = {
    np.where: where,
    np.select: select,
    np.nonzero: nonzero,
    np.argmax: best("argmax"),
    np.argmin: best("argmin"),
    np.dot: of_arrays(np.dot, products.dot, 2),
    np.inner: of_arrays(np.inner, products.inner, 2),
    np.vdot: of_arrays(np.vdot, products.vdot, 2),
    np.convolve: of_arrays(np.convolve, products.convolve, 2),
    np.correlate: of_arrays(np.correlate, products.correlate, 2),
    np.einsum: einsum,
    np.sort: of_arrays(np.sort, _sorted),
    np.argsort: of_arrays(np.argsort, _order),
    np.partition: of_arrays(np.partition, _partitioned),
    np.cumsum: of_arrays(np.cumsum, _running(lambda x, axis: cumsum(x, axis=axis))),
    np.cumprod: of_arrays(np.cumprod, _running(scans.cumprod)),
    np.trace: of_arrays(np.trace, _trace),
    np.bincount: bincount,
    np.interp: interp,
    np.broadcast_arrays: _broadcast,
    np.real: _part("real", e.real),
    np.imag: _part("imag", e.imag),
    **{
        func: deciding(func)
        for func in (
            np.argpartition, np.searchsorted, np.digitize, np.lexsort, np.count_nonzero, np.round,
            np.around, np.fix, np.packbits, np.unravel_index, np.isin, np.bitwise_count,
        )
    },
}  # fmt: skip
