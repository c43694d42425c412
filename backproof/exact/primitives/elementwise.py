"""Functions of numbers: each line has the value on floats, the value on balls and the slopes.

A slope is a function of the inputs and the output y, in the form that frameworks compute; `steep`
is the form that keeps every digit, where that is another one.
"""

import operator
from typing import Any

import numpy as np
from flint import acb, arb
from scipy import special

from backproof.exact.balls import NOTHING, Balls, as_balls, vectorised
from backproof.exact.primitive import BY_UFUNC, Primitive, primitive
from backproof.exact.primitives.numbers import (
    DEGREE,
    INVERSE_LN2,
    INVERSE_LN10,
    INVERSE_SQRT_2PI,
    LN2,
    MINUS_TWO_BY_SQRT_PI,
    RADIAN,
    TWO_BY_SQRT_PI,
)
from backproof.exact.primitives.slopes import elementwise


# -- the four operations ------------------------------------------------------------------------
def _minus(a: Balls, b: Balls) -> Balls:
    """a - b; of a number from itself nothing is left, where of balls twice the radius is."""
    found = as_balls(a - b)
    same = as_balls(_is_same(a, b)).astype(bool)
    for k in np.flatnonzero(same & (found != NOTHING)):
        ball: Any = found.flat[k]
        found.flat[k] = ball.mid()
    return found


_is_same = np.frompyfunc(operator.is_, 2, 1)
add = elementwise("add", np.add, operator.add, 1, 1, whole=True)
subtract = elementwise("subtract", np.subtract, _minus, 1, -1, whole=True)
negative = elementwise("negative", np.negative, operator.neg, -1, whole=True, rounds=False)
multiply = elementwise(
    "multiply",
    np.multiply,
    operator.mul,
    lambda x, y, xy: y,
    lambda x, y, xy: x,
    whole=True,
)
divide = elementwise(
    "divide",
    np.divide,
    operator.truediv,
    lambda a, b, y: 1 / b,
    lambda a, b, y: -y / b,
    whole=True,
)
square = elementwise("square", np.square, lambda x: x * x, lambda x, y: 2 * x)
reciprocal = elementwise("reciprocal", np.reciprocal, lambda x: 1 / x, lambda x, y: -y * y)


# -- powers -------------------------------------------------------------------------------------
def _power(x: arb, p: arb) -> arb:
    if type(p) is arb and p.is_integer() and abs(p) < 2**31:
        n = int(p.unique_fmpz() or 0)
        around_0 = n > 0 and type(x) is arb and x.mid() == 0  # of which FLINT has no such power
        return arb(0, x.rad() ** n) if around_0 else x**n
    return x.sqrt() if p == arb(0.5) else x**p


power = elementwise(
    "power",
    np.power,
    _power,
    lambda x, p, y: p * np.power(x, p - 1),
    lambda x, p, y: y * np.log(x),
)
sqrt = elementwise("sqrt", np.sqrt, lambda x: x.sqrt(), lambda x, y: 0.5 / y)
rsqrt = elementwise(
    "rsqrt", lambda x: 1 / np.sqrt(x), lambda x: x.rsqrt(), lambda x, y: -0.5 * y * y * y
)
hypot = elementwise(
    "hypot",
    np.hypot,
    lambda x, y: (x * x + y * y).sqrt(),
    lambda x, y, r: x / r,
    lambda x, y, r: y / r,
)


def _cbrt(x: arb) -> arb:
    return -((-x).root(3)) if x < 0 else x.root(3)


cbrt = elementwise("cbrt", np.cbrt, _cbrt, lambda x, y: 1 / (3 * y * y))

# -- exponentials and logarithms ----------------------------------------------------------------
exp = elementwise("exp", np.exp, lambda x: x.exp(), lambda x, y: y)
exp2 = elementwise("exp2", np.exp2, lambda x: (x * arb(2).log()).exp(), lambda x, y: y * LN2)
expm1 = elementwise(
    "expm1", np.expm1, lambda x: x.expm1(), lambda x, y: y + 1, steep=(lambda x, y: np.exp(x),)
)
log = elementwise("log", np.log, lambda x: x.log(), lambda x, y: 1 / x)
log2 = elementwise("log2", np.log2, lambda x: x.log() / arb(2).log(), lambda x, y: INVERSE_LN2 / x)
log10 = elementwise(
    "log10", np.log10, lambda x: x.log() / arb(10).log(), lambda x, y: INVERSE_LN10 / x
)
log1p = elementwise("log1p", np.log1p, lambda x: x.log1p(), lambda x, y: 1 / (1 + x))


def _logaddexp(x: arb, y: arb) -> arb:
    return x + (y - x).exp().log1p() if x.mid() >= y.mid() else y + (x - y).exp().log1p()


logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    _logaddexp,
    lambda a, b, y: np.exp(a - y),
    lambda a, b, y: np.exp(b - y),
    steep=(lambda a, b, y: expit(a - b), lambda a, b, y: expit(b - a)),
)
logaddexp2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    lambda x, y: _logaddexp(x * arb(2).log(), y * arb(2).log()) / arb(2).log(),
    lambda a, b, y: np.exp2(a - y),
    lambda a, b, y: np.exp2(b - y),
)

