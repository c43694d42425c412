"""Uses of JAX's operations on whole arrays: sums, products, windows, factors, control."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name

from programs.jaxpr.functions import (
    IMAGE,
    INTEGERS,
    KERNEL,
    MATRIX,
    POSITIVE,
    TALL,
    TIED,
    Example,
    X,
    Y,
    as_many_loops,
    conv,
    grad,
    joined,
    kernel,
    loop,
    on_axis,
    pool,
    printed,
    spectrum,
    step,
)

ARRAYS: dict[str, list[Example]] = {
    "cholesky": [
        (jnp.linalg.cholesky, (POSITIVE,)),
        (lax.linalg.cholesky, (np.stack([POSITIVE] * 2),)),
    ],
    "cond": [
        (lambda x: lax.cond(x.sum() > 0, jnp.sin, jnp.cos, x), (Y,)),
        (lambda x: lax.switch(7, [jnp.sin, jnp.cos, jnp.tan], x), (Y,)),
    ],
    "conv_general_dilated": [
        (conv((2, 1), "SAME", feature_group_count=2), (IMAGE, KERNEL)),
        (conv((1, 2), [(2, -1), (0, 3)], rhs_dilation=(2, 1)), (IMAGE[:, :2], KERNEL)),
        (conv((1, 1), [(1, 2), (0, 1)], lhs_dilation=(2, 3)), (IMAGE[:, 2:], KERNEL)),
        (conv((1, 1), "SAME", batch_group_count=2), (IMAGE[:, :2], KERNEL)),
        (
            conv((2,), "SAME", dimension_numbers=("NWC", "WIO", "CNW")),
            (IMAGE[0][..., :3], KERNEL[0].T),
        ),
        (grad(lambda w: conv((2, 1), "SAME", feature_group_count=2)(IMAGE, w) ** 2), (KERNEL,)),
        (grad(lambda x: conv((2, 2), "VALID", feature_group_count=2)(x, KERNEL) ** 2), (IMAGE,)),
    ],
    "cumlogsumexp": [(on_axis(lax.cumlogsumexp, axis=1, reverse=r), (Y,)) for r in (False, True)],
    "cummax": [(on_axis(lax.cummax, axis=1), (TIED,))],
    "cummin": [(on_axis(lax.cummin, axis=0, reverse=True), (Y,))],
    "cumprod": [(on_axis(lax.cumprod, axis=1), (Y,))],
    "cumsum": [(on_axis(lax.cumsum, axis=0, reverse=True), (Y,)), (jnp.cumsum, (INTEGERS,))],
    "custom_linear_solve": [
        (jnp.linalg.solve, (MATRIX, X)),
        (jax.grad(lambda a: jnp.linalg.inv(a)[0, 1]), (MATRIX,)),
    ],
    "debug_callback": [(printed, (X,))],
    "debug_print": [(printed, (X,))],
    "device_put": [(jax.device_put, (X,))],
    "dot_general": [
        (lambda x, y: jnp.einsum("bij,bkj->kbi", x, y), (IMAGE[0], IMAGE[1])),
        (lambda x, y: jnp.einsum("i,j->ji", x, y), (X[0], Y[:, 0])),
        (lambda x: jnp.matmul(x, x.T), (INTEGERS,)),
        (lambda x: x[:, :0] @ x[:0], (X,)),
    ],
    "eigh": [(spectrum, (MATRIX,))],
    "fft": [
        (lambda x: jnp.fft.irfft(jnp.fft.rfft(x) ** 2, n=5), (Y,)),
        (lambda x: jnp.abs(jnp.fft.fft2(x)) + jnp.fft.ifft(x).imag, (Y,)),
    ],
    "jit": [(jax.jit(lambda x: x * 2), (X,))],
    "lu": [(jnp.linalg.slogdet, (MATRIX[::-1],)), (lax.linalg.lu, (np.stack([MATRIX, MATRIX.T]),))],
    "name": [(lambda x: checkpoint_name(x, "x"), (X,))],
    "optimization_barrier": [(lambda x: lax.optimization_barrier((x, x))[1], (X,))],
    "pallas_call": [(kernel, (X,))],
    "qr": [(jnp.linalg.qr, (TALL,))],
    "reduce": [(lambda x: lax.reduce(x, 0.5, joined, (0,)), (X,))],
    "reduce_and": [(on_axis(jnp.all, axis=1), (TIED > 0,))],
    "reduce_max": [
        (on_axis(jnp.max, axis=(0, 1)), (TIED,)),
        (on_axis(jnp.max, axis=0), (INTEGERS,)),
    ],
    "reduce_min": [(on_axis(jnp.min, axis=1), (TIED,))],
    "reduce_or": [(on_axis(jnp.any, axis=0), (TIED > 2,))],
    "reduce_prod": [(on_axis(jnp.prod, axis=1), (Y,))],
    "reduce_sum": [
        (on_axis(jnp.sum, axis=(0, 2)), (IMAGE,)),
        (lambda x: x[:, :0].sum(1), (X,)),
        (on_axis(jnp.sum, axis=1), (INTEGERS,)),
    ],
    "reduce_window": [
        (pool(joined, 0.0), (X,)),
        (pool(lax.add, 0.25, strides=(2, 1), padding="VALID"), (X,)),
    ],
    "reduce_window_max": [(pool(lax.max, -jnp.inf, window_dilation=(2, 1)), (Y,))],
    "reduce_window_min": [(pool(lax.min, jnp.inf, padding=((0, 1), (2, 0))), (Y,))],
    "reduce_window_sum": [
        (pool(lax.add, 0.0, base_dilation=(1, 2)), (Y,)),
        (grad(lambda x: pool(lax.add, 0.0)(x) ** 2), (Y,)),
    ],
    "reduce_xor": [(lambda x: lax.reduce(x, 0, lax.bitwise_xor, (1,)), (INTEGERS,))],
    "remat2": [(grad(jax.checkpoint(lambda x: jnp.sin(jnp.sin(x)))), (X,))],
    "scan": [
        (lambda x: lax.scan(step, x[0], x), (Y,)),
        (lambda x: lax.scan(step, x[0], x, reverse=True), (Y,)),
        (lambda x: lax.scan(step, x[0], x[:0]), (Y,)),
        (grad(lambda x: lax.scan(step, x[0], x)[0]), (Y,)),
        (lambda x: lax.fori_loop(0, 3, lambda i, y: y * i + x, x), (Y,)),
    ],
    "select_and_gather_add": [
        (lambda x: jax.jvp(pool(lax.max, -jnp.inf, window_dilation=(2, 1)), (x,), (x,))[1], (Y,))
    ],
    "select_and_scatter_add": [
        (grad(lambda x: pool(lax.max, -jnp.inf, padding=((1, 0), (0, 2)))(x) ** 2), (TIED,)),
        (grad(lambda x: pool(lax.min, jnp.inf)(x) ** 2), (Y,)),
    ],
    "svd": [
        (lambda x: jnp.linalg.svd(x, compute_uv=False), (Y,)),
        (lambda x: jnp.abs(jnp.linalg.svd(x, full_matrices=False)[0]), (TALL,)),
    ],
    "triangular_solve": [
        (on_axis(lax.linalg.triangular_solve, **flags), (MATRIX, X[:, :3]))
        for flags in (
            {"left_side": True, "lower": True},
            {"left_side": True, "transpose_a": True, "unit_diagonal": True},
            {"left_side": False, "lower": True, "transpose_a": True},
            {"left_side": False},
        )
    ],
    "tridiagonal_solve": [
        (
            lambda d, b: lax.linalg.tridiagonal_solve(d[:, 0] / 8, d[:, 1] + 9, d[:, 2], b),
            (MATRIX, X[:, :3]),
        )
    ],
    "while": [(loop, (X,)), (as_many_loops, (X,))],
}
