"""Pallas kernels that are interpreted: followed in the loop over the grid that JAX runs."""

import inspect
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from backproof.programs.jaxpr.held import Held, Walker
from backproof.programs.run import CannotFollow


def pallas_call(walk: Walker, *given: Held, interpret: Any, **parameters: Any) -> list[Held]:
    """The outputs of a kernel.

    Raises CannotFollow where it is compiled, or simulated with the memory of a chip.
    """
    if interpret is not True:
        at = f", at {walk.record.place}" if walk.record.place else ""
        raise CannotFollow(f"JAX's operation 'pallas_call': it is not interpreted{at}")
    kinds = [jax.eval_shape(jnp.asarray, x.array) for x in given]
    program = jax.make_jaxpr(_interpreted(parameters))(*kinds)
    return walk.run(program, *given)


def _interpreted(parameters: dict[str, Any]) -> Any:
    """The function that JAX lowers an interpreted kernel to."""
    try:  # JAX has no public name for it
        from jax._src.pallas.hlo_interpreter import pallas_call_hlo_interpret
    except ImportError as error:
        raise CannotFollow(f"this JAX shows nothing of an interpreted kernel: {error}") from error
    known = inspect.signature(pallas_call_hlo_interpret).parameters
    return partial(pallas_call_hlo_interpret, **{n: p for n, p in parameters.items() if n in known})
