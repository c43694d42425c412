"""The call that a verdict shows: it names what was given, so that it judges the same again."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import backproof
from backproof.checks.request import called
from backproof.verdict import Verdict

X = np.array([1.0, 2.0, 3.0])
ACCEPT = {"factor": 1e-3}


def square(x: np.ndarray) -> float:
    """The sum of squares."""
    return float(x @ x)


def double(x: np.ndarray) -> np.ndarray:
    """Its gradient."""
    return 2 * x


def tripled(x: np.ndarray) -> tuple[np.ndarray, None]:
    """A layer without a cache."""
    return 3 * x, None


def backward(dy: np.ndarray, _: None) -> np.ndarray:
    """Its backward pass."""
    return 3 * dy


def in_torch(x: torch.Tensor) -> torch.Tensor:
    """The sum of squares, of a tensor."""
    return (x * x).sum()


def in_jax(x: jnp.ndarray) -> jnp.ndarray:
    """The same, of an array of JAX."""
    return (x * x).sum()


def alone(x: np.ndarray) -> np.ndarray:
    """The layer's output alone."""
    return tripled(x)[0]


@pytest.mark.parametrize(
    ("verdict", "call"),
    [
        (
            lambda **given: backproof.check(square, double, X, reference=square, **given),
            "check(square, double, *args, seed=3, reference=square",
        ),
        (
            lambda **given: backproof.check_layer(tripled, backward, X, reference=alone, **given),
            "check_layer(tripled, backward, *inputs, seed=3, reference=alone",
        ),
        (
            lambda **given: backproof.check_torch(
                in_torch, torch.tensor(X), reference=in_torch, **given
            ),
            "check_torch(in_torch, *args, seed=3, reference=in_torch",
        ),
        (
            lambda **given: backproof.check_jax(in_jax, X, reference=in_jax, **given),
            "check_jax(in_jax, *args, seed=3, reference=in_jax",
        ),
    ],
    ids=["check", "check_layer", "check_torch", "check_jax"],
)
def test_every_way_in_names_what_it_was_given(verdict: Callable[..., Verdict], call: str) -> None:
    """The reference by its name, what is accepted by codes."""
    assert verdict(seed=3, accept=ACCEPT).again == f"backproof.{call}, accept={{'BP102': 0.001}})"
    assert verdict(seed=3).again == f"backproof.{call})"


def test_a_call_names_nothing_that_was_not_given() -> None:
    """An empty dict accepts nothing."""
    assert (
        called("check", ("f", "g"), "args", 0, None, {}) == "backproof.check(f, g, *args, seed=0)"
    )
