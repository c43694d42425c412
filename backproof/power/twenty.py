"""Twenty right JAX functions, plain ones, own rules and small networks, to compare with
`jax.test_util.check_grads`; and how to spoil the gradient of any of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backproof.power import twenty_rules as rules


@dataclass(frozen=True, slots=True)
class Item:
    """A function whose gradient is right, and a seed to its inputs.

    ruled: whether it has a `custom_vjp`, which check_grads can only ask for its reverse mode.
    """

    name: str
    function: Callable[..., Any]
    inputs: Callable[[int], tuple[Any, ...]]
    ruled: bool = False

    def __str__(self) -> str:
        """The name alone."""
        return self.name


def normal(*shapes: tuple[int, ...]) -> Callable[[int], tuple[Any, ...]]:
    """A seed to float64 arrays of these shapes from the normal distribution."""
    return lambda seed: tuple(map(np.random.default_rng(seed).standard_normal, shapes))


def gated(x: Any, W: Any, V: Any) -> Any:
    """A gated linear unit with a SiLU."""
    return jax.nn.silu(x @ W) * (x @ V)


def cross_entropy(z: Any) -> Any:
    """Of three samples and four classes, with the labels 0, 2 and 2."""
    return -jax.nn.log_softmax(z)[jnp.arange(3), jnp.array([0, 2, 2])].mean()


def convolution(x: Any, W: Any) -> Any:
    """Two channels to three, a stride of 2 and padding, max pooling at the end."""
    y = jax.lax.conv_general_dilated(x, W, (2, 1), ((1, 1), (0, 1)))
    return jax.lax.reduce_window(y, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 1, 1), "VALID")


def gru(h: Any, xs: Any, U: Any, V: Any) -> Any:
    """A GRU's last state; U and V hold the three gates side by side."""

    def step(h: Any, x: Any) -> Any:
        r, z = jax.nn.sigmoid((x @ U + h @ V)[:4]).reshape(2, 2)
        new = jnp.tanh((x @ U)[4:] + r * (h @ V)[4:])
        return (1 - z) * new + z * h, None

    return jax.lax.scan(step, h, xs)[0]


def mixture(x: Any, centres: Any, log_widths: Any) -> Any:
    """The negative log-likelihood of a mixture of normal distributions."""
    squares = ((x[:, None] - centres) ** 2).sum(-1)
    return -jax.nn.logsumexp(-squares * jnp.exp(-log_widths) / 2 - log_widths, axis=1).sum()


def chain(x: Any) -> Any:
    """Twenty turns of a logistic map, kept tame."""
    return jax.lax.fori_loop(0, 20, lambda _, y: 0.9 * jnp.sin(y) + 0.1 * x, x)


def standardised(x: Any) -> Any:
    """A batch, standardised and squashed."""
    return jnp.tanh((x - x.mean(0)) / jnp.sqrt(x.var(0) + 1e-3))


def regression(seed: int) -> tuple[Any, ...]:
    """A linear model's parameters in a dictionary, five samples and their targets."""
    W, b, x, t = normal((3, 2), (2,), (5, 3), (5, 2))(seed)
    return {"W": W, "b": b}, x, t


TWENTY = (
    Item("sin exp", lambda x: jnp.sin(jnp.exp(x)), normal((5,))),
    Item("power", lambda x: (1 + x * x) ** 1.5, normal((3, 2))),
    Item("outer product", jnp.outer, normal((3,), (4,))),
    Item("einsum", partial(jnp.einsum, "bij,bjk->bik"), normal((2, 3, 4), (2, 4, 2))),
    Item("cumulative sum", lambda x: jnp.cumsum(jnp.tanh(x), axis=1), normal((3, 4))),
    Item("sorted", lambda x: jnp.sort(x, axis=-1) * jnp.arange(4.0), normal((3, 4))),
    Item("gelu", lambda x: jax.nn.gelu(x, approximate=False), normal((3, 4))),
    Item("elu", lambda x: jax.nn.elu(x, 0.7), normal((3, 4))),
    Item("cross-entropy", cross_entropy, normal((3, 4))),
    Item("mixture", mixture, normal((5, 2), (3, 2), (3,))),
    Item("gated unit", gated, normal((4, 3), (3, 2), (3, 2))),
    Item("convolution", convolution, normal((2, 2, 6, 5), (3, 2, 3, 2))),
    Item("gru", gru, normal((2,), (4, 3), (3, 6), (2, 6))),
    Item("chain", chain, normal((3,))),
    Item("standardised batch", standardised, normal((4, 3))),
    Item("softmax, own rule", rules.softmax, normal((3, 4)), True),
    Item("layer norm, own rule", rules.layer_norm, normal((4, 5), (5,), (5,)), True),
    Item("attention, own rule", rules.attention, normal((3, 2), (5, 2), (5, 4)), True),
    Item("ridge regression, own rule", rules.ridge, regression, True),
    Item("rnn, own rule", rules.rnn, normal((3,), (4, 2), (2, 3), (3, 3)), True),
)


def spoiled(function: Callable[..., Any], spoil: Callable[[Any], Any]) -> Callable[..., Any]:
    """The same function, with every array of its gradient passed through `spoil`."""

    def forward(*args: Any) -> Any:
        return jax.vjp(function, *args)

    def backward(pull: Any, g: Any) -> Any:
        return jax.tree.map(spoil, pull(g))

    return rules.ruled(function, forward, backward)


def all_off(g: Any, part: float) -> Any:
    """Every element is too large by a part of itself."""
    return g * (1 + part)
