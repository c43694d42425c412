"""Operations that work element by element."""

from typing import Any

from backproof.power.expressions.operation import (
    TIE,
    Operation,
    Random,
    Values,
    alike,
    apart,
    beyond,
    within,
)


def _number(random: Random, *_: Any) -> dict[str, Any]:
    return {"c": round(float(random.uniform(0.2, 1.9)), int(random.integers(1, 9)))}


def threshold(random: Random, a: Any) -> dict[str, Any] | None:
    """A number that no element is near, and a slope below it."""
    for _ in range(20):
        c = round(float(random.uniform(-1, 1)), 2)
        if (abs(a - c) > TIE).all():
            return {"c": c, "s": round(float(random.uniform(0.05, 0.5)), 2)}
    return None


def _not_zero(a: Any, b: Any) -> bool:
    return alike(a, b) and beyond(0.2)(b)


SMALL = within(-3, 3)
ONE = (
    Operation("{np}.exp({a})", ("{g} * {y}",), SMALL),
    Operation("{np}.tanh({a})", ("{g} * (1 - {y} * {y})",), SMALL),
    Operation("{np}.tanh({a})", ("{g} / {np}.cosh({a}) ** 2",), SMALL),
    Operation("{np}.sin({a})", ("{g} * {np}.cos({a})",), SMALL),
    Operation("{np}.cos({a})", ("-{g} * {np}.sin({a})",), SMALL),
    Operation("{np}.tan({a})", ("{g} * (1 + {y} ** 2)",), within(-1.2, 1.2)),
    Operation("{np}.arcsin({a})", ("{g} / {np}.sqrt(1 - {a} ** 2)",), within(-0.8, 0.8)),
    Operation("{np}.arctan({a})", ("{g} / (1 + {a} * {a})",)),
    Operation("{np}.arcsinh({a})", ("{g} / {np}.sqrt({a} * {a} + 1)",)),
    Operation("{np}.sinh({a})", ("{g} * {np}.cosh({a})",), SMALL),
    Operation("{np}.cosh({a})", ("{g} * {np}.sinh({a})",), SMALL),
    Operation("{np}.log({a})", ("{g} / {a}",), within(0.2, 50)),
    Operation("{np}.sqrt({a})", ("0.5 * {g} / {y}",), within(0.1, 50)),
    Operation("{np}.expm1({a})", ("{g} * {np}.exp({a})",), SMALL),
    Operation("{np}.log1p({a})", ("{g} / (1 + {a})",), within(-0.7, 50)),
    Operation("{np}.log1p({np}.exp({a}))", ("{g} / (1 + {np}.exp(-{a}))",), SMALL),
    Operation("1 / (1 + {np}.exp(-{a}))", ("{g} * {y} * (1 - {y})",), SMALL),
    Operation(
        "{a} / (1 + {np}.exp(-{a}))",
        ("{t} = 1 / (1 + {np}.exp(-{a}))\n{g} * ({t} + {y} * (1 - {t}))",),
        SMALL,
    ),
    Operation("{a} * {a}", ("2 * {g} * {a}",)),
    Operation("{a} ** 3", ("3 * {g} * {a} ** 2",), SMALL),
    Operation("1 / {a}", ("-{g} * {y} * {y}",), beyond(0.2)),
    Operation("{a} ** -0.5", ("-0.5 * {g} * {y} / {a}",), within(0.1, 50)),
    Operation("{np}.abs({a})", ("{g} * {np}.sign({a})",), beyond(TIE)),
    Operation("-{a}", ("-{g}",)),
    Operation("{c} * {a}", ("{c} * {g}",), settings=_number),
    Operation("{a} / {c}", ("{g} / {c}",), settings=_number),
    Operation("{a} + {c}", ("{g}",), settings=_number),
    Operation("{c} - {a}", ("-{g}",), settings=_number),
    Operation(
        "{np}.where({a} > {c}, {a}, {s} * {a})",
        ("{np}.where({a} > {c}, {g}, {s} * {g})",),
        settings=threshold,
    ),
    Operation("{np}.clip({a}, None, {c})", ("{g} * ({a} < {c})",), settings=threshold),
)


def _of_two(value: str, of_a: str, of_b: str, domain: Values = alike) -> Operation:
    return Operation(value, (of_a, of_b), domain, broadcasts=True)


TWO = (
    _of_two("{a} + {b}", "{g}", "{g}"),
    _of_two("{a} - {b}", "{g}", "-{g}"),
    _of_two("{a} * {b}", "{g} * {b}", "{g} * {a}"),
    _of_two("{a} / {b}", "{g} / {b}", "-{g} * {y} / {b}", _not_zero),
    _of_two(
        "{a} ** {b}",
        "{g} * {b} * {a} ** ({b} - 1)",
        "{g} * {y} * {np}.log({a})",
        lambda a, b: alike(a, b) and within(0.2, 5)(a) and SMALL(b),
    ),
    _of_two("{np}.maximum({a}, {b})", "{g} * ({a} > {b})", "{g} * ({a} <= {b})", apart),
    _of_two("{np}.minimum({a}, {b})", "{g} * ({a} < {b})", "{g} * ({a} >= {b})", apart),
    _of_two(
        "{np}.where({a} > {b}, {a} * {b}, {b})",
        "{g} * {b} * ({a} > {b})",
        "{np}.where({a} > {b}, {g} * {a}, {g})",
        apart,
    ),
    _of_two("{np}.hypot({a}, {b})", "{g} * {a} / {y}", "{g} * {b} / {y}", _not_zero),
    _of_two(
        "{np}.arctan2({a}, {b})",
        "{g} * {b} / ({a} ** 2 + {b} ** 2)",
        "-{g} * {a} / ({a} ** 2 + {b} ** 2)",
        lambda a, b: alike(a, b) and within(0.2, 50)(b),
    ),
    _of_two(
        "{np}.logaddexp({a}, {b})",
        "{g} * {np}.exp({a} - {y})",
        "{g} * {np}.exp({b} - {y})",
        lambda a, b: alike(a, b) and SMALL(a) and SMALL(b),
    ),
)
