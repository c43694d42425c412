"""The JAX witness: the network in jax.numpy, differentiated by jax.value_and_grad under jit.

XLA's compilation is the floor of what this witness costs, so each combination of a network, a
batch size and a dtype is compiled once in a process.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, assert_never

import jax
import jax.numpy as jnp
import numpy as np

from backproof.architectures import (
    ELU,
    GELU,
    INPUT,
    SELU,
    AbsoluteError,
    Array,
    BinaryCrossEntropy,
    Case,
    CrossEntropy,
    Dense,
    HalfSquaredError,
    Huber,
    Identity,
    Layer,
    LeakyReLU,
    Loss,
    Network,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    SquaredError,
    Tanh,
    TanhGELU,
    Tensors,
    values,
)
from backproof.reference.answer import LOSS, Answer

Named = dict[str, jax.Array]


def answer_to(case: Case) -> Answer:
    """The loss and every gradient of a case, in the case's dtype."""
    tensors, target = values(case)
    with jax.enable_x64(True):
        loss, gradients = compiled(case.network)(tensors, target)
        named = {name: np.asarray(g) for name, g in gradients.items()}
        return Answer("jax", {LOSS: np.asarray(loss), **named})


def descend(
    network: Network, start: Tensors, batches: Iterable[tuple[Array, Array]], rate: float
) -> Iterator[Tensors]:
    """Plain gradient descent from `start`, a jitted step; the parameters after every batch."""

    @jax.jit
    def step(parameters: Named, x: jax.Array, target: jax.Array) -> Named:
        slopes = jax.grad(lambda p: evaluate(network, {INPUT: x, **p}, target))(parameters)
        return jax.tree.map(lambda p, g: p - rate * g, parameters, slopes)

    with jax.enable_x64(True):
        parameters: Any = {name: jnp.asarray(t) for name, t in start.items()}
    for x, target in batches:
        with jax.enable_x64(True):
            parameters = step(parameters, x, target)
            result = {name: np.asarray(p) for name, p in parameters.items()}
        yield result


@lru_cache(maxsize=256)
def compiled(network: Network) -> Callable[[Any, Any], Any]:
    """The jitted (loss, gradients) of a network; jit itself keeps one program for each shape."""
    return jax.jit(jax.value_and_grad(lambda tensors, target: evaluate(network, tensors, target)))


def evaluate(network: Network, tensors: Named, target: jax.Array) -> jax.Array:
    """The network's loss; tensors are named by their gradients, as in `architectures.values`."""
    a = tensors[INPUT]
    for j, (layer, _, names) in enumerate(network.shapes()):
        a = _layer(layer, a, {name.removeprefix(f"{j}."): tensors[name] for name in names})
    return _loss(network.loss, a, target)


def _layer(layer: Layer, x: jax.Array, p: Named) -> jax.Array:
    match layer:
        case Dense():
            return jnp.einsum("ni,oi->no", x, p["W"]) + p["b"]
        case Identity():
            return x
        case Sigmoid():
            return jax.nn.sigmoid(x)
        case Tanh():
            return jnp.tanh(x)
        case ReLU():
            return jax.nn.relu(x)
        case LeakyReLU(slope):
            return jax.nn.leaky_relu(x, slope)
        case ELU(alpha):
            return jax.nn.elu(x, alpha)
        case SELU(alpha, scale):
            return scale * jax.nn.elu(x, alpha)
        case GELU():
            return jax.nn.gelu(x, approximate=False)
        case TanhGELU():  # jax.nn.gelu adds 1 + tanh, whose digits are gone left of 0
            return x * jax.nn.sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x**3))
        case SiLU():
            return jax.nn.silu(x)
        case Softplus():
            return jax.nn.softplus(x)
        case unknown:
            assert_never(unknown)


def _loss(loss: Loss, z: jax.Array, t: jax.Array) -> jax.Array:
    terms = _terms(loss, z, t)
    return terms.sum() if loss.reduction == "sum" else terms.mean()


def _terms(loss: Loss, z: jax.Array, t: jax.Array) -> jax.Array:
    match loss:
        case HalfSquaredError():
            return (z - t) ** 2 / 2
        case SquaredError():
            return (z - t) ** 2
        case AbsoluteError():
            return jnp.abs(z - t)
        case Huber(delta=delta):
            r = jnp.abs(z - t)
            return jnp.where(r <= delta, r**2 / 2, delta * (r - delta / 2))
        case BinaryCrossEntropy():
            return -t * jax.nn.log_sigmoid(z) - (1 - t) * jax.nn.log_sigmoid(-z)
        case CrossEntropy():
            t = jax.nn.one_hot(t, z.shape[1], dtype=z.dtype) if loss.labels == "index" else t
            return -(t * jax.nn.log_softmax(z)).sum(axis=1)
        case unknown:
            assert_never(unknown)
