"""Images at the points of a grid."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

BILINEAR, NEAREST = 0, 1
ZEROS, BORDER = 0, 1
"""torch's numbers for what lies between the pixels, and outside of the image."""
Sizes = Sequence[int]


def _coordinate(g: Step, n: int, padding: int, align: bool) -> tuple[Step, Step]:
    """Where a number between -1 and 1 lies among n pixels, and the slope of that."""
    size = float(n - 1) if align else float(n)
    x = (g + 1.0) * size / 2.0 if align else ((g + 1.0) * size - 1.0) / 2.0
    slope = x.record.constant(np.full(x.shape, size / 2))
    if padding == ZEROS:
        return x, slope
    if padding != BORDER:
        x, slope = _reflected(x, slope, 0.0 if align else -0.5, size)
    last = float(n - 1)
    inside = d.choose(d.greater(x, 0.0), d.choose(d.less(x, last), slope, 0.0), 0.0)
    return c.clip(x, 0.0, last), inside


def _reflected(x: Step, slope: Step, low: float, span: float) -> tuple[Step, Step]:
    if span == 0:
        return x * 0.0, slope * 0.0
    away = x - low
    turned = d.less(away, 0.0)
    size, slope = d.choose(turned, -away, away), d.choose(turned, -slope, slope)
    extra = c.fmod(size, x.record.constant(span))
    odd = d.other(size, function=lambda v: np.floor(v / span) % 2 == 1)
    return d.choose(odd, span - extra, extra) + low, d.choose(odd, -slope, slope)


def _points(x: Step, grid: Step, padding: int, align: bool) -> list[tuple[Step, Step]]:
    """For each axis of the image the coordinates of all points, and their slopes."""
    rank = grid.shape[-1]
    return [
        _coordinate(
            moved(lambda p, k=k: p[..., rank - 1 - k], grid), x.shape[2 + k], padding, align
        )
        for k in range(rank)
    ]


def _pixels(positions: Any, corner: Sizes, *floors: Any) -> Any:
    """(N, C, points): the positions of the pixels of one corner, 0 outside of the image."""
    image = positions.shape[2:]
    at = [f + k for f, k in zip(floors, corner, strict=True)]
    inside = np.ones(at[0].shape, dtype=bool)
    for a, n in zip(at, image, strict=True):
        inside &= (a >= 0) & (a < n)
    safe = [np.clip(a, 0, n - 1) for a, n in zip(at, image, strict=True)]
    batch = np.arange(len(positions)).reshape(-1, *[1] * (at[0].ndim - 1))
    found = np.moveaxis(positions, 1, -1)[(batch, *safe)]
    return np.moveaxis(np.where(inside[..., None], found, 0), -1, 1)


def _corners(x: Step, grid: Step, interpolation: int, padding: int, align: bool) -> Any:
    """For each corner: the decisions that name its pixel, its factors by axis and their slopes."""
    points = _points(x, grid, padding, align)
    if interpolation == NEAREST:
        floors = [d.rint(p) for p, _ in points]
        return points, _whole(floors), [((0,) * len(points), [])]
    if interpolation != BILINEAR:
        raise ValueError("bicubic points of a grid are not followed")
    floors = [d.floor(p) for p, _ in points]
    apart = [p - f for (p, _), f in zip(points, floors, strict=True)]
    corners = [
        (corner, [t if k else 1.0 - t for k, t in zip(corner, apart, strict=True)])
        for corner in product((0, 1), repeat=len(points))
    ]
    return points, _whole(floors), corners


def _whole(floors: list[Step]) -> list[Step]:
    return [d.other(f, function=lambda v: v.astype(np.int64)) for f in floors]


def _times(factors: list[Step], skip: int | None = None) -> Step | None:
    found: Step | None = None
    for k, f in enumerate(factors):
        if k != skip:
            found = f if found is None else found * f
    return found


def _wide(w: Step) -> Step:
    return moved(lambda p: p[:, None], w)


def grid_sampler(x: Step, grid: Step, interpolation: int, padding: int, align: bool) -> Step:
    """(N, C, points): the image at points, 0 beyond it."""
    _, floors, corners = _corners(x, grid, interpolation, padding, align)
    y: Step | None = None
    for corner, factors in corners:
        pixel = moved(lambda p, *f, k=corner: _pixels(p, k, *f), x, by=tuple(floors))
        weight = _times(factors)
        part = pixel if weight is None else pixel * _wide(weight)
        y = part if y is None else y + part
    assert y is not None
    return y


def grid_sampler_backward(
    dy: Step, x: Step, grid: Step, interpolation: int, padding: int, align: bool, mask: Any
) -> tuple[Step, ...]:
    """By the image: dy times the weights, added up at the pixels. By the grid: sums over channels
    of dy times pixels times the slopes of the weights.
    """
    points, floors, corners = _corners(x, grid, interpolation, padding, align)
    positions = np.arange(1, x.size + 1).reshape(x.shape)
    by_image: Step | None = None
    by_axis: list[Step | None] = [None] * len(points)
    for corner, factors in corners:
        weight = _times(factors)
        places = _pixels(positions, corner, *(f.value for f in floors))
        g = dy if weight is None else dy * _wide(weight)
        part = spread(g, places=places, shape=x.shape)
        by_image = part if by_image is None else by_image + part
        pixel = moved(lambda p, *f, k=corner: _pixels(p, k, *f), x, by=tuple(floors))
        along = summed(dy * pixel, 1)
        for k in range(len(points)):
            rest = _times(factors, k) if factors else None
            one = along if rest is None else along * rest
            one = (one if corner[k] else -one) if factors else one * 0.0
            before = by_axis[k]
            by_axis[k] = one if before is None else before + one
    slopes = [s * g for g, (_, s) in zip(by_axis, points, strict=True) if g is not None]
    by_grid = moved(lambda *p: np.stack(p[::-1], axis=-1), *slopes)
    assert by_image is not None
    return tuple(g for g, wanted in zip((by_image, by_grid), mask, strict=True) if wanted)


GRIDS: dict[str, Lowering] = {
    "grid_sampler_2d": grid_sampler,
    "grid_sampler_3d": grid_sampler,
    "grid_sampler_2d_backward": grid_sampler_backward,
    "grid_sampler_3d_backward": grid_sampler_backward,
}
