"""Plots as inline SVG: coloured by the page's style sheet, told apart by dashes as well."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from backproof.reports.axes import Axis, fit
from backproof.reports.format import short

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 40, 44
MOST = 1000
"""More points than this are thinned: each bucket shows its largest value."""

Point = tuple[float, float]


CURVE = 3
"""The pen of what is given, not measured: thin and grey."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a plot: its label and its points (x, y); a number that is not finite breaks it."""

    label: str
    points: Sequence[Point]


def thinned(values: Sequence[float]) -> list[Point]:
    """(step, value) for a sequence; of a long one, the largest value of each bucket of steps."""
    size = math.ceil(len(values) / MOST) or 1
    starts = range(0, len(values), size)
    return [
        max(((k, values[k]) for k in range(i, min(i + size, len(values)))), key=_y) for i in starts
    ]


def lines(
    title: str,
    x: str,
    y: str,
    series: Sequence[Series],
    *,
    log: bool | None = None,
    limit: tuple[float, str] | None = None,
) -> Markup:
    """Lines over common axes; log: upwards by decades, if not said then where the values span them.

    limit: a value to mark by a line across, and what to write at it.
    """
    values = [v for s in series for _, v in s.points]
    log = _spans_decades(values) if log is None else log
    marked = [limit[0]] if limit else []
    across = fit([k for s in series for k, _ in s.points], LEFT, WIDTH - RIGHT)
    up = fit([*values, *marked], HEIGHT - BOTTOM, TOP, log)
    parts = [_frame(across, up, WIDTH, HEIGHT), _titles(x, y)]
    if limit:
        at = up(limit[0])
        parts.append(
            Markup(
                '<path class="limit" d="M{} {:.1f}H{}"/>'
                '<text class="limit" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(LEFT, at, WIDTH - RIGHT, WIDTH - RIGHT, at - 6, limit[1])
        )
    for k, s in enumerate(series):
        parts.append(_line(s.points, across, up, k))
        parts.append(_key(s.label, k))
    return _svg(title, WIDTH, HEIGHT, parts)


def descent(title: str, x: str, y: str, points: Sequence[Point], curve: Sequence[Point]) -> Markup:
    """The way of one descent over the curve that it descends (which may be unknown: empty)."""
    width, height = 300, 220
    drawn = [p for p in (*points, *curve) if all(map(math.isfinite, p))]
    across = fit([p[0] for p in drawn], 48, width - 12)
    up = fit([p[1] for p in drawn], height - 40, 24)
    inside = [p for p in points if p in drawn]
    spots = (
        Markup('<circle class="series-0" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(across(a), up(L))
        for a, L in inside
    )
    parts = [
        _frame(across, up, width, height, bottom=40, left=48, right=12, top=24),
        Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(width - 12, height - 4, x),
        Markup('<text x="{}" y="12">{}</text>').format(8, y),
        _line(curve, across, up, CURVE),
        _line(inside, across, up, 0),
        *spots,
    ]
    return _svg(title, width, height, parts)


def _spans_decades(values: Sequence[float]) -> bool:
    finite = [v for v in values if math.isfinite(v)]
    positive = [v for v in finite if v > 0]
    return bool(positive) and min(finite) >= 0 and max(positive) > 100 * min(positive)


def _svg(title: str, width: int, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="plot" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
        "<title>{title}</title>{inner}</svg>"
    ).format(w=width, h=height, title=title, inner=Markup("").join(parts))


def _frame(
    across: Axis,
    up: Axis,
    width: int,
    height: int,
    *,
    bottom: int = BOTTOM,
    left: int = LEFT,
    right: int = RIGHT,
    top: int = TOP,
) -> Markup:
    floor = height - bottom
    parts = []
    marks = [(up(tick), short(tick)) for tick in up.ticks()]
    if up.log and not math.isnan(up.zero):
        marks.append((up.zero, "0"))
    for at, label in marks:
        parts.append(
            Markup(
                '<path class="grid" d="M{} {:.1f}H{}"/>'
                '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(left, at, width - right, left - 8, at + 4, label)
        )
    tick_mark = Markup(
        '<path class="tick" d="M{0:.1f} {1}v4"/>'
        '<text x="{0:.1f}" y="{2}" text-anchor="middle">{3}</text>'
    )
    parts += [
        tick_mark.format(across(tick), floor, floor + 18, short(tick)) for tick in across.ticks()
    ]
    parts.append(
        Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(left, top, floor, width - right)
    )
    return Markup("").join(parts)


def _titles(x: str, y: str) -> Markup:
    return Markup(
        '<text x="{}" y="{}" text-anchor="end">{}</text><text x="8" y="14">{}</text>'
    ).format(WIDTH - RIGHT, HEIGHT - 6, x, y)


def _key(label: str, k: int) -> Markup:
    at = LEFT + 150 + 130 * k
    return Markup(
        '<path class="line series-{}" d="M{} 10h28"/><text x="{}" y="14">{}</text>'
    ).format(k, at, at + 36, label)


def _line(points: Sequence[Point], across: Axis, up: Axis, k: int) -> Markup:
    path, pen = [], "M"
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            pen = "M"
            continue
        path.append(f"{pen}{across(x):.1f} {up(y):.1f}")
        pen = "L"
    return Markup('<path class="line series-{}" d="{}"/>').format(k, "".join(path))


def _y(point: Point) -> float:
    return -math.inf if math.isnan(point[1]) else point[1]
