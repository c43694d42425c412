"""The way in itself: samplers, domains, refusals, and torch loaded when it is asked for."""

import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import nn

from backproof import away_from, check_torch
from backproof.verdict.witnesses import WitnessAbsent
from checks.in_torch.functions import normal


def test_a_sampler_or_a_domain_may_be_given() -> None:
    """Ten points are judged; a point outside of its domain is refused."""
    verdict = check_torch(torch.log, inputs=lambda s: normal(3, seed=s).abs() + 0.1)
    assert verdict and "10 points were judged" in verdict.evidence
    assert check_torch(torch.log, normal(3).abs(), domain="positive")
    with pytest.raises(ValueError, match="lies outside"):
        check_torch(torch.log, torch.zeros(3), domain=away_from(0))


@pytest.mark.parametrize(
    ("inputs", "options", "said"),
    [
        ((torch.arange(3),), {}, "nothing to differentiate by"),
        ((torch.ones(3),), {"argnums": ()}, "nothing to differentiate by"),
        ((torch.ones(3, dtype=torch.complex64),), {}, "is complex"),
        ((torch.eye(3).to_sparse(),), {}, "is sparse"),
        ((torch.ones(3),), {"dtype": "float33"}, "no dtype"),
        ((), {}, "nothing to judge at"),
    ],
)
def test_what_cannot_be_judged_is_refused(inputs: Any, options: Any, said: str) -> None:
    """With a ValueError that says why."""
    with pytest.raises(ValueError, match=said):
        check_torch(torch.tanh, *inputs, **options)


def test_a_lazy_module_is_refused_in_one_clear_line() -> None:
    """Its parameters have no shape yet."""
    with pytest.raises(ValueError, match="weight is not initialised: call the lazy module once"):
        check_torch(nn.LazyLinear(3), torch.ones(2, 4))


def test_torch_is_loaded_only_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways in do not load it by being there, and where it is absent that is said."""
    loading = "import sys, backproof; backproof.check, backproof.check_torch; print(sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loading], capture_output=True, check=True)
    assert b"'torch'" not in loaded.stdout and b"check_torch" in loaded.stdout
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(WitnessAbsent, match="needs torch"):
        check_torch(abs, 1.0)
