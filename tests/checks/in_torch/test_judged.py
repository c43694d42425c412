# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""What `check_torch` judges, and that it is left as it was."""

import copy
from collections import namedtuple
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from backproof import check_torch
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT
from checks.in_torch.functions import by, code, custom, normal

Pair = namedtuple("Pair", "W b")


class Net(nn.Module):
    """Convolution, batch norm, dropout and a counter of calls."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)
        self.out, self.calls = nn.Linear(12, 2), []
        self.seen: Any = None

    def forward(self, x: Any) -> Any:
        self.calls.append(len(x))
        self.seen = self.norm(self.conv(x))
        return self.out(F.dropout(torch.relu(self.seen).flatten(1), 0.5))


def test_a_module_is_judged_by_its_parameters_and_stays_as_it_was() -> None:
    """Parameters by name and the input, exactly, in float32; running statistics, attributes,
    gradients, mode and random state are untouched, also if it holds results of an earlier call.
    """
    net, x = Net(), normal(4, 2, 4, 4, dtype=torch.float32)
    net(x)
    before, seen = copy.deepcopy(net.state_dict()), net.seen
    state = torch.get_rng_state()
    verdict = check_torch(net, x)
    assert verdict.status is Status.CORRECT, str(verdict)
    assert {"conv.weight", "norm.bias", "out.weight", "x"} <= set(by(verdict, EXACT))
    assert "draws from torch's random state" in verdict.evidence
    assert all(torch.equal(before[name], t) for name, t in net.state_dict().items())
    assert net.calls == [4] and net.seen is seen and net.training
    assert all(p.grad is None for p in net.parameters()) and x.grad is None
    assert torch.equal(state, torch.get_rng_state())


def test_what_a_function_captured_stays_as_it_was() -> None:
    """A module, its statistics and gradients, a tensor written to, a generator drawn from."""
    net, written = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double(), torch.zeros(2)
    net[0].weight.grad = torch.ones(4, 3, dtype=torch.float64)
    draw = torch.Generator().manual_seed(3)
    before, state = copy.deepcopy(net.state_dict()), draw.get_state()

    def function(x: Any) -> Any:
        written.add_(1)
        net.note = "called"
        return net(x) * torch.rand(4, generator=draw)

    verdict = check_torch(function, normal(5, 3))
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent, str(verdict)
    assert all(torch.equal(before[name], t) for name, t in net.state_dict().items())
    assert torch.equal(net[0].weight.grad, torch.ones(4, 3)) and not hasattr(net, "note")
    assert torch.equal(draw.get_state(), state) and not written.any()


def test_the_caller_s_settings_neither_matter_nor_change() -> None:
    """Without gradients recorded, and with another default dtype."""
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            assert check_torch(torch.tanh, normal(3))
            assert not torch.is_grad_enabled()
        with torch.inference_mode():
            assert check_torch(torch.tanh, normal(3))
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(default)


def test_anything_goes_in_and_out_that_a_pytree_holds() -> None:
    """Named tuples, dicts, integers, None and numbers; outputs in structures, integers left out."""

    def function(p: Any, ids: Any, more: Any, scale: Any) -> Any:
        return {"y": (p.W[ids] * more["k"],), "z": [p.b.sum() * scale, ids, None]}

    arguments = Pair(normal(5, 2), normal(3)), torch.tensor([0, 2, 2]), {"k": normal(3, 2)}, 2.5
    verdict = check_torch(function, *arguments)
    assert verdict.status is Status.CORRECT
    assert set(by(verdict, EXACT)) == {"p.W", "p.b", "more['k']"}


def test_only_what_is_asked_for_is_differentiated_by() -> None:
    """By `requires_grad`, by `argnums`; an argument called loss has another name among the rest."""
    x, y = normal(3), normal(3, seed=1)
    asked = check_torch(lambda x, y: x * y, x.clone().requires_grad_(), y)
    assert set(by(asked, EXACT)) == {"x"}
    picked = check_torch(lambda x, y: x * y.detach(), x, y, argnums=0)
    assert picked and set(by(picked, EXACT)) == {"x"}
    assert set(by(check_torch(lambda loss: loss * 2, x), EXACT)) == {"argument loss"}
    assert set(by(check_torch(custom(torch.exp, lambda dy, x: dy * x.exp()), x), EXACT)) >= {"x"}


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_short_floats_are_judged_in_their_own_dtype(dtype: str) -> None:
    """Right code is no false alarm, and a factor is seen in all of them."""
    right = custom(torch.tanh, lambda dy, x: dy * (1 - x.tanh() ** 2))
    wrong = custom(torch.tanh, lambda dy, x: dy * (1 - x.tanh() ** 2) * 0.75)
    kind = getattr(torch, dtype)
    assert check_torch(lambda x, W: right(x @ W), normal(4, 3).to(kind), normal(3, 2).to(kind))
    verdict = check_torch(wrong, normal(4, 3), dtype=dtype)
    assert verdict.status is Status.WRONG and verdict.code == code("factor")
