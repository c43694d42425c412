"""Errors: how far numbers are from the true ones, and in units of rounding."""

from typing import Any

import flint
import numpy as np

from backproof.exact.balls import NOTHING, Balls, as_balls, midpoints
from backproof.exact.precision import Floats
from backproof.verdict.decisions import BENT


def numbers_in(returned: Any) -> Any:
    """A returned gradient in float64, or complex128."""
    array = np.asarray(returned)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def distances(these: Balls, those: Balls, sizes: Floats | None = None) -> Floats:
    """|these - those|, element by element; 0 where both are the same infinity or those hold these,
    infinite where one of them is no number. sizes: of those, where they are known.
    """
    sizes = np.abs(midpoints(those)) if sizes is None else sizes
    if these is those:
        return np.where(np.isnan(sizes), np.inf, 0.0)
    with flint.ctx.workprec(200):
        apart = np.array(np.abs(midpoints(as_balls(these - those, those.shape))))
    doubtful = ~(apart <= BENT * sizes)
    for k in np.flatnonzero(doubtful & (apart != 0)):
        apart.flat[k] = _distance(these.flat[k], those.flat[k])
    return apart


def _distance(a: Any, b: Any) -> float:
    """Of two elements, with the radius of the second one: a kink's slopes lie within a ball."""
    a, b = (flint.arb(0) if x is NOTHING else x for x in (a, b))
    if not (a.is_finite() and b.is_finite()):
        return 0.0 if a == b else np.inf  # which two balls that hold everything are not
    radius = float(b.rad())
    if radius <= BENT * float(abs(b).mid()):
        return float(abs(a - b).mid())
    return max(float((abs(a.mid() - b.mid()) - radius).mid()), 0.0)


def ratios(errors: Floats, unit: Floats) -> Floats:
    """Errors in units; 0 where there is no error, infinite where there is one and no unit."""
    with np.errstate(all="ignore"):
        found = np.where(errors == 0, 0.0, errors / unit)
    return np.where(np.isnan(found), np.inf, found)
