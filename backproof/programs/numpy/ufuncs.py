"""NumPy's element by element functions as steps: called, with outputs and masks, and outer."""

from collections.abc import Callable

import numpy as np
from scipy import special

from backproof.exact import composites as c
from backproof.exact import piecewise
from backproof.exact.primitive import BY_UFUNC
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.reductions import summed
from backproof.exact.primitives.special import (
    betainc,
    gammainc,
    gammaincc,
    gammaln,
)
from backproof.exact.record import Step

Lowering = Callable[..., Step]
CLIP: np.ufunc = np._core.umath.clip  # type: ignore[attr-defined]
"""NumPy's clip of three arrays, which has no public name."""


def _xlogy(x: Step, y: Step) -> Step:
    """x log y, 0 at the point where x is: the slope of x log x there is that beside it."""
    return d.choose(d.equal(x, 0.0), 0.0, x * e.log(y))


def _xlog1py(x: Step, y: Step) -> Step:
    """x log(1 + y), likewise."""
    return d.choose(d.equal(x, 0.0), 0.0, x * e.log1p(y))


def _stdtr(df: Step, t: Step) -> Step:
    """Student's distribution, by the tail that t lies in."""
    tail = betainc(df / 2, 0.5, df / (df + t * t)) / 2
    return d.choose(d.less(t, 0.0), tail, 1.0 - tail)


DISTRIBUTIONS: dict[np.ufunc, Lowering] = {
    special.stdtr: _stdtr,
    special.chdtr: lambda v, x: gammainc(v / 2, x / 2),
    special.chdtrc: lambda v, x: gammaincc(v / 2, x / 2),
    special.gdtr: lambda a, b, x: gammainc(b, a * x),
    special.gdtrc: lambda a, b, x: gammaincc(b, a * x),
    special.pdtr: lambda k, m: gammaincc(k + 1.0, m),
    special.pdtrc: lambda k, m: gammainc(k + 1.0, m),
    special.bdtr: lambda k, n, p: betainc(n - k, k + 1.0, 1.0 - p),
    special.bdtrc: lambda k, n, p: betainc(k + 1.0, n - k, p),
    special.fdtr: lambda n, m, x: betainc(n / 2, m / 2, n * x / (m + n * x)),
    special.fdtrc: lambda n, m, x: betainc(m / 2, n / 2, m / (m + n * x)),
}
"""Probabilities, by the incomplete gamma and beta functions."""

BRANCHES: dict[np.ufunc, Lowering] = {
    np.absolute: c.absolute,
    np.fabs: c.absolute,
    np.maximum: c.maximum,
    np.minimum: c.minimum,
    np.fmax: c.maximum,
    np.fmin: c.minimum,
    CLIP: c.clip,
    np.floor_divide: c.floor_divide,
    np.remainder: c.remainder,
    np.fmod: c.fmod,
    np.copysign: piecewise.copysign,
    np.heaviside: piecewise.heaviside,
    np.sign: piecewise.sign,
    np.positive: lambda x: moved(lambda p: p, x),
    np.float_power: e.power,
    np.ldexp: lambda x, k: x * d.other(k, function=lambda v: np.ldexp(1.0, v)),
    np.floor: d.floor,
    np.ceil: d.ceil,
    np.trunc: d.trunc,
    np.rint: d.rint,
    np.greater: d.greater,
    np.greater_equal: d.greater_equal,
    np.less: d.less,
    np.less_equal: d.less_equal,
    np.equal: d.equal,
    np.not_equal: d.not_equal,
    np.matmul: matmul,
    np.vecdot: lambda a, b: summed(np.conjugate(a) * b if a.is_complex else a * b, -1),
    special.xlogy: _xlogy,
    special.xlog1py: _xlog1py,
    special.entr: piecewise.entr,
    special.rel_entr: piecewise.rel_entr,
    special.kl_div: piecewise.kl_div,
    special.huber: piecewise.huber,
    special.pseudo_huber: piecewise.pseudo_huber,
    special.boxcox: piecewise.boxcox,
    special.boxcox1p: piecewise.boxcox1p,
    special.i0e: piecewise.i0e,
    special.i1e: piecewise.i1e,
    special.log1p: e.log1p,
    special.expm1: e.expm1,
    special.exp2: e.exp2,
    special.cbrt: e.cbrt,
    special.poch: lambda z, m: e.exp(gammaln(z + m) - gammaln(z)),
    **DISTRIBUTIONS,
}
"""Functions with branches, products and moves; every comparison is a decision."""

SEVERAL: dict[np.ufunc, tuple[Lowering, ...]] = {
    np.divmod: (c.floor_divide, c.remainder),
    np.modf: (lambda x: x - d.trunc(x), d.trunc),
    np.frexp: (
        lambda x: x * d.other(x, function=lambda v: np.ldexp(1.0, -np.frexp(v)[1])),
        lambda x: d.other(x, function=lambda v: np.frexp(v)[1]),
    ),
}
"""Functions of several results, one lowering for each."""


def lowering(ufunc: np.ufunc, discrete: bool) -> Lowering | None:
    """How a function is lowered; discrete: its result has no slope."""
    if ufunc in BRANCHES:
        return BRANCHES[ufunc]
    if ufunc.signature is not None:
        return None
    if discrete:
        return lambda *xs: d.other(*xs, function=ufunc)
    return BY_UFUNC.get(ufunc)


def masked(step: Step, where: Step, otherwise: Step) -> Step:
    """The result where a mask is true, what was there before elsewhere."""
    return d.choose(where, step, otherwise)
