"""Special functions: the gamma and beta families, zeta, error functions.

The arguments stand as in SciPy. A slope by an order or another parameter of which there is no
formula is `UNKNOWN_SLOPE`: no number where it is asked for, and never asked for where the parameter
is constant. Formulas: DLMF, chapters 5 to 8 and 25.
"""

import math
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
from flint import acb, arb
from scipy import special

from backproof.exact.balls import midpoints, vectorised
from backproof.exact.primitive import Primitive
from backproof.exact.primitives.numbers import (
    HALF_SQRT_PI,
    INVERSE_SQRT_2PI,
    MINUS_HALF_SQRT_PI,
    MINUS_TWO_BY_SQRT_PI,
    SQRT_2PI,
    TWO_BY_SQRT_PI,
)
from backproof.exact.primitives.slopes import elementwise

UNKNOWN_SLOPE = math.nan


def by_balls(function: Callable[..., arb]) -> Callable[..., Any]:
    """Of a function of numbers in balls the one of float arrays: where SciPy has none."""

    def floats(*xs: Any) -> Any:
        with flint.ctx.workprec(160):
            return midpoints(vectorised(function)(*xs))

    return floats


# -- gamma and its logarithmic derivatives --------------------------------------------------------
def _gammaln(x: arb) -> arb:
    return abs(x.gamma()).log() if x < 0 else x.lgamma()


gamma = elementwise("gamma", special.gamma, arb.gamma, lambda x, y: y * psi(x))
rgamma = elementwise("rgamma", special.rgamma, arb.rgamma, lambda x, y: -y * psi(x))
gammaln = elementwise("gammaln", special.gammaln, _gammaln, lambda x, y: psi(x))
psi: Primitive = elementwise("psi", special.psi, arb.digamma, lambda x, y: polygamma(1, x))
polygamma: Primitive = elementwise(
    "polygamma",
    special.polygamma,
    lambda n, x: acb(x).polygamma(acb(n)).real,
    UNKNOWN_SLOPE,
    lambda n, x, y: polygamma(n + 1, x),
)


def _zeta(s: arb, a: arb) -> arb:
    """Below 0 by the terms that lead above it, for whole s."""
    count = 0 if a > 0 else 1 - int(a.floor().unique_fmpz() or 0)
    terms = ((a + k) ** -s for k in range(count))
    return sum(terms, s.zeta(a + count))


zeta: Primitive = elementwise(
    "zeta",
    special.zeta,
    _zeta,
    UNKNOWN_SLOPE,
    lambda s, a, y: -s * zeta(s + 1, a),
)


# -- incomplete gamma -----------------------------------------------------------------------------
def _gammainc_order(a: arb, x: arb) -> arb:
    """dP(a, x)/da, P = x^a/Gamma(a + 1) 1F1(a; a + 1; -x), DLMF 8.5.1, 8.8.15 termwise."""
    series = (-x).hypgeom([a, a], [a + 1, a + 1])
    own = x.gamma_lower(a, 1) * (x.log() - a.digamma())
    return own - x**a * a.rgamma() / (a * a) * series


def _gamma_density(a: Any, x: Any) -> Any:
    return np.exp((a - 1) * np.log(x) - x - gammaln(a))


gammainc_order: Primitive = elementwise(
    "gammainc_order",
    by_balls(_gammainc_order),
    _gammainc_order,
    UNKNOWN_SLOPE,
    lambda a, x, y: _gamma_density(a, x) * (np.log(x) - psi(a)),
)
gammainc = elementwise(
    "gammainc",
    special.gammainc,
    lambda a, x: x.gamma_lower(a, 1),
    lambda a, x, y: gammainc_order(a, x),
    lambda a, x, y: _gamma_density(a, x),
)
gammaincc = elementwise(
    "gammaincc",
    special.gammaincc,
    lambda a, x: x.gamma_upper(a, 1),
    lambda a, x, y: -gammainc_order(a, x),
    lambda a, x, y: -_gamma_density(a, x),
)

# -- beta -----------------------------------------------------------------------------------------
beta = elementwise(
    "beta",
    special.beta,
    lambda a, b: a.gamma() * b.gamma() * (a + b).rgamma(),
    lambda a, b, y: y * (psi(a) - psi(a + b)),
    lambda a, b, y: y * (psi(b) - psi(a + b)),
)
betaln = elementwise(
    "betaln",
    special.betaln,
    lambda a, b: _gammaln(a) + _gammaln(b) - _gammaln(a + b),
    lambda a, b, y: psi(a) - psi(a + b),
    lambda a, b, y: psi(b) - psi(a + b),
)


def _betainc_order(a: arb, b: arb, x: arb) -> arb:
    """dI_x(a, b)/da, B_x = x^a/a 2F1(a, 1 - b; a + 1; x), DLMF 8.17.7 termwise."""
    whole = a.gamma() * b.gamma() * (a + b).rgamma()
    series = x**a / (a * a) * x.hypgeom([a, a, 1 - b], [a + 1, a + 1])
    own = x.beta_lower(a, b, 1) * (x.log() - a.digamma() + (a + b).digamma())
    return own - series / whole


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b))


betainc_order = elementwise(
    "betainc_order",
    by_balls(_betainc_order),
    _betainc_order,
    UNKNOWN_SLOPE,
    UNKNOWN_SLOPE,
    lambda a, b, x, y: _beta_density(a, b, x) * (np.log(x) - psi(a) + psi(a + b)),
)
betainc = elementwise(
    "betainc",
    special.betainc,
    lambda a, b, x: x.beta_lower(a, b, 1),
    lambda a, b, x, y: betainc_order(a, b, x),
    lambda a, b, x, y: -betainc_order(b, a, 1 - x),
    lambda a, b, x, y: _beta_density(a, b, x),
)


# -- error functions and the normal distribution --------------------------------------------------
def _log_ndtr(x: arb) -> arb:
    tail = (abs(x) / arb(2).sqrt()).erfc() / 2
    return (-tail).log1p() if x > 0 else tail.log()


erfinv = elementwise(
    "erfinv", special.erfinv, arb.erfinv, lambda x, y: HALF_SQRT_PI * np.exp(y * y)
)
erfcinv = elementwise(
    "erfcinv", special.erfcinv, arb.erfcinv, lambda x, y: MINUS_HALF_SQRT_PI * np.exp(y * y)
)
erfcx = elementwise(
    "erfcx",
    special.erfcx,
    lambda x: (x * x).exp() * x.erfc(),
    lambda x, y: 2 * x * y + MINUS_TWO_BY_SQRT_PI,
)
erfi = elementwise("erfi", special.erfi, arb.erfi, lambda x, y: TWO_BY_SQRT_PI * np.exp(x * x))
dawsn = elementwise(
    "dawsn",
    special.dawsn,
    lambda x: arb.pi().sqrt() / 2 * (-x * x).exp() * x.erfi(),
    lambda x, y: 1 - 2 * x * y,
)
ndtri = elementwise(
    "ndtri",
    special.ndtri,
    lambda p: -arb(2).sqrt() * (2 * p).erfcinv(),
    lambda p, y: SQRT_2PI * np.exp(0.5 * y * y),
)
log_ndtr = elementwise(
    "log_ndtr",
    special.log_ndtr,
    _log_ndtr,
    lambda x, y: INVERSE_SQRT_2PI * np.exp(-0.5 * x * x - y),
)
