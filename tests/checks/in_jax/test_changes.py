"""What JAX code keeps of its calls: it is as it was before anybody asked."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

import backproof
from backproof.verdict import Status

X = np.array([0.5, -1.5, 2.0], dtype=np.float32)
LOG: list[str] = []


class Counting:
    """A sine that counts, in its own attributes and in those of its class."""

    calls: ClassVar[dict[int, str]] = {}

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.total = np.zeros(2)

    def __call__(self, x: Any) -> Any:
        """A function with a rule that writes down its calls."""
        Counting.calls[len(Counting.calls)] = "forward"
        self.seen.append(len(self.seen))
        self.total += 1
        return logged(x)


@jax.custom_vjp
def logged(x: Any) -> Any:
    """A sine."""
    return jnp.sin(x)


def forward(x: Any) -> Any:
    """Its rule's forward pass."""
    LOG.append("forward")
    return jnp.sin(x), x


def backward(x: Any, dy: Any) -> Any:
    """Its backward pass."""
    LOG.append("backward")
    return (dy * jnp.cos(x),)


logged.defvjp(forward, backward)


def test_what_code_keeps_of_its_calls_is_as_it_was_before() -> None:
    """Lists, dicts and arrays, of an object, its class and the module."""
    counting = Counting()
    assert backproof.check_jax(counting, X).status is Status.CORRECT
    assert backproof.check_jax(logged, X).status is Status.CORRECT
    backproof.gradient(lambda x: counting(x).sum(), jnp.asarray(X))
    assert (LOG, counting.seen, Counting.calls) == ([], [], {})
    assert counting.total.tolist() == [0.0, 0.0]
