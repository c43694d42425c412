"""Special functions."""

from backproof.exact import piecewise
from backproof.exact.primitives import bessel as b
from backproof.exact.primitives import special as s
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like


def polygamma(n: int, x: Step) -> Step:
    """The n-th derivative of digamma."""
    return s.psi(x) if n == 0 else s.polygamma(constant_like(x, float(n)), x)


SPECIAL: dict[str, Lowering] = {
    "lgamma": s.gammaln,
    "digamma": s.psi,
    "polygamma": polygamma,
    "erfinv": s.erfinv,
    "special_erfcx": s.erfcx,
    "special_ndtri": s.ndtri,
    "special_log_ndtr": s.log_ndtr,
    "special_zeta": s.zeta,
    "igamma": s.gammainc,
    "igammac": s.gammaincc,
    "i0": b.i0,
    "special_i1": b.i1,
    "special_i0e": piecewise.i0e,
    "special_i1e": piecewise.i1e,
    "special_bessel_j0": b.j0,
    "special_bessel_j1": b.j1,
    "special_bessel_y0": b.y0,
    "special_bessel_y1": b.y1,
    "special_modified_bessel_i0": b.i0,
    "special_modified_bessel_i1": b.i1,
    "special_modified_bessel_k0": b.k0,
    "special_modified_bessel_k1": b.k1,
    "special_scaled_modified_bessel_k0": b.k0e,
    "special_scaled_modified_bessel_k1": b.k1e,
}
