"""Operations that move elements: shapes, indices, slices, and what is written in place."""

from typing import Any

import numpy as np

from backproof.power.expressions.arrays import axis
from backproof.power.expressions.elementwise import threshold
from backproof.power.expressions.operation import TIE, Operation, Random, matrix


def _apart(a: Any) -> bool:
    """A vector of which no two elements are near one another."""
    return bool(a.ndim == 1 and a.size > 1 and (np.diff(np.sort(a)) > TIE).all())


def _turned(random: Random, a: Any) -> dict[str, Any] | None:
    """Somewhere within the first axis, and a factor."""
    found = _sliced(random, a)
    return found and {**found, "c": round(float(random.uniform(0.2, 1.9)), 3)}


def _shaped(random: Random, a: Any) -> dict[str, Any] | None:
    return {"to": a.shape[::-1], "own": a.shape} if a.ndim == 2 and a.size > 1 else None


def _indices(random: Random, a: Any) -> dict[str, Any] | None:
    if not a.ndim or not len(a):
        return None
    return {"i": [int(i) for i in random.integers(0, len(a), random.integers(2, 5))]}


def _sliced(random: Random, a: Any) -> dict[str, Any] | None:
    return {"i": int(random.integers(1, len(a)))} if a.ndim and len(a) > 1 else None


def _joined(random: Random, a: Any, b: Any) -> dict[str, Any]:
    return {"n": len(a)}


def _stacked(a: Any, b: Any) -> bool:
    return bool(a.ndim == b.ndim > 0 and a.shape[1:] == b.shape[1:])


MOVES = (
    Operation("{a}.T", ("{g}.T",), matrix),
    Operation("{a}.reshape({to})", ("{g}.reshape({own})",), settings=_shaped),
    Operation("{np}.flip({a}, ({k},))", ("{np}.flip({g}, ({k},))",), settings=axis),
    Operation(
        "{a}[{i}]",
        ("{t} = {np}.zeros_like({a})\n{np}.add.at({t}, {i}, {g})\n{t}",),
        settings=_indices,
        torch=(
            "{t} = {np}.zeros_like({a})\n"
            "{t}.index_put_(({np}.tensor({i}),), {g}, accumulate=True)\n{t}",
        ),
    ),
    Operation(
        "{a}[{i}:]", ("{t} = {np}.zeros_like({a})\n{t}[{i}:] += {g}\n{t}",), settings=_sliced
    ),
    Operation(
        "{a}[1:] - {a}[:-1]",
        ("{t} = {np}.zeros_like({a})\n{t}[1:] += {g}\n{t}[:-1] -= {g}\n{t}",),
        settings=_sliced,
    ),
    Operation(
        "{a}[{a} > {c}]",
        ("{t} = {np}.zeros_like({a})\n{t}[{a} > {c}] = {g}\n{t}",),
        settings=threshold,
    ),
    Operation(
        "{a}[{np}.argsort({a})]",
        ("{t} = {np}.zeros_like({a})\n{t}[{np}.argsort({a})] = {g}\n{t}",),
        _apart,
    ),
    Operation(
        "{t} = {a} + 0\n{t}[{i}:] *= {c}\n{t}",
        ("{t} = {g} + 0\n{t}[{i}:] *= {c}\n{t}",),
        settings=_turned,
    ),
    Operation(
        "{t} = {a} + 0\nfor k in range(1, len({t})):\n    {t}[k] += {c} * {t}[k - 1]\n{t}",
        (
            "{t} = {g} + 0\nfor k in range(len({t}) - 1, 0, -1):\n"
            "    {t}[k - 1] += {c} * {t}[k]\n{t}",
        ),
        settings=_turned,
    ),
    Operation("{np}.roll({a}, 1)", ("{np}.roll({g}, -1)",)),
    Operation("{np}.tril({a})", ("{np}.tril({g})",), matrix),
    Operation(
        "{np}.stack([{a}, {b}])",
        ("{g}[0]", "{g}[1]"),
        lambda a, b: bool(a.ndim == 1 and a.shape == b.shape),
    ),
    Operation("{np}.concatenate([{a}, {b}])", ("{g}[:{n}]", "{g}[{n}:]"), _stacked, _joined),
)
