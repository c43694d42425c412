"""Numbers, counts and lists in words, as the page writes them."""

import math
from collections.abc import Iterable, Mapping
from typing import Any


def decode(value: Any) -> Any:
    """JSON values back, with {"float": "nan"} read as the number that JSON has no word for."""
    match value:
        case {"float": str(text), **rest} if not rest:
            return float(text)
        case Mapping():
            return {key: decode(v) for key, v in value.items()}
        case list():
            return [decode(v) for v in value]
    return value


def digits17(x: float | None) -> str:
    """A number at 17 significant digits, which tell every float64 from its neighbours."""
    return "" if x is None else f"{x:.17g}"


def short(x: float | None) -> str:
    """A number at three significant digits; "–" where there is none."""
    if x is None:
        return "–"
    if math.isfinite(x) and abs(x) < 1e5:
        return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
    return f"{x:.1e}" if math.isfinite(x) else f"{x}".replace("inf", "∞")


def percent(share: float | None) -> str:
    """A share of 1 as a percentage with two decimals."""
    return "–" if share is None else f"{100 * share:.2f} %"


def count(n: int, noun: str) -> str:
    """1 case, 2 cases, 1,148 findings."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def capital(text: str) -> str:
    """The text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(words: Iterable[str]) -> str:
    """A, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def described(case: Mapping[str, Any]) -> str:
    """A case in a line with every option: 3 > Dense(width=2) > Huber(delta=1.0, ...) · ..."""
    parts = [str(case.get("inputs", "?"))]
    parts += [_named("layer", layer) for layer in case.get("layers", ())]
    parts += [_named("loss", case.get("loss", {}))]
    data = case.get("data", {})
    origin = [f"{key} {data[key]}" for key in ("regime", "label", "seed") if key in data]
    where = [f"batch {case.get('batch', '?')}", str(case.get("dtype", "?")), *origin]
    return " · ".join([" > ".join(parts), *where])


def _named(key: str, value: Mapping[str, Any]) -> str:
    options = ", ".join(f"{name}={v}" for name, v in value.items() if name != key)
    return f"{value.get(key, '?')}({options})" if options else f"{value.get(key, '?')}"
