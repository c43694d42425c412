"""Hypotheses: another variable than the right one, or one that was forgotten."""

from collections.abc import Iterator

import numpy as np

from backproof.diagnosis.deviation import Deviation, Mask, finite_ratio
from backproof.diagnosis.evidence import Floats

PARALLEL = 1e-3
"""Rows whose second singular value is a smaller part of the first count as multiples of one."""


def swapped(s: Deviation) -> str | None:
    """claimed = the true gradient of another argument."""
    for name, other in s.evidence.true.items():
        if name != s.name and s.rearranged_as(other):
            return f"this is the gradient of {name}"
    return None


def factor_left_out(s: Deviation) -> str | None:
    """true = claimed F, or claimed = true F, with an input F or what is made from one."""
    for label, F in _factors(s):
        off = F == 0
        if not off.any() and s.explained_by(s.true / F):
            return f"the factor {label} is left out"
        if _unmasked(s, F, off):
            return f"not multiplied by {label}: the elements that it sets to zero are wrong"
        if s.explained_by(s.true * F):
            return f"the factor {label} is applied once too often"
    return None


def factor_by_axis(s: Deviation) -> str | None:
    """claimed = k_i true, with a k for each index of one axis, confirmed by two more elements."""
    for axis in range(s.true.ndim if s.true.ndim > 1 else 0):
        true = np.moveaxis(s.true, axis, 0).reshape(s.true.shape[axis], -1)
        claimed = np.moveaxis(s.claimed, axis, 0).reshape(true.shape)
        best = np.abs(true).argmax(axis=1)[:, None]
        k = finite_ratio(*(np.take_along_axis(a, best, 1) for a in (claimed, true)))
        shape = [-1 if a == axis else 1 for a in range(s.true.ndim)]
        h = s.true * k.reshape(shape)
        evident = np.moveaxis(s.told_apart(h), axis, 0).reshape(true.shape).sum(axis=1)
        confirmed = evident[evident > 0] - 1
        sure = (confirmed > 0).all() and confirmed.sum() > 2
        if sure and s.explained_by(h) and not _of_rank_one(true):
            if len(confirmed) == 1:
                i = int(evident.argmax())
                return f"times {float(k[i, 0]):.10g} at index {i} of axis {axis}"
            return f"a factor for each index of axis {axis}, from {k.min():.10g} to {k.max():.10g}"
    return None


def _of_rank_one(rows: Floats) -> bool:
    """Whether all rows are multiples of one: each wrong row is then, whatever is wrong with it."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    values = np.linalg.svd(finite_ratio(rows, length) * (length > 0), compute_uv=False)
    return bool(values.size < 2 or values[1] <= PARALLEL * values[0])


def _unmasked(s: Deviation, F: Floats, off: Mask) -> bool:
    """Whether claimed F = true, and all that F sets to zero, three elements or more, is wrong."""
    h = np.where(off, s.claimed, s.true / np.where(off, 1.0, F))
    masked = bool(off.sum() > 2 and not off.all() and not s.true[off].any())
    return masked and bool(s.wrong[off].all()) and bool(s.right(h).all())


def _factors(s: Deviation) -> Iterator[tuple[str, Floats]]:
    """The inputs, as far as they can be spread over the tensor, and what is made from them."""
    for name, x in s.evidence.numbers.items():
        spread = _spread(x, s.true.shape)
        if spread is not None and np.ptp(spread):
            yield name, spread
            if spread.min() >= 0 and spread.max() <= 1:
                yield f"1 - {name}", 1 - spread
            yield f"{name}^2", spread * spread
            for rate, p in s.evidence.scalars.items() if not spread.all() else ():
                if p not in (0, 1):
                    yield f"{name} / (1 - {rate})", spread / (1 - p)
                    yield f"{name} / {rate}", spread / p


def _spread(x: Floats, shape: tuple[int, ...]) -> Floats | None:
    """An input over the shape of a tensor, its axes taken from the last or from the first."""
    if x.ndim > len(shape):
        return None
    for candidate in (x, x.reshape(x.shape + (1,) * (len(shape) - x.ndim))):
        try:
            return np.broadcast_to(candidate, shape)
        except ValueError:
            continue
    return None
