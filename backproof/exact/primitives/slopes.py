"""Functions of numbers: what their lines in the table say, made into a pull and a push."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.balls import Balls, as_balls, to_balls, vectorised
from backproof.exact.primitive import BY_UFUNC, Primitive, Slope, primitive
from backproof.exact.primitives.reductions import unbroadcast
from backproof.exact.record import Step


def elementwise(
    name: str,
    floats: Any,
    balls: Any,
    *slopes: Slope,
    steep: tuple[Slope, ...] = (),
    rounds: bool = True,
    ufunc: bool = True,
    whole: bool = False,
    summary: str = "",
) -> Primitive:
    """A line of the table: a function of numbers, with its slope by every argument.

    floats: a function of arrays; NumPy's own ufunc names the primitive too, unless `ufunc` is
    False. balls: a function of numbers; of whole arrays if `whole`.
    """
    made = primitive(
        name,
        floats,
        _whole(balls) if whole else vectorised(balls),
        pull=_pulling(slopes),
        push=_pushing(slopes),
        slopes=slopes,
        steep=steep,
        rounds=rounds,
        summary=summary,
    )
    if ufunc and isinstance(floats, np.ufunc):
        BY_UFUNC[floats] = made
    return made


def _whole(function: Callable[..., Any]) -> Callable[..., Balls]:
    return lambda *xs: as_balls(function(*map(to_balls, xs)))


def pulling(primitive: Primitive, stable: bool) -> Callable[..., tuple[Any, ...]] | None:
    """The pull of a primitive: by the slopes that frameworks compute, or by the stable ones."""
    return _pulling(primitive.steep) if stable and primitive.steep else primitive.pull


def _pulling(slopes: tuple[Slope, ...]) -> Callable[..., tuple[Any, ...]]:
    def pull(g: Step, y: Step, *xs: Step) -> tuple[Any, ...]:
        return tuple(
            _pulled(g, slope, y, xs, x) if x.is_float else None
            for slope, x in zip(slopes, xs, strict=True)
        )

    return pull


def _pulled(g: Step, slope: Slope, y: Step, xs: tuple[Step, ...], x: Step) -> Step:
    if slope in (1, -1):
        return unbroadcast(g if slope == 1 else -g, x.shape)
    s = slope(*xs, y) if callable(slope) else slope
    is_complex = s.is_complex if isinstance(s, Step) else isinstance(s, complex)
    return unbroadcast(g * (np.conjugate(s) if is_complex else s), x.shape)


def _pushing(slopes: tuple[Slope, ...]) -> Callable[..., Any]:
    def push(tangents: tuple[Any, ...], y: Any, *xs: Any) -> Any:
        parts = [
            t * (slope(*xs, y) if callable(slope) else slope)
            for slope, t in zip(slopes, tangents, strict=True)
            if t is not None
        ]
        moved = sum(parts[1:], parts[0])
        return moved if np.iscomplexobj(y) else np.real(moved)

    return push
