"""Random numbers whose distribution depends on arguments, and that are drawn by rejection."""

from typing import Any

import jax
import numpy as np

from backproof.exact.precision import precision_of
from backproof.exact.primitives.samples import gamma_sample
from backproof.programs.jaxpr.held import Held, Walker
from backproof.programs.settle import settled


def random_gamma(walk: Walker, key: Held, a: Held, *, log_space: bool, **_: Any) -> list[Held]:
    """What JAX draws, and its derivative by the shape at the same height of the distribution."""
    draw = jax.random.loggamma if log_space else jax.random.gamma
    value = np.asarray(draw(key.array, a.array, dtype=a.array.dtype))
    if not a.moves:
        return [Held.of(value)]
    record = walk.record
    shape = a.as_step(record)
    step = settled(
        record,
        lambda: gamma_sample(shape, value, log=log_space),
        value,
        precision_of(value.dtype),
        place=record.place,
    )
    return [Held.made(value, step)]
