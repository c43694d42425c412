"""Images at the points of a grid."""

from collections.abc import Sequence
from functools import reduce
from itertools import product
from operator import add, mul
from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

BILINEAR, NEAREST = 0, 1
ZEROS, BORDER = 0, 1
"""torch's numbers for what lies between the pixels, and outside of the image."""
Sizes = Sequence[int]


def _coordinate(g: Step, n: int, padding: int, align: bool) -> Step:
    """Where a number between -1 and 1 lies among n pixels; at the border its slope is 0."""
    size = float(n - 1) if align else float(n)
    x = (g + 1.0) * size / 2.0 if align else ((g + 1.0) * size - 1.0) / 2.0
    if padding == ZEROS:
        return x
    if padding != BORDER:
        x = _reflected(x, 0.0 if align else -0.5, size)
    last = float(n - 1)
    return d.choose(d.greater(x, 0.0), d.choose(d.less(x, last), x, last), 0.0)


def _reflected(x: Step, low: float, span: float) -> Step:
    if span == 0:
        return x * 0.0
    away = x - low
    size = d.choose(d.less(away, 0.0), -away, away)
    extra = c.fmod(size, x.record.constant(span))
    odd = d.other(size, function=lambda v: np.floor(v / span) % 2 == 1)
    return d.choose(odd, span - extra, extra) + low


def _points(x: Step, grid: Step, padding: int, align: bool) -> list[Step]:
    """For each axis of the image the coordinates of all points."""
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


def _corners(points: list[Step], interpolation: int) -> tuple[list[Step], Any]:
    """The decisions that name the lowest corner's pixel; for each corner its factors by axis."""
    if interpolation == NEAREST:
        return _whole([d.rint(p) for p in points]), [((0,) * len(points), [])]
    if interpolation != BILINEAR:
        raise ValueError("bicubic points of a grid are not followed")
    floors = [d.floor(p) for p in points]
    apart = [p - f for p, f in zip(points, floors, strict=True)]
    return _whole(floors), [
        (corner, [t if k else 1.0 - t for k, t in zip(corner, apart, strict=True)])
        for corner in product((0, 1), repeat=len(points))
    ]


def _whole(floors: list[Step]) -> list[Step]:
    return [d.other(f, function=lambda v: v.astype(np.int64)) for f in floors]


def grid_sampler(x: Step, grid: Step, interpolation: int, padding: int, align: bool) -> Step:
    """(N, C, points): the image at points, 0 beyond it."""
    floors, corners = _corners(_points(x, grid, padding, align), interpolation)
    parts = []
    for corner, factors in corners:
        pixel = moved(lambda p, *f, k=corner: _pixels(p, k, *f), x, by=tuple(floors))
        weights = [moved(lambda p: p[:, None], w) for w in factors]
        parts.append(reduce(mul, weights, pixel))
    return reduce(add, parts)


GRIDS: dict[str, Lowering] = {
    "grid_sampler_2d": grid_sampler,
    "grid_sampler_3d": grid_sampler,
}
