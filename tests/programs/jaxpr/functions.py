"""Arrays and small functions of which the uses of JAX's operations are made."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental import pallas as pl

Example = tuple[Callable[..., Any], tuple[Any, ...]]

DRAW = np.random.default_rng(5)
X = DRAW.uniform(0.1, 0.9, (3, 4))
Y = DRAW.uniform(-2, 2, (3, 4))
TIED = np.array([[1.0, 3.0, 3.0, 2.0], [2.0, 2.0, -1.0, 2.0], [0.0, 0.5, 0.0, 0.5]])
MATRIX = DRAW.normal(size=(3, 3)) + 3 * np.eye(3)
POSITIVE = MATRIX @ MATRIX.T
INTEGERS = np.array([[-7, 2, 5, -3], [6, 0, 1, 4], [3, 3, -2, 8]])
IMAGE, KERNEL = DRAW.normal(size=(2, 4, 6, 5)), DRAW.normal(size=(4, 2, 3, 2))
TALL = np.random.default_rng(3).normal(size=(4, 3))
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


def spectrum(x: Any) -> Any:
    """Eigenvalues, and the vectors without their signs."""
    values, vectors = jnp.linalg.eigh(x @ x.T)
    return values, jnp.abs(vectors)


def complex_numbers(x: Any) -> Any:
    """Products, quotients and parts of complex numbers."""
    z = lax.complex(x, x * x) * jnp.exp(1j * x) / (2 + 1j)
    return z.real - jnp.conj(z).imag + jnp.abs(z)


def as_many_loops(x: Any) -> Any:
    """Loops that end after different numbers of turns, run together."""
    return jax.vmap(lambda r: lax.while_loop(lambda c: c.sum() < 3, lambda c: c * 1.5, r))(x)


def drawn_by_rejection(x: Any) -> Any:
    """A sample of a distribution that depends on the argument."""
    return jax.random.gamma(jax.random.key(0), 1 + x**2)


def kernel(x: Any) -> Any:
    """A Pallas kernel, row by row."""

    def row(x_ref: Any, y_ref: Any) -> None:
        y_ref[...] = jnp.sin(x_ref[...]) * x_ref[...]

    block = pl.BlockSpec((1, x.shape[1]), lambda i: (i, 0))
    shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
    called = pl.pallas_call(
        row, shape, grid=(len(x),), in_specs=[block], out_specs=block, interpret=True
    )
    return called(x)
