"""Uses of JAX's operations that put elements elsewhere."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from programs.jaxpr.functions import (
    IMAGE,
    INTEGERS,
    TIED,
    Example,
    X,
    Y,
    gathered,
    grad,
    on_axis,
    scattered,
)

PLACED: dict[str, list[Example]] = {
    "argmax": [(on_axis(jnp.argmax, axis=1), (TIED,)), (on_axis(jnp.argmax, axis=0), (INTEGERS,))],
    "argmin": [(on_axis(jnp.argmin, axis=0), (TIED,))],
    "broadcast_in_dim": [(lambda x: lax.broadcast_in_dim(x, (3, 2, 4), (0, 2)), (X,))],
    "concatenate": [(lambda x, y: jnp.concatenate([x, y, x], 1), (X, Y))],
    "copy": [(jnp.copy, (X,))],
    "dynamic_slice": [(lambda x: lax.dynamic_slice(x, (2, -1), (2, 3)), (X,))],
    "dynamic_update_slice": [(lambda x, y: lax.dynamic_update_slice(x, y[:2, 1:], (2, 0)), (X, Y))],
    "gather": [
        (lambda x: gathered(x, "clip"), (X,)),
        (lambda x: gathered(x, "fill", fill_value=7), (X,)),
        (lambda x: gathered(x, "fill"), (INTEGERS,)),
        (lambda x: gathered(x, "fill"), (X > 0.5,)),
        (lambda x: gathered(x, "fill"), (INTEGERS.astype(np.uint8),)),
        (lambda x: x[jnp.array([2, 0]), jnp.array([1, 3])], (X,)),
        (lambda x: x[:, jnp.array([[2, 0], [-1, 1]])], (X,)),
        (lambda x: jnp.take_along_axis(x, jnp.argsort(x, 1), 1), (Y,)),
        (lambda x: jax.vmap(lambda row, k: row[k])(x, jnp.array([0, 3, 1])), (X,)),
        (lambda x: jnp.take(x, jnp.array([0, 2]), axis=0), (X > 0.5,)),
    ],
    "iota": [(lambda x: x * jnp.arange(4) + jnp.eye(3, 4), (X,))],
    "le_to": [(lambda x: jnp.searchsorted(x[0], x[1]), (np.sort(TIED, 1),))],
    "lt_to": [(lambda x: jnp.searchsorted(x[0], x[1], side="right"), (np.sort(TIED, 1),))],
    "pad": [(lambda x: lax.pad(x, 0.5, ((2, -1, 1), (-3, 1, 2))), (X,))],
    "reshape": [(lambda x: lax.reshape(x, (2, 6), (1, 0)), (X,))],
    "rev": [(on_axis(lax.rev, dimensions=(0, 1)), (X,))],
    "scatter": [
        (lambda x: x.at[jnp.array([0, 2]), jnp.array([1, 1])].set(5.0), (X,)),
        (lambda x: x.at[:, jnp.array([3, 0])].set(x[:, :2]), (X,)),
        (lambda x: x.at[7].set(0.0, mode="clip"), (X,)),
    ],
    "scatter-add": [
        (scattered(lax.scatter_add), (X,)),
        (scattered(lax.scatter_add, "clip"), (X,)),
        (grad(lambda x: jnp.take_along_axis(x, jnp.argsort(x, 1)[:, :2], 1) ** 2), (Y,)),
        (lambda x: jnp.bincount(x.ravel() + 7, length=16), (INTEGERS,)),
    ],
    "scatter-max": [(scattered(lax.scatter_max), (Y,))],
    "scatter-min": [(scattered(lax.scatter_min), (Y,))],
    "scatter-mul": [(scattered(lax.scatter_mul), (X,))],
    "scatter-sub": [(lambda x: x.at[jnp.array([1, 1])].subtract(0.7), (X,))],
    "slice": [(lambda x: x[0:3:2, 1:3], (X,))],
    "sort": [
        (on_axis(jnp.sort, axis=0), (Y,)),
        (lambda x, y: lax.sort((x, y, x * y), dimension=1, num_keys=2), (TIED, Y)),
        (on_axis(jnp.argsort, axis=1), (INTEGERS,)),
    ],
    "split": [(on_axis(lax.split, sizes=(1, 3), axis=1), (X,))],
    "squeeze": [(lambda x: lax.squeeze(x[:, None, :, None], (1, 3)), (X,))],
    "stack": [(lambda x, y: jnp.stack([x, y], 1), (X, Y))],
    "tile": [(on_axis(jnp.tile, reps=(2, 1, 3)), (X,))],
    "top_k": [
        (on_axis(lax.top_k, k=3), (TIED,)),
        (on_axis(lax.top_k, k=2), (INTEGERS.astype(np.uint8),)),
    ],
    "transpose": [(lambda x: x.transpose(2, 0, 3, 1), (IMAGE,))],
    "unstack": [(lambda x: jnp.unstack(x, axis=1), (X,))],
}
