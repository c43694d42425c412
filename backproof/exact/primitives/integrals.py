"""Special functions: integrals, hypergeometric functions, quotients smooth at 0, an inverse.

A slope that is 0 / 0 somewhere is written as a hypergeometric function, which is none. Formulas:
DLMF, chapters 6, 13, 15, 16 and 25.
"""

import numpy as np
from flint import arb
from scipy import special

from backproof.exact.primitive import Primitive
from backproof.exact.primitives.numbers import MINUS_PI_SQUARED_BY_3, MINUS_PI_SQUARED_BY_4
from backproof.exact.primitives.slopes import elementwise
from backproof.exact.primitives.special import UNKNOWN_SLOPE

# -- integrals ------------------------------------------------------------------------------------
expi = elementwise("expi", special.expi, arb.ei, lambda x, y: np.exp(x) / x)
exp1 = elementwise("exp1", special.exp1, lambda x: x.expint(1), lambda x, y: -np.exp(-x) / x)
expn: Primitive = elementwise(
    "expn",
    special.expn,
    lambda n, x: x.expint(n),
    UNKNOWN_SLOPE,
    lambda n, x, y: -expn(n - 1, x),
)
spence = elementwise(
    "spence",
    special.spence,
    lambda x: arb.pi() ** 2 / 6 if x == 0 else (1 - x).polylog(2),
    lambda x, y: -hyp2f1(1, 1, 2, 1 - x),
)

# -- hypergeometric functions, of which the slopes above are made ---------------------------------
hyp0f1: Primitive = elementwise(
    "hyp0f1",
    special.hyp0f1,
    lambda a, x: x.hypgeom_0f1(a),
    UNKNOWN_SLOPE,
    lambda a, x, y: hyp0f1(a + 1, x) / a,
)
hyp1f1: Primitive = elementwise(
    "hyp1f1",
    special.hyp1f1,
    lambda a, b, x: x.hypgeom_1f1(a, b),
    UNKNOWN_SLOPE,
    UNKNOWN_SLOPE,
    lambda a, b, x, y: a / b * hyp1f1(a + 1, b + 1, x),
)
hyp2f1: Primitive = elementwise(
    "hyp2f1",
    special.hyp2f1,
    lambda a, b, c, x: x.hypgeom_2f1(a, b, c),
    UNKNOWN_SLOPE,
    UNKNOWN_SLOPE,
    UNKNOWN_SLOPE,
    lambda a, b, c, x, y: a * b / c * hyp2f1(a + 1, b + 1, c + 1, x),
)

# -- quotients that are smooth at 0, and an inverse -----------------------------------------------
exprel = elementwise(
    "exprel",
    special.exprel,
    lambda x: x.hypgeom_1f1(1, 2),
    lambda x, y: 0.5 * hyp1f1(2, 3, x),
)
sinc = elementwise(
    "sinc",
    np.sinc,
    arb.sinc_pi,
    lambda x, y: MINUS_PI_SQUARED_BY_3 * x * hyp0f1(2.5, MINUS_PI_SQUARED_BY_4 * x * x),
)
cosm1 = elementwise(
    "cosm1", special.cosm1, lambda x: (x / 2).sin() * (x / 2).sin() * -2, lambda x, y: -np.sin(x)
)
lambertw = elementwise(
    "lambertw",
    lambda x: special.lambertw(x).real,
    arb.lambertw,
    lambda x, y: np.exp(-y) / (1 + y),
)
lambertw_lower = elementwise(
    "lambertw_lower",
    lambda x: special.lambertw(x, -1).real,
    lambda x: x.lambertw(-1),
    lambda x, y: np.exp(-y) / (1 + y),
)
