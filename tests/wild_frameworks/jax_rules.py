"""Elementwise functions with a `custom_vjp` or a `custom_jvp`: one formula each."""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.special import erf

from wild_frameworks import normal, off_kinks, twins


def ruled(function: Any, forward: Any, backward: Any) -> Any:
    """A function with its reverse rule."""
    made = jax.custom_vjp(function)
    made.defvjp(forward, backward)
    return made


def pushed(function: Any, rule: Any) -> Any:
    """A function with its forward rule."""
    made = jax.custom_jvp(function)
    made.defjvp(rule)
    return made


def with_itself(function: Any) -> Any:
    """A forward whose residual is the input."""
    return lambda x: (function(x), x)


def relu6(x: Any) -> Any:
    """Between 0 and 1.5, say."""
    return jnp.clip(x, 0, 1.5)


def relu6_jvp(primals: Any, tangents: Any) -> Any:
    """Nothing passes at either end."""
    (x,), (t,) = primals, tangents
    return relu6(x), jnp.where((x > 0) & (x < 1.5), t, 0)


def relu6_jvp_below(primals: Any, tangents: Any) -> Any:
    """The rule of the plain ReLU, left as it was when the upper end came."""
    (x,), (t,) = primals, tangents
    return relu6(x), jnp.where(x > 0, t, 0)


def softplus(x: Any) -> Any:
    """log(1 + exp x), without overflow."""
    return jnp.logaddexp(x, 0.0)


def softplus_jvp(primals: Any, tangents: Any) -> Any:
    """The sigmoid of x."""
    (x,), (t,) = primals, tangents
    return softplus(x), t / (1 + jnp.exp(-x))


def softplus_jvp_of_y(primals: Any, tangents: Any) -> Any:
    """The sigmoid of the output."""
    (x,), (t,) = primals, tangents
    y = softplus(x)
    return y, t / (1 + jnp.exp(-y))


def cosine_jvp(primals: Any, tangents: Any) -> Any:
    """-sin x."""
    (x,), (t,) = primals, tangents
    return jnp.cos(x), -jnp.sin(x) * t


def cosine_jvp_plus(primals: Any, tangents: Any) -> Any:
    """The minus is lost."""
    (x,), (t,) = primals, tangents
    return jnp.cos(x), jnp.sin(x) * t


def erf_bwd(x: Any, g: Any) -> Any:
    """The constant is rounded to a double: right as far as any double can tell."""
    return (g * (2 / math.sqrt(math.pi)) * jnp.exp(-x * x),)


def erf_bwd_seven_digits(x: Any, g: Any) -> Any:
    """The constant was typed in: off by one part in 10^8."""
    return (g * 1.1283792 * jnp.exp(-x * x),)


def tanh_bwd(y: Any, g: Any) -> Any:
    """1 - y^2."""
    return (g * (1 - y * y),)


def tanh_bwd_stretched(y: Any, g: Any) -> Any:
    """Off by one part in 10^7."""
    return (g * (1 - y * y) * (1 + 1e-7),)


def tanh_fwd(x: Any) -> Any:
    """The output is the residual."""
    y = jnp.tanh(x)
    return y, y


PLAIN, ERF_FWD = normal((3, 4)), with_itself(erf)

CLAIMS = [
    claim
    for name, right, wrong, cause, draw, right_cause in (
        (
            "jax relu6",
            pushed(relu6, relu6_jvp),
            pushed(relu6, relu6_jvp_below),
            "one-sided-clamp",
            off_kinks((4, 4)),
            "",
        ),
        (
            "jax softplus",
            pushed(softplus, softplus_jvp),
            pushed(softplus, softplus_jvp_of_y),
            "at-the-output",
            PLAIN,
            "",
        ),
        (
            "jax cosine",
            pushed(jnp.cos, cosine_jvp),
            pushed(jnp.cos, cosine_jvp_plus),
            "sign",
            PLAIN,
            "",
        ),
        (
            "jax erf",
            ruled(erf, ERF_FWD, erf_bwd),
            ruled(erf, ERF_FWD, erf_bwd_seven_digits),
            "factor",
            PLAIN,
            "constant-rounding",
        ),
        (
            "jax tanh",
            ruled(jnp.tanh, tanh_fwd, tanh_bwd),
            ruled(jnp.tanh, tanh_fwd, tanh_bwd_stretched),
            "factor",
            PLAIN,
            "",
        ),
    )
    for claim in twins("check_jax", name, right, wrong, cause, draw, right_cause)
]
