"""Memory: what a check was given it lets go of, however many checks a process makes."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof import check, check_jax, check_torch

Given = tuple[bool, list[Any]]
ROUND = 30
"""Checks after which the objects of a process are counted."""


def in_numpy(k: int, factor: float) -> Given:
    """x tanh x."""

    def loss(x: Any) -> Any:
        return (np.tanh(x) * x).sum()

    def gradient(x: Any) -> Any:
        t = np.tanh(x)
        return factor * (t + x * (1 - t * t))

    x = np.random.default_rng(k).standard_normal((3, 4))
    return bool(check(loss, gradient, x)), [loss, gradient, x]


def in_torch(k: int, factor: float) -> Given:
    """x^2, with a rule of its own."""
    torch = pytest.importorskip("torch")

    class Square(torch.autograd.Function):  # type: ignore[misc]
        """x^2 and 2 x."""

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return factor * 2 * x * g

    x = torch.from_numpy(np.random.default_rng(k).standard_normal((3, 4)))
    return bool(check_torch(Square.apply, x)), [Square, x]


def in_jax(k: int, factor: float) -> Given:
    """sin x, with a rule of its own."""
    jax = pytest.importorskip("jax")

    def sine(x: Any) -> Any:
        return jax.numpy.sin(x)

    ruled = jax.custom_vjp(sine)
    ruled.defvjp(lambda x: (sine(x), x), lambda x, g: (factor * g * jax.numpy.cos(x),))
    x = jax.numpy.asarray(np.random.default_rng(k).standard_normal(5))

    def function(x: Any) -> Any:
        return ruled(x)

    return bool(check_jax(function, x)), [function, x]


@pytest.mark.parametrize("factor", [1.0, 1.25])
@pytest.mark.parametrize("claim", [in_numpy, in_torch, in_jax])
def test_what_was_checked_is_let_go(claim: Callable[[int, float], Given], factor: float) -> None:
    """Functions, classes and arrays of right and of wrong claims die with their last reference."""
    for k in range(3):
        said, given = claim(k, factor)
        assert said is (factor == 1)
        alive = [weakref.ref(x) for x in given]
        del given
        gc.collect()
        assert [r() for r in alive if r() is not None] == []


@pytest.mark.parametrize("claim", [in_numpy, in_torch])
def test_checks_leave_nothing_behind(claim: Callable[[int, float], Given]) -> None:
    """After as many checks again there are hardly more objects."""
    counts = []
    for _ in range(3):
        for k in range(ROUND):
            claim(k, 1 + 0.25 * (k % 2))
        gc.collect()
        counts.append(len(gc.get_objects()))
    assert counts[2] - counts[1] < ROUND, counts
