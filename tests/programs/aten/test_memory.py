"""Memory that is viewed and written, in torch."""

import random

import pytest
import torch

from programs.aten.judging import recorded, residues, truth_apart, values_apart


def views(choices: random.Random, x: torch.Tensor) -> torch.Tensor:
    """A sum over memory that is viewed and written in random order."""
    base = torch.zeros(4, 6, dtype=x.dtype) + x.sum() * 0.5
    seen = [base, x * 1.0]
    for _ in range(8):
        y = choices.choice(seen)
        how = choices.randrange(7)
        if how == 0 and y.ndim == 2:
            seen.append(y.t())
        elif how == 1 and y.ndim == 2:
            seen.append(y[:, choices.randrange(y.shape[1])])
        elif how == 2:
            seen.append(y[1:])
        elif how == 3:
            y.mul_(0.7)
        elif how == 4:
            y[0] = y[-1].clone().sin()
        elif how == 5:
            y.neg_().add_(choices.choice(seen).mean())
        else:
            seen.append(torch.as_strided(base, (3, 2), (1, 6), choices.randrange(3)).mul_(-1.5))
    return sum((s.exp() * 0.1).sum() for s in seen)  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(12))
def test_memory_that_is_viewed_and_written_is_what_torch_makes_of_it(seed: int) -> None:
    """Any order of views and in-place writes: values, truth and claim agree."""
    x = torch.randn(4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    run = recorded(lambda x: views(random.Random(seed), x), x)
    assert values_apart(run) < 1e-13
    assert truth_apart(run) < 1e-11
    assert max(residues(run).values()) < 1e-30
    assert not run.record.escapes
