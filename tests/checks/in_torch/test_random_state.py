"""Random numbers under `check_torch`: the same in the record, and samples with a parameter."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Beta, Dirichlet, Exponential, Gamma, Normal, StudentT

from backproof import check_torch
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT
from checks.in_torch.functions import normal

POSITIVE = normal(4).exp()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * torch.rand_like(x) + torch.randn(x.shape),
        lambda x: F.gumbel_softmax(x, dim=-1),
        lambda x: F.dropout(torch.tanh(x), 0.3),
        lambda x: torch.native_dropout(x.exp(), 0.3, True)[0],
        lambda x: F.rrelu(x, training=True),
        lambda x: torch.bernoulli(torch.sigmoid(x)) * x,
        lambda x: torch.poisson(x.exp()) * x,
    ],
)
def test_exact_arithmetic_follows_the_same_random_numbers(function: Any) -> None:
    """In float32, where float64 would draw others: one function is judged, not two."""
    verdict = check_torch(function, normal(3, 4, dtype=torch.float32))
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent, str(verdict)


OWN = torch.Generator().manual_seed(7)


def test_whatever_is_drawn_from_is_put_back() -> None:
    """NumPy's state and a generator of the function's own: drawn from alike in every run."""
    before = np.random.get_state()[1].copy(), OWN.get_state()  # noqa: NPY002 - the state itself

    def function(x: Any) -> Any:
        noise = torch.from_numpy(np.random.randn(*x.shape))  # noqa: NPY002
        return x * noise + x * x * torch.randn(x.shape, generator=OWN, dtype=x.dtype)

    verdict = check_torch(function, normal(3, 4))
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent, str(verdict)
    assert "draws from OWN" in verdict.evidence
    assert np.array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
    assert torch.equal(before[1], OWN.get_state())


@pytest.mark.parametrize("law", [lambda a: Normal(a, a), lambda a: Exponential(a)])
def test_samples_by_shift_and_scale_are_followed(law: Any) -> None:
    """Their reparametrisation is made of plain operations."""
    verdict = check_torch(lambda a: law(a).rsample(), POSITIVE)
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent


@pytest.mark.parametrize(
    "law", [lambda a: Gamma(a, a + 1), StudentT, lambda a: StudentT(4 * a + 2, a)]
)
def test_samples_by_rejection_have_the_derivative_of_their_distribution(law: Any) -> None:
    """torch approximates it to some digits, which is said; a term left out is wrong."""
    verdict = check_torch(lambda a: law(a).rsample(), POSITIVE)
    assert verdict.status is Status.CORRECT, str(verdict)
    assert "right for the distribution" in verdict.evidence
    assert EXACT not in verdict.silent
    off = check_torch(lambda a: law(a).rsample() + a - a.detach(), POSITIVE)
    assert off.status is Status.WRONG


@pytest.mark.parametrize("law", [Dirichlet, lambda a: Beta(a, a + 1)])
def test_samples_of_more_than_one_derivative_are_left_undecided(law: Any) -> None:
    """Differences at a fixed seed say nothing of them either."""
    verdict = check_torch(lambda a: law(a).rsample(), POSITIVE)
    assert verdict.status is Status.UNDECIDED
    assert "Dirichlet" in verdict.silent[EXACT] and "rejection" in str(verdict)
