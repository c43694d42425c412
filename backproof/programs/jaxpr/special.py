"""Special functions by JAX's names: of gamma, beta and Bessel."""

from collections.abc import Callable

from backproof.exact import composites as c
from backproof.exact.primitives import bessel as b
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import special as s
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule, plainly


def _bessel_i0e(x: Step) -> Step:
    """exp(-|x|) I_0(x), even."""
    return b.i0e(c.absolute(x))


def _bessel_i1e(x: Step) -> Step:
    """exp(-|x|) I_1(x), odd."""
    return b.i1e(c.absolute(x)) * d.sign(x)


FUNCTIONS: dict[str, Callable[..., Step]] = {
    "bessel_i0e": _bessel_i0e,
    "bessel_i1e": _bessel_i1e,
    "digamma": s.psi,
    "erf_inv": s.erfinv,
    "igamma": s.gammainc,
    "igamma_grad_a": s.gammainc_order,
    "igammac": s.gammaincc,
    "lgamma": s.gammaln,
    "polygamma": s.polygamma,
    "regularized_incomplete_beta": s.betainc,
    "zeta": s.zeta,
}

SPECIAL: dict[str, Rule] = {name: plainly(function) for name, function in FUNCTIONS.items()}
