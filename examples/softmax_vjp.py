"""A JAX function with a `custom_vjp`: `check_jax` judges the rule that jax.grad would use.

python examples/softmax_vjp.py
"""

import jax
import jax.numpy as jnp
import numpy as np

import backproof


def softmax(x):
    """Over the last axis."""
    e = jnp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def forward(x):
    """The output is all that the backward needs."""
    y = softmax(x)
    return y, y


def right_backward(y, dy):
    """dx = y (dy - <dy, y>): the whole Jacobian."""
    return (y * (dy - (dy * y).sum(axis=-1, keepdims=True)),)


def wrong_backward(y, dy):
    """Its diagonal alone, as if the outputs did not share a sum."""
    return (y * (1 - y) * dy,)


right_softmax = jax.custom_vjp(softmax)
right_softmax.defvjp(forward, right_backward)

wrong_softmax = jax.custom_vjp(softmax)
wrong_softmax.defvjp(forward, wrong_backward)


if __name__ == "__main__":
    x = np.random.default_rng(0).standard_normal((3, 5))
    print(backproof.check_jax(right_softmax, x))
    print(backproof.check_jax(wrong_softmax, x))
