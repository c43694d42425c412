"""Samples that are drawn by rejection, as functions of a distribution's parameter.

Which sample is drawn is the run's own affair. Its derivative by the parameter is that of the sample
at the same height of the distribution function, Figurnov, Mohamed and Mnih 2018, which is what
frameworks differentiate; the loop that drew it has another one, which nobody means.
"""

from typing import Any

import numpy as np
from flint import arb
from scipy import special

from backproof.exact.balls import Balls, to_balls, vectorised
from backproof.exact.primitive import Primitive, primitive
from backproof.exact.primitives.special import gammainc_order, gammaln
from backproof.exact.record import Step

TURNS = 60
"""Of Newton's method, at most: each doubles the digits."""


def _floats(a: Any, *, at: Any, drawn: Any, log: bool) -> Any:
    x = np.exp(drawn) if log else drawn
    moved = special.gammaincinv(a, special.gammainc(at, x))
    return np.where(a == at, drawn, np.log(moved) if log else moved)


def _balls(a: Balls, *, at: Any, drawn: Any, log: bool) -> Balls:
    return vectorised(_logarithm if log else _sample)(a, to_balls(at), to_balls(drawn))


def _sample(a: arb, at: arb, drawn: arb) -> arb:
    return drawn if a == at else _logarithm(a, at, drawn.log()).exp()


def _logarithm(a: arb, at: arb, drawn: arb) -> arb:
    """y of P(a, e^y) = P(at, e^drawn), by Newton's method in y."""
    if a == at:
        return drawn
    height, y = drawn.exp().gamma_lower(at, 1), drawn
    for _ in range(TURNS):
        x = y.exp()
        step = (x.gamma_lower(a, 1) - height) * (x + a.lgamma() - a * y).exp()
        y = y - step.mid()
        if abs(step).upper() < 2 * step.rad() + abs(y) * 2**-300:
            break
    return y + arb(0, abs(step).upper())


def _slope(a: Any, y: Any, log: bool) -> Any:
    """-(dP/da) / (dP/dx) of a sample, or of its logarithm."""
    logs, x = (y, np.exp(y)) if log else (np.log(y), y)
    density = np.exp((a if log else a - 1) * logs - x - gammaln(a))
    return -gammainc_order(a, x) / density


def _pull(g: Step, y: Step, a: Step, *, log: bool, **_: Any) -> tuple[Any, ...]:
    return (g * _slope(a, y, log),)


def _push(tangents: tuple[Any, ...], y: Any, a: Any, *, log: bool, **_: Any) -> Any:
    return tangents[0] * _slope(a, y, log)


sample: Primitive = primitive("gamma_sample", _floats, _balls, pull=_pull, push=_push)


def gamma_sample(a: Step, drawn: Any, *, log: bool = False) -> Step:
    """The step of numbers that were drawn from gamma distributions of shapes a.

    drawn: the numbers, of a's shape; log: or their logarithms.
    """
    numbers = np.asarray(drawn, dtype=np.float64)
    return sample(a, at=a.value.copy(), drawn=numbers, log=log)
