"""Numbers that no float is: pi and the like, exact in balls wherever a slope or a law has them."""

from collections.abc import Callable

import flint

arb = flint.arb


class Exact(float):
    """A real number: a float64 that is near it, and a function that gives it as a ball."""

    __slots__ = ("ball", "name")

    name: str
    ball: Callable[[], flint.arb]

    def __new__(cls, name: str, ball: Callable[[], flint.arb]) -> "Exact":
        with flint.ctx.workprec(200):
            made = super().__new__(cls, float(ball().mid()))
        made.name, made.ball = name, ball
        return made


PI = Exact("pi", arb.pi)
LN2 = Exact("log 2", lambda: arb(2).log())
LN10 = Exact("log 10", lambda: arb(10).log())
SQRT2 = Exact("sqrt 2", lambda: arb(2).sqrt())
DEGREE = Exact("pi/180", lambda: arb.pi() / 180)
INVERSE_SQRT_2PI = Exact("1/sqrt(2 pi)", lambda: 1 / (2 * arb.pi()).sqrt())
TWO_BY_SQRT_PI = Exact("2/sqrt(pi)", lambda: 2 / arb.pi().sqrt())
