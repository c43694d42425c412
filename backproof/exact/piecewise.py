"""Functions with branches, most of them SciPy's, and some that are several primitives.

A branch is a decision and a choice, of the argument too, so that nothing infinite is made beside
it. What a function is set to at a point, 0 log 0 = 0, is chosen there alone: x log y has the slope
log y at x = 0 too.
"""

from typing import Any

import numpy as np

from backproof.exact.composites import absolute
from backproof.exact.primitives import bessel
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import special as s
from backproof.exact.primitives.integrals import exprel
from backproof.exact.primitives.numbers import LOG_PI
from backproof.exact.record import Step


def sign(x: Step) -> Step:
    """The sign; of a complex number the number on the unit circle."""
    if not x.is_complex:
        return d.sign(x)
    size = absolute(x)
    return d.choose(d.equal(size, 0.0), x * 0.0, x / d.choose(d.equal(size, 0.0), 1.0, size))


def heaviside(x: Step, at_zero: Step) -> Step:
    """0, at_zero or 1."""
    return d.choose(d.equal(x, 0.0), at_zero, d.choose(d.greater(x, 0.0), 1.0, 0.0))


def copysign(x: Step, y: Step) -> Step:
    """|x| with the sign of y."""
    size = absolute(x)
    return d.choose(d.other(y, function=np.signbit), -size, size)


def _nil(x: Step, y: Step, least: float) -> Step:
    return d.other(x, y, function=lambda a, b: (a == 0) & ~(b > least))


def xlogy(x: Step, y: Step) -> Step:
    """x log y, 0 where x is."""
    nil = _nil(x, y, 0.0)
    return d.choose(nil, 0.0, x * e.log(d.choose(nil, 1.0, y)))


def xlog1py(x: Step, y: Step) -> Step:
    """x log(1 + y), 0 where x is."""
    nil = _nil(x, y, -1.0)
    return d.choose(nil, 0.0, x * e.log1p(d.choose(nil, 0.0, y)))


def entr(x: Step) -> Step:
    """-x log x, 0 at 0 and -inf below."""
    beyond = d.other(x, function=lambda v: np.where(v == 0, 0.0, -np.inf))
    inside = d.greater(x, 0.0)
    return d.choose(inside, -(x * e.log(d.choose(inside, x, 1.0))), beyond)


def rel_entr(x: Step, y: Step) -> Step:
    """x log(x / y), 0 where x is and y is not negative, else inf."""
    inside = d.other(x, y, function=lambda a, b: (a > 0) & (b > 0))
    beyond = d.other(x, y, function=lambda a, b: np.where((a == 0) & (b >= 0), 0.0, np.inf))
    ratio = d.choose(inside, x, 1.0) / d.choose(inside, y, 1.0)
    return d.choose(inside, x * e.log(ratio), beyond)


def kl_div(x: Step, y: Step) -> Step:
    """x log(x / y) - x + y; y where x is 0."""
    return rel_entr(x, y) - x + y


def huber(delta: Step, r: Step) -> Step:
    """r^2/2 up to delta in size, beyond delta (|r| - delta/2)."""
    size = absolute(r)
    near, far = 0.5 * e.square(r), delta * (size - 0.5 * delta)
    return d.choose(d.less_equal(size, delta), near, far)


def pseudo_huber(delta: Step, r: Step) -> Step:
    """delta^2 (sqrt(1 + u^2) - 1) for u = r / delta, without the difference: it cancels near 0."""
    return e.square(r) / (1 + e.sqrt(1 + e.square(r / delta)))


def boxcox(x: Step, p: Any) -> Step:
    """(x^p - 1) / p, log x for p = 0: log x exprel(p log x), smooth in p."""
    logs = e.log(x)
    return logs * exprel(p * logs)


def boxcox1p(x: Step, p: Any) -> Step:
    """((1 + x)^p - 1) / p, log(1 + x) for p = 0."""
    logs = e.log1p(x)
    return logs * exprel(p * logs)


def multigammaln(x: Step, order: int) -> Step:
    """The logarithm of the multivariate gamma function, DLMF 35.3.4."""
    terms = [s.gammaln(x - 0.5 * k) for k in range(order)]
    return sum(terms[1:], terms[0]) + LOG_PI * (order * (order - 1) / 4)


def i0e(x: Step) -> Step:
    """exp(-|x|) I0(x)."""
    return bessel.i0e(absolute(x))


def i1e(x: Step) -> Step:
    """exp(-|x|) I1(x), which is odd."""
    y = bessel.i1e(absolute(x))
    return d.choose(d.greater_equal(x, 0.0), y, -y)
