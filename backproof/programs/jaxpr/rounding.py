"""Casts and roundings: of one format into another, and to whole numbers."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from backproof.exact.precision import Precision, precision_of
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule

TO_EVEN = 1
"""How JAX numbers the rounding of halves to even numbers; 0 is away from zero."""


def _convert(x: Step, *, new_dtype: Any, **_: Any) -> Step:
    """A cast to floats: of floats; of integers and truth values, which a run has decided."""
    if not x.is_float:
        return d.other(x, function=lambda v: np.asarray(v).astype(np.float64))
    return e.real(x) if x.is_complex and jnp.issubdtype(new_dtype, np.floating) else e.cast(x)


def _round(x: Step, *, rounding_method: Any) -> Step:
    if int(rounding_method) == TO_EVEN:
        return d.rint(x)
    return d.other(x, function=lambda v: np.trunc(v + np.copysign(0.5, v)))


ROUNDING: dict[str, Rule] = {
    "convert_element_type": _convert,
    "reduce_precision": lambda x, **_: e.cast(x),
    "round": _round,
    "stop_gradient": lambda x, **_: e.cut(x),
}


def format_of(name: str, eqn: Any, result: Any) -> Precision | None:
    """The format of what an equation computed: of its dtype, or coarser where it says so."""
    own = precision_of(result.dtype)
    if name != "reduce_precision" or own is None:
        return own
    bits, exponents = eqn.params["mantissa_bits"] + 1, eqn.params["exponent_bits"]
    bias = 2 ** (exponents - 1) - 1
    largest = min(own.largest, 2.0 ** min(bias, 1023) * (2 - 2.0 ** (1 - bits)))
    return Precision(f"e{exponents}m{bits - 1}", bits, 2 - bias - bits, 1 - bias, largest)
