"""Numbers that no float is: pi and the like, exact in balls wherever a slope or a law has them."""

from flint import arb

from backproof.exact.primitive import Exact

PI = Exact("pi", arb.pi)
MINUS_PI_SQUARED_BY_3 = Exact("-pi^2/3", lambda: -(arb.pi() ** 2) / 3)
MINUS_PI_SQUARED_BY_4 = Exact("-pi^2/4", lambda: -(arb.pi() ** 2) / 4)
LN2 = Exact("log 2", lambda: arb(2).log())
INVERSE_LN2 = Exact("1/log 2", lambda: 1 / arb(2).log())
INVERSE_LN10 = Exact("1/log 10", lambda: 1 / arb(10).log())
INVERSE_SQRT2 = Exact("1/sqrt 2", lambda: 1 / arb(2).sqrt())
DEGREE = Exact("pi/180", lambda: arb.pi() / 180)
RADIAN = Exact("180/pi", lambda: 180 / arb.pi())
SQRT_2PI = Exact("sqrt(2 pi)", lambda: (2 * arb.pi()).sqrt())
INVERSE_SQRT_2PI = Exact("1/sqrt(2 pi)", lambda: 1 / (2 * arb.pi()).sqrt())
TWO_BY_SQRT_PI = Exact("2/sqrt(pi)", lambda: 2 / arb.pi().sqrt())
MINUS_TWO_BY_SQRT_PI = Exact("-2/sqrt(pi)", lambda: -2 / arb.pi().sqrt())
HALF_SQRT_PI = Exact("sqrt(pi)/2", lambda: arb.pi().sqrt() / 2)
MINUS_HALF_SQRT_PI = Exact("-sqrt(pi)/2", lambda: -arb.pi().sqrt() / 2)
SQRT_2_BY_PI = Exact("sqrt(2/pi)", lambda: (2 / arb.pi()).sqrt())
LOG_PI = Exact("log pi", lambda: arb.pi().log())
