"""Bessel functions, of real order and argument; slopes by DLMF 10.6.1, 10.29.1, and where an order
is typed in, in forms that hold at 0 too.

The scaled ones have an |x|, so that their lines hold for x >= 0 and `piecewise` has the rest.
"""

from scipy import special

from backproof.exact.primitive import Primitive
from backproof.exact.primitives.slopes import elementwise
from backproof.exact.primitives.special import UNKNOWN_SLOPE

jv: Primitive = elementwise(
    "jv",
    special.jv,
    lambda v, x: x.bessel_j(v),
    UNKNOWN_SLOPE,
    lambda v, x, y: 0.5 * (jv(v - 1, x) - jv(v + 1, x)),
)
yv: Primitive = elementwise(
    "yv",
    special.yv,
    lambda v, x: x.bessel_y(v),
    UNKNOWN_SLOPE,
    lambda v, x, y: 0.5 * (yv(v - 1, x) - yv(v + 1, x)),
)
iv: Primitive = elementwise(
    "iv",
    special.iv,
    lambda v, x: x.bessel_i(v),
    UNKNOWN_SLOPE,
    lambda v, x, y: 0.5 * (iv(v - 1, x) + iv(v + 1, x)),
)
kv: Primitive = elementwise(
    "kv",
    special.kv,
    lambda v, x: x.bessel_k(v),
    UNKNOWN_SLOPE,
    lambda v, x, y: -0.5 * (kv(v - 1, x) + kv(v + 1, x)),
)
ive: Primitive = elementwise(
    "ive",
    special.ive,
    lambda v, x: x.bessel_i(v, scaled=True),
    UNKNOWN_SLOPE,
    lambda v, x, y: 0.5 * (ive(v - 1, x) + ive(v + 1, x)) - y,
    ufunc=False,
)
kve: Primitive = elementwise(
    "kve",
    special.kve,
    lambda v, x: x.bessel_k(v, scaled=True),
    UNKNOWN_SLOPE,
    lambda v, x, y: y - 0.5 * (kve(v - 1, x) + kve(v + 1, x)),
)
j0 = elementwise("j0", special.j0, lambda x: x.bessel_j(0), lambda x, y: -j1(x))
j1: Primitive = elementwise(
    "j1", special.j1, lambda x: x.bessel_j(1), lambda x, y: 0.5 * (j0(x) - jv(2, x))
)
y0 = elementwise("y0", special.y0, lambda x: x.bessel_y(0), lambda x, y: -y1(x))
y1: Primitive = elementwise("y1", special.y1, lambda x: x.bessel_y(1), lambda x, y: y0(x) - y / x)
i0 = elementwise("i0", special.i0, lambda x: x.bessel_i(0), lambda x, y: i1(x))
i1: Primitive = elementwise(
    "i1", special.i1, lambda x: x.bessel_i(1), lambda x, y: 0.5 * (i0(x) + iv(2, x))
)
i0e = elementwise(
    "i0e",
    special.i0e,
    lambda x: x.bessel_i(0, scaled=True),
    lambda x, y: i1e(x) - y,
    ufunc=False,
)
i1e: Primitive = elementwise(
    "i1e",
    special.i1e,
    lambda x: x.bessel_i(1, scaled=True),
    lambda x, y: 0.5 * (i0e(x) + ive(2, x)) - y,
    ufunc=False,
)
k0 = elementwise("k0", special.k0, lambda x: x.bessel_k(0), lambda x, y: -k1(x))
k1: Primitive = elementwise("k1", special.k1, lambda x: x.bessel_k(1), lambda x, y: -k0(x) - y / x)
k0e = elementwise("k0e", special.k0e, lambda x: x.bessel_k(0, scaled=True), lambda x, y: y - k1e(x))
k1e: Primitive = elementwise(
    "k1e",
    special.k1e,
    lambda x: x.bessel_k(1, scaled=True),
    lambda x, y: y - k0e(x) - y / x,
)
