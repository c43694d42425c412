"""Operations on whole arrays: sums and what normalises along axes, products, and what moves."""

from typing import Any

import numpy as np

from backproof.power.expressions.elementwise import SMALL
from backproof.power.expressions.operation import TIE, Operation, Random


def _axis(random: Random, a: Any) -> dict[str, Any] | None:
    return {"k": int(random.integers(a.ndim)), "n": 0} if a.ndim else None


def _counted(random: Random, a: Any) -> dict[str, Any] | None:
    found = _axis(random, a)
    return found and {**found, "n": a.shape[found["k"]]}


def _long(random: Random, a: Any) -> dict[str, Any] | None:
    """An axis of several elements."""
    found = _counted(random, a)
    return found if found and found["n"] > 1 else None


def _winning(random: Random, a: Any) -> dict[str, Any] | None:
    """An axis along which the largest is the largest by far."""
    found = _long(random, a)
    if not found:
        return None
    first, second = np.moveaxis(np.sort(a, axis=found["k"]), found["k"], 0)[[-1, -2]]
    return found if (first - second > TIE).all() else None


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


def _matrix(a: Any) -> bool:
    return bool(a.ndim == 2)


def _chained(a: Any, b: Any) -> bool:
    return bool(a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0])


def _stacked(a: Any, b: Any) -> bool:
    return bool(a.ndim == b.ndim > 0 and a.shape[1:] == b.shape[1:])


_KEPT = "axis={k}, keepdims=True"
SUMS = (
    Operation(f"{{np}}.sum({{a}}, {_KEPT})", ("{g} * {np}.ones_like({a})",), settings=_axis),
    Operation(
        f"{{np}}.mean({{a}}, {_KEPT})", ("{g} / {n} * {np}.ones_like({a})",), settings=_counted
    ),
    Operation("{np}.sum({a})", ("{g} * {np}.ones_like({a})",), SMALL),
    Operation(f"{{np}}.amax({{a}}, {_KEPT})", ("{g} * ({a} == {y})",), settings=_winning),
    Operation(
        "{np}.cumsum({a}, axis={k})",
        ("{np}.flip({np}.cumsum({np}.flip({g}, ({k},)), axis={k}), ({k},))",),
        settings=_axis,
    ),
    Operation(
        f"{{np}}.log({{np}}.sum({{np}}.exp({{a}}), {_KEPT}))",
        ("{g} * {np}.exp({a} - {y})",),
        SMALL,
        _axis,
    ),
    Operation(
        f"{{np}}.exp({{a}}) / {{np}}.sum({{np}}.exp({{a}}), {_KEPT})",
        (f"{{y}} * ({{g}} - {{np}}.sum({{g}} * {{y}}, {_KEPT}))",),
        SMALL,
        _long,
    ),
    Operation(
        f"{{a}} / {{np}}.sqrt({{np}}.sum({{a}} ** 2, {_KEPT}) + 0.1)",
        (
            f"{{t}} = {{np}}.sqrt({{np}}.sum({{a}} ** 2, {_KEPT}) + 0.1)\n"
            f"({{g}} - {{y}} * {{np}}.sum({{g}} * {{y}}, {_KEPT})) / {{t}}",
        ),
        settings=_axis,
    ),
    Operation(
        f"{{a}} - {{np}}.mean({{a}}, {_KEPT})",
        (f"{{g}} - {{np}}.mean({{g}}, {_KEPT})",),
        settings=_long,
    ),
)

PRODUCTS = (
    Operation("{a} @ {b}", ("{g} @ {b}.T", "{a}.T @ {g}"), _chained),
    Operation(
        "{np}.einsum('ij,kj->ik', {a}, {b})",
        ("{np}.einsum('ik,kj->ij', {g}, {b})", "{np}.einsum('ik,ij->kj', {g}, {a})"),
        lambda a, b: bool(a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1]),
    ),
    Operation(
        "{a}[:, None] * {b}",
        ("{np}.sum({g} * {b}, axis=1)", "{np}.sum({g} * {a}[:, None], axis=0)"),
        lambda a, b: bool(a.ndim == b.ndim == 1),
    ),
)

MOVES = (
    Operation("{a}.T", ("{g}.T",), _matrix),
    Operation("{a}.reshape({to})", ("{g}.reshape({own})",), settings=_shaped),
    Operation("{np}.flip({a}, ({k},))", ("{np}.flip({g}, ({k},))",), settings=_axis),
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
    Operation("{np}.concatenate([{a}, {b}])", ("{g}[:{n}]", "{g}[{n}:]"), _stacked, _joined),
)

JOIN = Operation(
    "{a} * {np}.mean({b})",
    ("{g} * {np}.mean({b})", "{np}.sum({g} * {a}) / {n} * {np}.ones_like({b})"),
    settings=lambda random, a, b: {"n": b.size},
)
"""What makes one result of two."""
