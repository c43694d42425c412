"""Where the exactness of `check_torch` ends, and where it does not."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from backproof import check_torch
from backproof.verdict import Status
from backproof.verdict.witnesses import DIFFERENCES, EXACT
from checks.in_torch.functions import by, custom, normal


def slope_of_airy(dy: Any, x: Any) -> Any:
    """By differences in float64, to nine digits."""
    airy, h, z = torch.special.airy_ai, 1e-5, x.double()
    return dy * ((airy(z + h) - airy(z - h)) / (2 * h)).to(x.dtype)


def test_without_an_exact_rule_differences_decide() -> None:
    """The operation is named with its line; right code passes, a sign does not."""
    airy = torch.special.airy_ai
    right = check_torch(custom(airy, slope_of_airy), normal(4))
    wrong = check_torch(custom(airy, lambda dy, x: -slope_of_airy(dy, x)), normal(4))
    assert right.status is Status.CORRECT and wrong.status is Status.WRONG
    for verdict in (right, wrong):
        assert "special_airy_ai is not followed at" in verdict.silent[EXACT]
        assert set(by(verdict, DIFFERENCES)) == {"x"}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.linalg.svdvals(x),
        lambda x: torch.fft.rfft(x),
        lambda x: x * 2 if x.sum() > 0 else x * 3,
        lambda x: torch.func.grad(lambda z: (z**3).sum())(x),
        lambda x: torch.func.jvp(torch.sin, (x,), (torch.ones_like(x),))[1],
        lambda x: torch.func.vmap(lambda z: torch.tanh(z).sum())(x),
        lambda x: torch.autograd.grad((x**3).sum(), x, create_graph=True)[0],
        torch.compile(lambda x: torch.tanh(x) * x, backend="eager"),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_code_of_many_kinds_is_followed(function: Any, dtype: torch.dtype) -> None:
    """A decomposition, complex outputs, a branch on a number, derivatives inside, what torch
    compiles: exactly, forward and backward.
    """
    verdict = check_torch(function, normal(4, 3, dtype=dtype))
    assert verdict.status is Status.CORRECT, str(verdict)
    assert "forward and backward followed" in verdict.evidence


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.func.hessian(lambda z: (z**3).sum())(x[0]),
        custom(
            lambda x: torch.from_numpy(np.tanh(x.detach().numpy())),
            lambda dy, x: dy * (1 - x.tanh() ** 2),
        ),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_code_that_cannot_be_followed_is_run_by_torch(function: Any, dtype: torch.dtype) -> None:
    """Tensors without numbers inside, NumPy: decided all the same, in float64."""
    verdict = check_torch(function, normal(4, 3, dtype=dtype))
    assert verdict.status is Status.CORRECT, str(verdict)
    assert verdict.silent[EXACT]


def test_what_was_captured_in_short_floats_is_run_in_float64_too() -> None:
    """A float32 matrix within a function that only torch can run: its difference is resolved."""
    airy = custom(torch.special.airy_ai, slope_of_airy)
    W, b = normal(3, 3, dtype=torch.float32, seed=1), nn.Linear(3, 3)
    verdict = check_torch(
        lambda x: airy(b(x @ W).float()), normal(4, 3, dtype=torch.float32), seed=0
    )
    assert verdict.status is Status.CORRECT and "airy_ai" in verdict.silent[EXACT]


@pytest.mark.parametrize(("factor", "right"), [(1, True), (1.01, False)])
def test_many_elements_are_judged_along_one_direction(factor: float, right: bool) -> None:
    """120,000 are more than exact arithmetic has time for; a factor is seen all the same."""
    tanh = custom(torch.tanh, lambda dy, x: dy * (1 - x.tanh() ** 2) * factor)
    x, W = normal(2, 400, dtype=torch.float32), normal(400, 300, dtype=torch.float32) / 20
    verdict = check_torch(lambda x, W: tanh(x @ W), x, W)
    assert bool(verdict) is right and "more than exact" in verdict.silent[EXACT], str(verdict)
