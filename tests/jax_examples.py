"""A small use of every primitive that has a rule, and of those with many parameters, many uses."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name

Example = tuple[Callable[..., Any], tuple[Any, ...]]

DRAW = np.random.default_rng(5)
X = DRAW.uniform(0.1, 0.9, (3, 4))
Y = DRAW.uniform(-2, 2, (3, 4))
TIED = np.array([[1.0, 3.0, 3.0, 2.0], [2.0, 2.0, -1.0, 2.0], [0.0, 0.5, 0.0, 0.5]])
MATRIX = DRAW.normal(size=(3, 3)) + 3 * np.eye(3)
POSITIVE = MATRIX @ MATRIX.T
INTEGERS = np.array([[-7, 2, 5, -3], [6, 0, 1, 4], [3, 3, -2, 8]])
IMAGE, KERNEL = DRAW.normal(size=(2, 4, 6, 5)), DRAW.normal(size=(4, 2, 3, 2))
PLACES = np.array([[0], [2], [2], [9]])


def on_axis(primitive: Any, **parameters: Any) -> Callable[..., Any]:
    """A function of lax with its parameters bound."""
    return lambda *arrays: primitive(*arrays, **parameters)


def grad(function: Callable[..., Any]) -> Callable[..., Any]:
    """The gradient of the sum of what a function returns."""
    return jax.grad(lambda x: function(x).sum())


def pool(kind: Any, start: float, **layout: Any) -> Callable[[Any], Any]:
    """Windows of 2 x 3, by default next to one another by steps of 1 and 2."""
    strides, padding = layout.pop("strides", (1, 2)), layout.pop("padding", "SAME")
    return lambda x: lax.reduce_window(x, start, kind, (2, 3), strides, padding, **layout)


def conv(*arguments: Any, **parameters: Any) -> Callable[[Any, Any], Any]:
    """A convolution with strides, padding and the rest."""
    return lambda x, w: lax.conv_general_dilated(x, w, *arguments, **parameters)


def gathered(x: Any, mode: str, **fill: Any) -> Any:
    """Rows of x, one of them out of bounds."""
    numbers = lax.GatherDimensionNumbers((1,), (0,), (0,))
    return lax.gather(x, PLACES, numbers, (1, x.shape[1]), mode=mode, **fill)


def scattered(primitive: Any, mode: str = "drop") -> Callable[[Any], Any]:
    """Rows written to rows, two of them to the same, one of them out of bounds."""
    numbers = lax.ScatterDimensionNumbers((1,), (0,), (0,))
    return lambda x: primitive(x, PLACES, X[[0, 1, 1, 2]] - 0.5, numbers, mode=mode)


def loop(x: Any) -> Any:
    """Steps until a sum is large."""
    return lax.while_loop(lambda c: c[0] < 50, lambda c: (c[0] + c[1].sum(), c[1] * 1.5), (0.0, x))


def step(carry: Any, row: Any) -> Any:
    """One step of a scan."""
    return jnp.tanh(carry + row), carry * row


def joined(a: Any, b: Any) -> Any:
    """(1 + a) (1 + b) - 1: in whichever order the terms come."""
    return a * b + a + b


@jax.custom_vjp
def with_rule(x: Any) -> Any:
    """A sine with a rule of its own."""
    return jnp.sin(x)


with_rule.defvjp(lambda x: (jnp.sin(x), x), lambda x, dy: (dy * jnp.cos(x),))


def printed(x: Any) -> Any:
    """A function that prints and calls back."""
    jax.debug.print("{}", x, ordered=False)
    jax.debug.callback(lambda _: None, x)
    return x * 2


def unary(name: str, x: Any = X) -> list[Example]:
    """One function of lax."""
    return [(getattr(lax, name), (x,))]


def binary(name: str, x: Any = X, y: Any = Y) -> list[Example]:
    """One function of two arrays, or of numbers and an array."""
    return [(getattr(lax, name), (x, y)), (lambda a: getattr(lax, name)(a, a[::-1]), (TIED + 2,))]


SMOOTH = "asin asinh atan atanh cbrt cos cosh erf erf_inv exp exp2 expm1 log log1p logistic"
BINARY = "add sub mul max min eq ne lt le gt ge atan2"
SMOOTH += (
    " neg acos rsqrt sin sinh sqrt square tan tanh abs floor ceil sign is_finite stop_gradient"
)

EXAMPLES: dict[str, list[Example]] = {
    **{name: unary(name) for name in SMOOTH.split()},
    **{name: binary(name) for name in BINARY.split()},
    "acosh": unary("acosh", X + 1.5),
    "add_any": [(grad(lambda x: jnp.sin(x) * x), (Y,))],
    "and": [(lambda x: (x > 0) & (x < 1), (Y,)), (lambda x: jnp.asarray(x) & 6, (INTEGERS,))],
    "argmax": [(on_axis(jnp.argmax, axis=1), (TIED,)), (on_axis(jnp.argmax, axis=0), (INTEGERS,))],
    "argmin": [(on_axis(jnp.argmin, axis=0), (TIED,))],
    "broadcast_in_dim": [(lambda x: lax.broadcast_in_dim(x, (3, 2, 4), (0, 2)), (X,))],
    "cholesky": [
        (jnp.linalg.cholesky, (POSITIVE,)),
        (lax.linalg.cholesky, (np.stack([POSITIVE] * 2),)),
    ],
    "clamp": [
        (lambda x: lax.clamp(-0.5, x, 1.0), (Y,)),
        (lambda x: lax.clamp(0, x, 3), (INTEGERS,)),
    ],
    "concatenate": [(lambda x, y: jnp.concatenate([x, y, x], 1), (X, Y))],
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
    "convert_element_type": [
        (lambda x: x.astype(jnp.float32) * 1.0, (TIED,)),
        (lambda x: (3.7 * x).astype(int), (Y,)),
        (lambda x: x.astype(bool), (TIED,)),
        (lambda x: jnp.asarray(x).astype(float) / 3, (INTEGERS,)),
    ],
    "copy": [(jnp.copy, (X,))],
    "cumlogsumexp": [(on_axis(lax.cumlogsumexp, axis=1, reverse=r), (Y,)) for r in (False, True)],
    "cummax": [(on_axis(lax.cummax, axis=1), (TIED,))],
    "cummin": [(on_axis(lax.cummin, axis=0, reverse=True), (Y,))],
    "cumprod": [(on_axis(lax.cumprod, axis=1), (Y,))],
    "cumsum": [(on_axis(lax.cumsum, axis=0, reverse=True), (Y,)), (jnp.cumsum, (INTEGERS,))],
    "custom_jvp_call": [(jax.nn.relu, (Y,)), (jnp.logaddexp, (X, Y))],
    "custom_linear_solve": [
        (jnp.linalg.solve, (MATRIX, X)),
        (jax.grad(lambda a: jnp.linalg.inv(a)[0, 1]), (MATRIX,)),
    ],
    "custom_vjp_call": [(with_rule, (X,))],
    "debug_callback": [(printed, (X,))],
    "debug_print": [(printed, (X,))],
    "device_put": [(jax.device_put, (X,))],
    "digamma": unary("digamma"),
    "div": [*binary("div"), (lambda x: lax.div(x, jnp.int64(3)), (INTEGERS,))],
    "dot_general": [
        (lambda x, y: jnp.einsum("bij,bkj->kbi", x, y), (IMAGE[0], IMAGE[1])),
        (lambda x, y: jnp.einsum("i,j->ji", x, y), (X[0], Y[:, 0])),
        (lambda x: jnp.matmul(x, x.T), (INTEGERS,)),
        (lambda x: x[:, :0] @ x[:0], (X,)),
    ],
    "dynamic_slice": [(lambda x: lax.dynamic_slice(x, (2, -1), (2, 3)), (X,))],
    "dynamic_update_slice": [(lambda x, y: lax.dynamic_update_slice(x, y[:2, 1:], (2, 0)), (X, Y))],
    "erfc": unary("erfc", Y),
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
    "integer_pow": [(lambda x: x**3 + x**-2, (Y,))],
    "iota": [(lambda x: x * jnp.arange(4) + jnp.eye(3, 4), (X,))],
    "jit": [(jax.jit(lambda x: x * 2), (X,))],
    "le_to": [(lambda x: jnp.searchsorted(x[0], x[1]), (np.sort(TIED, 1),))],
    "lgamma": unary("lgamma") + unary("lgamma", Y),
    "lt_to": [(lambda x: jnp.searchsorted(x[0], x[1], side="right"), (np.sort(TIED, 1),))],
    "lu": [(jnp.linalg.slogdet, (MATRIX[::-1],)), (lax.linalg.lu, (np.stack([MATRIX, MATRIX.T]),))],
    "name": [(lambda x: checkpoint_name(x, "x"), (X,))],
    "not": [(lambda x: ~(x > 0), (Y,)), (lambda x: ~jnp.asarray(x), (INTEGERS,))],
    "optimization_barrier": [(lambda x: lax.optimization_barrier((x, x))[1], (X,))],
    "or": [(lambda x: (x > 1) | (x < 0), (Y,))],
    "pad": [(lambda x: lax.pad(x, 0.5, ((2, -1, 1), (-3, 1, 2))), (X,))],
    "polygamma": [(lambda x: lax.polygamma(2.0, x), (X,)), (grad(lax.digamma), (X,))],
    "pow": [(lambda x: x**1.3 + 2**x, (X,)), (lambda x: lax.pow(x, INTEGERS), (Y,))],
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
    "rem": [*binary("rem"), (lambda x: lax.rem(x, jnp.int64(3)), (INTEGERS,))],
    "remat2": [(grad(jax.checkpoint(lambda x: jnp.sin(jnp.sin(x)))), (X,))],
    "reshape": [(lambda x: lax.reshape(x, (2, 6), (1, 0)), (X,))],
    "rev": [(on_axis(lax.rev, dimensions=(0, 1)), (X,))],
    "round": [
        (lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO), (TIED - 0.5,)),
        (jnp.round, (TIED - 1.5,)),
        (jnp.round, (Y,)),
    ],
    "scan": [
        (lambda x: lax.scan(step, x[0], x), (Y,)),
        (lambda x: lax.scan(step, x[0], x, reverse=True), (Y,)),
        (lambda x: lax.scan(step, x[0], x[:0]), (Y,)),
        (grad(lambda x: lax.scan(step, x[0], x)[0]), (Y,)),
        (lambda x: lax.fori_loop(0, 3, lambda i, y: y * i + x, x), (Y,)),
    ],
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
    "select_and_gather_add": [
        (lambda x: jax.jvp(pool(lax.max, -jnp.inf, window_dilation=(2, 1)), (x,), (x,))[1], (Y,))
    ],
    "select_and_scatter_add": [
        (grad(lambda x: pool(lax.max, -jnp.inf, padding=((1, 0), (0, 2)))(x) ** 2), (TIED,)),
        (grad(lambda x: pool(lax.min, jnp.inf)(x) ** 2), (Y,)),
    ],
    "select_n": [
        (lambda x: jnp.where(x > 0, x, -1.0), (Y,)),
        (lambda x: lax.select_n(jnp.abs(INTEGERS) % 3, x, x + 1, x * 2), (X,)),
    ],
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
    "triangular_solve": [
        (on_axis(lax.linalg.triangular_solve, **flags), (MATRIX, X[:, :3]))
        for flags in (
            {"left_side": True, "lower": True},
            {"left_side": True, "transpose_a": True, "unit_diagonal": True},
            {"left_side": False, "lower": True, "transpose_a": True},
            {"left_side": False},
        )
    ],
    "unstack": [(lambda x: jnp.unstack(x, axis=1), (X,))],
    "while": [(loop, (X,))],
    "xor": [(lambda x: jnp.asarray(x) ^ 5, (INTEGERS,))],
    "zeta": [(lambda x: lax.zeta(2.5, x), (X,))],
}
"""By primitive. Integers are constants, so that what they meet is followed as ordinary numbers."""
