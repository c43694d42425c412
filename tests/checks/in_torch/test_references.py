"""A reference under `check_torch`: its forward pass, and its truth where none else is."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import by, code, custom, normal

REFERENCE = "reference"
SQUARE = custom(lambda x: x * x, lambda dy, x: 2 * x * dy)


def test_the_forward_pass_is_compared_with_the_reference() -> None:
    """A function that it is not is told; one that raises is silent, and the claim's own decides."""
    confirmed = check_torch(SQUARE, normal(4), reference=lambda a: a.square())
    assert by(confirmed, REFERENCE) == {"loss": Status.CORRECT}
    other = check_torch(SQUARE, normal(4), reference=lambda a: 1.5 * a.square())
    assert other.status is Status.WRONG and other.code == code("forward")
    raising = check_torch(SQUARE, normal(4), reference=lambda a: a.nosuch)
    assert raising and "nosuch" in raising.silent[REFERENCE]
    assert check_torch(SQUARE, normal(4), reference=lambda a: a.detach() ** 2)


def test_the_truth_of_a_reference_judges_what_cannot_be_followed() -> None:
    """Of a kernel that is numbers alone its plain form knows the gradient, in every element."""

    def kernel(x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(x.detach().numpy() ** 2)

    right = custom(kernel, lambda dy, x: 2 * x * dy)
    wrong = custom(kernel, lambda dy, x: torch.cat([2 * x[:1] * 1.0001, 2 * x[1:]]) * dy)
    verdict = check_torch(right, normal(4), reference=torch.square)
    assert verdict.status is Status.CORRECT and "the reference followed" in verdict.evidence
    denied = check_torch(wrong, normal(4), reference=torch.square)
    assert denied.status is Status.WRONG and by(denied, "exact") == {"x": Status.WRONG}


def test_a_module_is_compared_with_one_of_the_same_parameters() -> None:
    """The reference computes with the claim's parameters, whatever its own are."""
    verdict = check_torch(nn.Linear(3, 2), normal(4, 3).float(), reference=nn.Linear(3, 2))
    assert verdict.status is Status.CORRECT
    assert by(verdict, REFERENCE) == {"loss": Status.CORRECT}


class FusedSoftplus(torch.autograd.Function):
    """log(1 + e^x) by NumPy, which no record follows, in the format of its tensors."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """The value, rounded once."""
        ctx.save_for_backward(x)
        return torch.tensor(np.logaddexp(0, x.double().numpy()).tolist(), dtype=x.dtype)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        """The logistic function."""
        (x,) = ctx.saved_tensors
        dx = dy.double().numpy() / (1 + np.exp(-x.double().numpy()))
        return torch.tensor(dx.tolist(), dtype=x.dtype)


@pytest.mark.parametrize("finer", [torch.float32, torch.float64])
@pytest.mark.parametrize("own", [torch.bfloat16, torch.float16, torch.float32])
def test_a_reference_in_finer_formats_says_what_is_true(own: Any, finer: Any) -> None:
    """How much rounds is said by the formats of the claim; another function is told in any."""
    x = normal(4, 6, dtype=own)
    plain = lambda x: torch.nn.functional.softplus(x.to(finer))  # noqa: E731
    found = check_torch(FusedSoftplus.apply, x, reference=plain)
    assert found.status is Status.CORRECT, str(found)
    other = lambda x: torch.nn.functional.softplus(x.to(finer)) + 0.3 * x  # noqa: E731
    assert check_torch(FusedSoftplus.apply, x, reference=other).status is Status.WRONG
