"""Operations on whole arrays: sums and what normalises along axes."""

from typing import Any

import numpy as np

from backproof.power.expressions.elementwise import SMALL
from backproof.power.expressions.operation import TIE, Operation, Random, beyond


def axis(random: Random, a: Any) -> dict[str, Any] | None:
    """Any of them."""
    return {"k": int(random.integers(a.ndim)), "n": 0} if a.ndim else None


def _counted(random: Random, a: Any) -> dict[str, Any] | None:
    found = axis(random, a)
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


def _foremost(random: Random, a: Any) -> dict[str, Any] | None:
    """Nothing but where the largest of all is the largest by far."""
    return {} if _winning(random, a.ravel()) else None


def _spread(random: Random, a: Any) -> dict[str, Any] | None:
    """An axis along which no elements are all nearly alike."""
    found = _long(random, a)
    return found if found and (np.std(a, axis=found["k"]) > TIE).all() else None


_KEPT = "axis={k}, keepdims=True"
SUMS = (
    Operation(f"{{np}}.sum({{a}}, {_KEPT})", ("{g} * {np}.ones_like({a})",), settings=axis),
    Operation(
        f"{{np}}.mean({{a}}, {_KEPT})", ("{g} / {n} * {np}.ones_like({a})",), settings=_counted
    ),
    Operation("{np}.sum({a})", ("{g} * {np}.ones_like({a})",), SMALL),
    Operation(f"{{np}}.amax({{a}}, {_KEPT})", ("{g} * ({a} == {y})",), settings=_winning),
    Operation(
        "{np}.cumsum({a}, axis={k})",
        ("{np}.flip({np}.cumsum({np}.flip({g}, ({k},)), axis={k}), ({k},))",),
        settings=axis,
    ),
    Operation(
        f"{{np}}.log({{np}}.sum({{np}}.exp({{a}}), {_KEPT}))",
        ("{g} * {np}.exp({a} - {y})",),
        SMALL,
        axis,
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
        settings=axis,
    ),
    Operation(f"{{np}}.prod({{a}}, {_KEPT})", ("{g} * {y} / {a}",), beyond(0.2), settings=_counted),
    Operation(
        "{np}.cumprod({a}, axis={k})",
        ("{np}.flip({np}.cumsum({np}.flip({g} * {y}, ({k},)), axis={k}), ({k},)) / {a}",),
        beyond(0.2),
        axis,
    ),
    Operation(
        f"{{np}}.var({{a}}, {_KEPT}, correction=0)",
        (f"2 * {{g}} * ({{a}} - {{np}}.mean({{a}}, {_KEPT})) / {{n}}",),
        settings=_long,
    ),
    Operation(
        f"{{np}}.std({{a}}, {_KEPT}, correction=0)",
        (f"{{g}} * ({{a}} - {{np}}.mean({{a}}, {_KEPT})) / ({{n}} * {{y}})",),
        settings=_spread,
    ),
    Operation("{np}.max({a})", ("{g} * ({a} == {y})",), settings=_foremost),
    Operation(
        f"{{a}} - {{np}}.mean({{a}}, {_KEPT})",
        (f"{{g}} - {{np}}.mean({{g}}, {_KEPT})",),
        settings=_long,
    ),
)

JOIN = Operation(
    "{a} * {np}.mean({b})",
    ("{g} * {np}.mean({b})", "{np}.sum({g} * {a}) / {n} * {np}.ones_like({b})"),
    settings=lambda random, a, b: {"n": b.size},
)
"""What makes one result of two."""