# -- circular and hyperbolic functions ----------------------------------------------------------
sin = elementwise("sin", np.sin, lambda x: x.sin(), lambda x, y: np.cos(x))
cos = elementwise("cos", np.cos, lambda x: x.cos(), lambda x, y: -np.sin(x))
tan = elementwise(
    "tan", np.tan, lambda x: x.tan(), lambda x, y: 1 + y * y, steep=(lambda x, y: np.cos(x) ** -2,)
)
arcsin = elementwise("arcsin", np.arcsin, lambda x: x.asin(), lambda x, y: 1 / np.sqrt(1 - x * x))
arccos = elementwise("arccos", np.arccos, lambda x: x.acos(), lambda x, y: -1 / np.sqrt(1 - x * x))
arctan = elementwise("arctan", np.arctan, lambda x: x.atan(), lambda x, y: 1 / (1 + x * x))
arctan2 = elementwise(
    "arctan2",
    np.arctan2,
    lambda y, x: arb.atan2(y, x),
    lambda a, b, y: b / (a * a + b * b),
    lambda a, b, y: -a / (a * a + b * b),
)
sinh = elementwise("sinh", np.sinh, lambda x: x.sinh(), lambda x, y: np.cosh(x))
cosh = elementwise("cosh", np.cosh, lambda x: x.cosh(), lambda x, y: np.sinh(x))
sech2: Primitive = elementwise(
    "sech2",
    lambda x: 1 / np.cosh(x) ** 2,
    lambda x: x.sech() ** 2,
    lambda x, y: -2 * y * np.tanh(x),
)
tanh = elementwise(
    "tanh", np.tanh, lambda x: x.tanh(), lambda x, y: 1 - y * y, steep=(lambda x, y: sech2(x),)
)
arcsinh = elementwise(
    "arcsinh", np.arcsinh, lambda x: x.asinh(), lambda x, y: 1 / np.sqrt(x * x + 1)
)
arccosh = elementwise(
    "arccosh",
    np.arccosh,
    lambda x: x.acosh(),
    lambda x, y: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)),
)
arctanh = elementwise("arctanh", np.arctanh, lambda x: x.atanh(), lambda x, y: 1 / (1 - x * x))
deg2rad = elementwise("deg2rad", np.deg2rad, lambda x: x * arb.pi() / 180, lambda x, y: DEGREE)
rad2deg = elementwise("rad2deg", np.rad2deg, lambda x: x * 180 / arb.pi(), lambda x, y: RADIAN)

# -- sigmoids and the normal distribution -------------------------------------------------------
expit: Primitive = elementwise(
    "expit",
    special.expit,
    lambda x: 1 / (1 + (-x).exp()),
    lambda x, y: y * (1 - y),
    steep=(lambda x, y: expit(x) * expit(-x),),
)
log_expit = elementwise(
    "log_expit", special.log_expit, lambda x: -(-x).exp().log1p(), lambda x, y: expit(-x)
)
softplus = elementwise(
    "softplus",
    lambda x: np.logaddexp(x, 0),
    lambda x: x.exp().log1p(),
    lambda x, y: expit(x),
)
logit = elementwise(
    "logit", special.logit, lambda x: (x / (1 - x)).log(), lambda x, y: 1 / (x * (1 - x))
)
erf = elementwise("erf", special.erf, arb.erf, lambda x, y: TWO_BY_SQRT_PI * np.exp(-x * x))
erfc = elementwise(
    "erfc", special.erfc, arb.erfc, lambda x, y: MINUS_TWO_BY_SQRT_PI * np.exp(-x * x)
)
ndtr = elementwise(
    "ndtr",
    special.ndtr,
    lambda x: (-x / arb(2).sqrt()).erfc() / 2,
    lambda x, y: INVERSE_SQRT_2PI * np.exp(-0.5 * x * x),
)
real = elementwise("real", np.real, lambda z: acb(z).real, 1, rounds=False, ufunc=False)
cut = elementwise(
    "cut",
    lambda x: x,
    lambda x: x,
    1,
    whole=True,
    ufunc=False,
    rounds=False,
    summary="an identity that code declares flat: detach, stop_gradient",
)
cast = elementwise("cast", lambda x: x, lambda x: x, 1, whole=True, ufunc=False)
conjugate = primitive(
    "conjugate",
    np.conjugate,
    vectorised(lambda z: z.conjugate() if type(z) is acb else z),
    pull=lambda g, y, z: (np.conjugate(g),),
    push=lambda ts, y, z: np.conj(ts[0]),
    rounds=False,
    summary="the conjugate, whose slope is no one number",
)
BY_UFUNC[np.conjugate] = conjugate
imag = elementwise("imag", np.imag, lambda z: acb(z).imag, -1j, rounds=False, ufunc=False)
complex_ = elementwise(
    "complex", lambda a, b: a + 1j * b, lambda a, b: acb(a, b), 1, 1j, rounds=False, ufunc=False
)
