"""Gradients of nearly the same function: a clamp, an epsilon, a rounding, one of them or two."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from backproof import Verdict, check, check_jax, check_torch
from backproof.verdict import Status
from checks.in_torch.functions import custom

X = np.random.default_rng(0).standard_normal((3, 4))
P = np.abs(X) + 0.1
W = np.random.default_rng(1).standard_normal((4, 2))


def in_numpy(forward: Any, slope: Any, x: Any) -> Verdict:
    """A sum with its slope by hand."""
    return check(lambda x: forward(np, x).sum(), lambda x: slope(np, x), x)


def in_torch(forward: Any, slope: Any, x: Any) -> Verdict:
    """A custom Function."""
    function = custom(lambda x: forward(torch, x), lambda dy, x: dy * slope(torch, x))
    return check_torch(function, torch.from_numpy(x))


def in_jax(forward: Any, slope: Any, x: Any) -> Verdict:
    """A custom_vjp."""
    function = jax.custom_vjp(lambda x: forward(jnp, x))
    function.defvjp(lambda x: (forward(jnp, x), x), lambda x, dy: (dy * slope(jnp, x),))
    return check_jax(function, x)


WAYS = (in_numpy, in_torch, in_jax)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("forward", "slope", "code"),
    [
        (lambda m, x: m.clip(x, -0.5, 0.5) ** 2, lambda m, x: 2 * m.clip(x, -0.5, 0.5), "BP125"),
        (lambda m, x: m.clip(x, -0.5, 0.5) ** 2, lambda m, x: 2 * x, "BP118"),
        (
            lambda m, x: m.clip(x, -0.5, 0.5) ** 2,
            lambda m, x: 2 * m.clip(x, -0.5, 10) * (x > -0.5),
            "BP118",
        ),
        (lambda m, x: m.clip(x, 0, None) ** 3, lambda m, x: 3 * x**2, "BP121"),
        (
            lambda m, x: m.round(4 * m.clip(x, -0.5, 0.5)) / 4 * x,
            lambda m, x: m.round(4 * m.clip(x, -0.5, 0.5)) / 4 + x,
            "BP125",
        ),
    ],
)
def test_a_clamp_is_told_by_what_passes(way: Any, forward: Any, slope: Any, code: str) -> None:
    """Straight through it is a surrogate; without one bound, or both, it is another function; at 0
    it is a mask.
    """
    verdict = way(forward, slope, X)
    assert verdict.status is Status.WRONG and verdict.code == code, str(verdict)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("epsilon", [1e-2, 2**-20])
def test_an_epsilon_on_one_side_is_named(way: Any, epsilon: float) -> None:
    """In every framework, with its number."""
    verdict = way(lambda m, x: m.log(x + epsilon), lambda m, x: 1 / x, P)
    assert verdict.code == "BP118" and f"the epsilon of {epsilon:.6g}" in " ".join(
        verdict.diagnosis.split()
    )


@pytest.mark.parametrize("way", [in_numpy, in_torch])
def test_an_epsilon_that_few_floats_see_is_named(way: Any) -> None:
    """A gradient that is off by 1e-15 is so for a reason, which only exact arithmetic tells."""
    verdict = way(lambda m, x: m.log(x + 2e-16), lambda m, x: 1 / x, P)
    assert verdict.code == "BP118" and "epsilon of 2e-16" in verdict.diagnosis, str(verdict)
    assert way(lambda m, x: m.log(x + 2e-16), lambda m, x: 1 / (x + 2e-16), P)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_is_so_in_coarse_formats(dtype: torch.dtype) -> None:
    """A clamp, an epsilon, and both."""
    x = torch.from_numpy(P).to(dtype)
    both = custom(
        lambda x: torch.log(x + 0.0625) + x.clamp(0.25, 0.5), lambda dy, x: dy * (1 / x + 1)
    )
    verdict = check_torch(both, x)
    assert verdict.code == "BP125" and "BP118 as well" in verdict.diagnosis, str(verdict)


@pytest.mark.parametrize("way", WAYS)
def test_two_causes_of_one_tensor_are_both_told(way: Any) -> None:
    """A rounding and an epsilon: each has its code, and both must be accepted."""
    verdict = way(
        lambda m, x: m.log(x + 1e-2) + m.round(3 * x) * x,
        lambda m, x: 1 / x + m.round(3 * x) + 3 * x,
        P,
    )
    said = " ".join(verdict.diagnosis.split())
    assert verdict.code == "BP125" and "BP118 as well" in said and "epsilon of 0.01" in said


def logs(x: Any, w: Any) -> Any:
    """An epsilon that x meets, a clamp that w meets."""
    return (np.log(x + 1e-3) @ np.clip(w, -0.6, 0.6)).sum()


def slopes(x: Any, w: Any) -> Any:
    """Neither of them."""
    total = np.log(x + 1e-3).sum(axis=0)[:, None] * np.ones(2)
    return np.clip(w, -0.6, 0.6).sum(axis=1) / x, total


def test_each_code_is_to_be_accepted() -> None:
    """One of two is not enough, whether one tensor has both or each has one."""
    both = {"BP118": 0.1, "BP125": 10.0}
    for loss, gradient, at in (
        (logs, slopes, (P, W)),
        (lambda x: (np.log(x + 1e-3) + np.round(x)).sum(), lambda x: 1 / x + 1, (P,)),
    ):
        assert check(loss, gradient, *at, accept={"BP118": 10.0, "BP125": 10.0}).status is (
            Status.ACCEPTED
        )
        for code in both:
            assert check(loss, gradient, *at, accept={code: 10.0}).status is Status.WRONG


def test_what_another_function_explains_is_told_beside_what_it_does_not() -> None:
    """A sign leads, the epsilon of the other tensor is told with its code."""
    verdict = check(logs, lambda x, w: (slopes(x, w)[0], -logs_slope(x, w)), P, W)
    said = " ".join(verdict.diagnosis.split())
    assert verdict.code == "BP101" and "Besides, x: right without" in said, said
    assert "(BP118)" in said


def logs_slope(x: Any, w: Any) -> Any:
    """The right gradient by w."""
    return slopes(x, w)[1] * (np.abs(w) < 0.6)
