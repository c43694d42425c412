"""A reference under `check_torch`: its forward pass, and its truth where none else is."""

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
