"""Half squared, squared, absolute and Huber errors by hand."""

from typing import Any

import numpy as np

from backproof.architectures import AbsoluteError, Array, HalfSquaredError, Huber, SquaredError
from backproof.manual.rules import LossPullback


def half_squared_error(loss: HalfSquaredError, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z, t: (n, c), r = z - t, m = n c with `mean`, 1 with `sum`

        L = sum_nc r_nc^2 / 2 / m

    d(r^2 / 2)/dz = r dr/dz = r, so

        dz_nc = dL r_nc / m

    Source: Rumelhart, Hinton and Williams (1986), eq. 3 and 4.
    """
    r, m = z - t, _terms(loss, z)
    return (r * r).sum() / 2 / m, lambda dL: dL * r / m


def squared_error(loss: SquaredError, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z, t: (n, c), r = z - t, m = n c with `mean`, 1 with `sum`

        L = sum_nc r_nc^2 / m    dz_nc = 2 dL r_nc / m

    Source: Bishop, Pattern Recognition and Machine Learning (2006), eq. 1.2, without its half.
    """
    r, m = z - t, _terms(loss, z)
    return (r * r).sum() / m, lambda dL: 2 * dL * r / m


def absolute_error(loss: AbsoluteError, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z, t: (n, c), r = z - t, m = n c with `mean`, 1 with `sum`

        L = sum_nc |r_nc| / m

    The slope of |r| is -1 left of 0 and 1 right of it; at 0 their mean, 0, is taken:

        dz_nc = dL sign(r_nc) / m

    Source: Boyd and Vandenberghe, Convex Optimization (2004), section 6.1.1.
    """
    r, m = z - t, _terms(loss, z)
    return abs(r).sum() / m, lambda dL: dL * np.sign(r) / m


def huber(loss: Huber, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z, t: (n, c), r = z - t, d = delta, m = n c with `mean`, 1 with `sum`

        L = sum_nc (r_nc^2 / 2 where |r_nc| <= d, else d (|r_nc| - d / 2)) / m

    The pieces meet at |r| = d with one value, d^2 / 2, and one slope, d sign(r):

        dz_nc = dL (r_nc where |r_nc| <= d, else d sign(r_nc)) / m

    In one line without a branch: with k = min(|r|, d), a term is k^2 / 2 + d (|r| - k), and its
    slope is r cut off at -d and d.

    Source: Huber, Robust Estimation of a Location Parameter (1964), section 4.
    """
    r, d, m = z - t, loss.delta, _terms(loss, z)
    near = np.minimum(abs(r), d)
    terms = near * near / 2 + d * (abs(r) - near)
    return terms.sum() / m, lambda dL: dL * np.clip(r, -d, d) / m


def _terms(loss: Any, z: Array) -> int:
    return z.size if loss.reduction == "mean" else 1
