"""Where an error sits, in a sentence: which rows, columns, channels, the border, the diagonal."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Mask

AXIS_NAMES: dict[int, tuple[str, ...]] = {
    1: ("element",),
    2: ("row", "column"),
    3: ("sample", "step", "feature"),
    4: ("sample", "channel", "row", "column"),
}
"""What the axes of an array of so many axes usually are."""
CONSTANT = 1e-9
"""An error that varies by a smaller part of its largest element stays the same."""
LISTED = 6
"""So many indices are written out."""


def pattern(error: Any) -> str:
    """Where an error, an array of numbers or of truth values, is not zero: one sentence."""
    wrong = np.asarray(error) != 0
    count = int(wrong.sum())
    if not count:
        return "no element is wrong"
    if wrong.all():
        return f"all {wrong.size} elements are wrong" if wrong.size > 1 else "the number is wrong"
    share = f"{count} of {wrong.size} elements are wrong"
    if count == 1:
        return f"one element of {wrong.size} is wrong, at {np.argwhere(wrong)[0].tolist()}"
    return f"{share}: {_lines(wrong) or _geometry(wrong) or _box(wrong)}"


def constant_along(error: Any) -> str:
    """The axes along which an error, an array of numbers, stays the same, in words, if any."""
    e = np.asarray(error, dtype=np.float64)
    near = CONSTANT * float(np.abs(e).max(initial=0))
    axes = [k for k, n in enumerate(e.shape) if n > 1 and np.ptp(e, axis=k).max() <= near]
    if not axes or e.size == 1 or not e.any():
        return ""
    return f"; the error is the same all along axis {joined(axes)}"


def _lines(wrong: Mask) -> str:
    """Whole rows, columns, channels, ...: the axis along which it holds with the fewest of them."""
    found = []
    for axis, label in enumerate(_labels(wrong.ndim)):
        flat = np.moveaxis(wrong, axis, 0).reshape(wrong.shape[axis], -1)
        hit = flat.any(axis=1)
        if wrong.ndim > 1 and (flat.all(axis=1) == hit).all():
            plural = "s" if hit.sum() > 1 else ""
            where = f"the whole of {label}{plural} {listed(np.flatnonzero(hit).tolist())}"
            found.append((int(hit.sum()), where))
    return min(found, default=(0, ""))[1]


def _geometry(wrong: Mask) -> str:
    """A figure that fills the last two axes, seen from above all others."""
    if wrong.ndim < 2:
        return ""
    seen = wrong.any(axis=tuple(range(wrong.ndim - 2)))
    eye, every = np.eye(*seen.shape, dtype=np.bool_), np.ones(seen.shape, dtype=np.bool_)
    interior = np.zeros(seen.shape, dtype=np.bool_)
    interior[1:-1, 1:-1] = True
    figures = (
        (eye, "the diagonal"),
        (~eye, "all but the diagonal"),
        (~interior, "the border"),
        (interior, "the interior"),
        (np.triu(every), "the diagonal and what lies above it"),
        (np.triu(every, 1), "above the diagonal"),
        (np.tril(every), "the diagonal and what lies below it"),
        (np.tril(every, -1), "below the diagonal"),
    )
    return next((words for figure, words in figures if (figure == seen).all()), "")


def _box(wrong: Mask) -> str:
    """The smallest box that holds the wrong elements, as far as it is smaller than the tensor."""
    sides = []
    for label, n, where in zip(_labels(wrong.ndim), wrong.shape, np.nonzero(wrong), strict=True):
        low, high = int(where.min()), int(where.max())
        if high - low + 1 < n:
            sides.append(f"{label} {low}" if low == high else f"{label}s {low} to {high}")
    return f"within {', '.join(sides)}" if sides else "scattered"


def _labels(ndim: int) -> Sequence[str]:
    return AXIS_NAMES.get(ndim, tuple(f"place on axis {k}" for k in range(ndim)))


def listed(items: Sequence[Any]) -> str:
    """Indices or names, the first of them by themselves."""
    shown = ", ".join(map(str, items[:LISTED]))
    return f"{shown} and {len(items) - LISTED} more" if len(items) > LISTED else shown


def joined(axes: Sequence[int]) -> str:
    """Axes in words."""
    return " and ".join(map(str, axes))
