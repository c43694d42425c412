"""Uses of JAX's operations on numbers, element by element."""

import jax
import jax.numpy as jnp
from jax import lax

from programs.jaxpr.functions import (
    INTEGERS,
    TIED,
    Example,
    X,
    Y,
    binary,
    complex_numbers,
    drawn_by_rejection,
    grad,
    unary,
    with_rule,
)

SMOOTH = "asin asinh atan atanh cbrt cos cosh erf erf_inv exp exp2 expm1 log log1p logistic"
BINARY = "add sub mul max min eq ne lt le gt ge atan2"
SMOOTH += (
    " neg acos rsqrt sin sinh sqrt square tan tanh abs floor ceil sign is_finite stop_gradient"
)

NUMBERS: dict[str, list[Example]] = {
    **{name: unary(name) for name in SMOOTH.split()},
    **{name: binary(name) for name in BINARY.split()},
    "acosh": unary("acosh", X + 1.5),
    "add_any": [(grad(lambda x: jnp.sin(x) * x), (Y,))],
    "and": [(lambda x: (x > 0) & (x < 1), (Y,)), (lambda x: jnp.asarray(x) & 6, (INTEGERS,))],
    "bessel_i0e": [(lax.bessel_i0e, (Y,))],
    "bessel_i1e": [(lax.bessel_i1e, (Y,))],
    "clamp": [
        (lambda x: lax.clamp(-0.5, x, 1.0), (Y,)),
        (lambda x: lax.clamp(0, x, 3), (INTEGERS,)),
    ],
    "complex": [(complex_numbers, (X,))],
    "convert_element_type": [
        (lambda x: x.astype(jnp.float32) * 1.0, (TIED,)),
        (lambda x: (3.7 * x).astype(int), (Y,)),
        (lambda x: x.astype(bool), (TIED,)),
        (lambda x: jnp.asarray(x).astype(float) / 3, (INTEGERS,)),
    ],
    "custom_jvp_call": [(jax.nn.relu, (Y,)), (jnp.logaddexp, (X, Y))],
    "custom_vjp_call": [(with_rule, (X,))],
    "digamma": unary("digamma"),
    "div": [*binary("div"), (lambda x: lax.div(x, jnp.int64(3)), (INTEGERS,))],
    "erfc": unary("erfc", Y),
    "igamma": [(lax.igamma, (X[0, :2] + 1, X[1, :2] + 0.5))],
    "igammac": [(lax.igammac, (X[0, :2] + 1, X[1, :2] + 0.5))],
    "integer_pow": [(lambda x: x**3 + x**-2, (Y,))],
    "lgamma": unary("lgamma") + unary("lgamma", Y),
    "nextafter": [(lambda x: lax.nextafter(x, x + 1), (Y,))],
    "not": [(lambda x: ~(x > 0), (Y,)), (lambda x: ~jnp.asarray(x), (INTEGERS,))],
    "or": [(lambda x: (x > 1) | (x < 0), (Y,))],
    "polygamma": [(lambda x: lax.polygamma(2.0, x), (X,)), (grad(lax.digamma), (X,))],
    "pow": [(lambda x: x**1.3 + 2**x, (X,)), (lambda x: lax.pow(x, INTEGERS), (Y,))],
    "random_gamma": [(drawn_by_rejection, (Y,))],
    "reduce_precision": [(lambda x: lax.reduce_precision(x, 11, 40) * x, (Y,))],
    "regularized_incomplete_beta": [(lambda x: lax.betainc(1.5, 2.5, x), (X,))],
    "rem": [*binary("rem"), (lambda x: lax.rem(x, jnp.int64(3)), (INTEGERS,))],
    "round": [
        (lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO), (TIED - 0.5,)),
        (jnp.round, (TIED - 1.5,)),
        (jnp.round, (Y,)),
    ],
    "select_n": [
        (lambda x: jnp.where(x > 0, x, -1.0), (Y,)),
        (lambda x: lax.select_n(jnp.abs(INTEGERS) % 3, x, x + 1, x * 2), (X,)),
    ],
    "xor": [(lambda x: jnp.asarray(x) ^ 5, (INTEGERS,))],
    "zeta": [(lambda x: lax.zeta(2.5, x), (X,))],
}
