"""Whole runs on trial: people's claims, memory that is shared, decisions, dtypes, names, and what
a run must leave as it was.
"""

import copy
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from wild_frameworks import claims

from backproof.exact.evaluate import over_floats
from backproof.programs.aten import run_function
from programs.aten.judging import recorded, residues, truth, truth_apart, values_apart

CLAIMS = {c.name: c for c in claims("check_torch")}
REFUSED = {"torch matmul, wrong-shape"}
"""What torch itself does not run."""
TYPED = {"torch gelu, right"}
"""Right up to the last bits of a number that was typed in."""
UNSEEN = {"torch swish, imprecise", "torch gate, state", "torch relu, input-changed"}
"""Right in formula: wrong in their rounding, or in what else they do."""


@pytest.mark.parametrize("name", sorted(set(CLAIMS) - REFUSED))
def test_a_claim_is_followed_and_its_formula_is_what_tells(name: str) -> None:
    """A right one agrees with the truth far below rounding, a wrong one is seen in balls."""
    claim = CLAIMS[name]
    function, *inputs = claim.arguments(0)
    run = recorded(function, *inputs)
    assert values_apart(run) < 1e-12
    missing = any(run.claimed[n] is None for n, g in truth(run).items() if g is not None)
    if claim.right or name in UNSEEN:
        assert max(residues(run).values()) < (1e-15 if name in TYPED else 1e-30)
    else:
        assert missing or max(residues(run).values()) > 1e-12


class Network(nn.Module):
    """A bit of everything that has state: statistics, dropout, counters, an LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.LSTM(3, 4)
        self.norm, self.calls, self.seen = nn.BatchNorm1d(4), 0, list[Any]()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number."""
        self.calls += 1
        self.seen.append(x)
        hidden = self.inner(x)[0].reshape(-1, 4)
        return F.dropout(self.norm(hidden), 0.3).tanh().pow(2).mean()


BOUNDS = {torch.float64: 1e-13, torch.float32: 1e-4, torch.bfloat16: 0.5, torch.float16: 0.1}


@pytest.mark.parametrize("dtype", BOUNDS)
def test_a_network_in_any_dtype_is_followed_and_left_as_it_was(dtype: torch.dtype) -> None:
    """Formats of steps are those of its tensors; buffers, gradients, counters, random states and
    modes are untouched; a second run draws and gives the same.
    """
    torch.manual_seed(0)
    module = Network().to(dtype)
    x = torch.randn(5, 2, 3).to(dtype)
    before, state = copy.deepcopy(module.state_dict()), torch.get_rng_state()
    run = recorded(module, x)
    again = recorded(module, x)
    assert len(run.record.steps) == len(again.record.steps)
    assert list(run.inputs) == [*(n for n, _ in module.named_parameters()), "x"]
    assert list(run.outputs) == ["loss"]
    assert run.outputs["loss"].precision is not None
    assert run.outputs["loss"].precision.name == str(dtype).removeprefix("torch.")
    assert truth_apart(run) < BOUNDS[dtype] * 10
    assert max(residues(run).values()) < 1e-25
    assert all(torch.equal(module.state_dict()[k], v) for k, v in before.items())
    assert (module.calls, module.seen, module.training) == (0, [], True)
    assert all(p.grad is None for p in module.parameters())
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.backends.mkldnn.enabled
    for name, g in run.returned.items():
        np.testing.assert_array_equal(g, again.returned[name])


def test_another_point_is_another_run_of_the_same_steps() -> None:
    """`at` replaces arguments by name, and the author's parameters are put back."""
    module = nn.Linear(2, 1).double()
    x = torch.tensor([[0.3, -0.5]], dtype=torch.float64)
    kept = module.weight.detach().clone()
    here = run_function(module, [x])
    there = run_function(module, [x], at={"weight": 1.5 * kept.numpy()})
    assert [s.primitive.name for s in here.record.steps] == [
        s.primitive.name for s in there.record.steps
    ]
    np.testing.assert_array_equal(there.inputs["weight"].value, 1.5 * kept.numpy())
    assert torch.equal(module.weight, kept)


def test_a_record_replayed_at_another_point_gives_what_a_run_there_gives() -> None:
    """Decisions taken afresh: what completeness rests on; the steps are the same ones."""

    def function(x: torch.Tensor) -> torch.Tensor:
        y = F.max_pool2d(F.layer_norm(x, (6, 6)), 2).sort(-1)[0]
        z = F.dropout(F.gelu(y[y > 0].topk(3)[0] * 0.7), 0.4)
        return torch.linalg.inv(z[:, None] * z + torch.eye(3, dtype=z.dtype)).logsumexp(0)

    torch.manual_seed(1)
    x = torch.randn(1, 2, 6, 6, dtype=torch.float64)
    here, there = (
        run_function(function, [x]),
        run_function(function, [x], at={"x": 1.001 * x.numpy()}),
    )
    assert [s.primitive.name for s in here.record.steps] == [
        s.primitive.name for s in there.record.steps
    ]
    steps = [here.outputs["y"], here.claimed["x"]]
    again = over_floats([s for s in steps if s], at={"x": 1.001 * x.numpy()}, afresh=True)
    for value, step in zip(again, (there.outputs["y"], there.claimed["x"]), strict=True):
        assert step is not None
        np.testing.assert_allclose(value, step.value, rtol=1e-10, atol=1e-12)


X = torch.tensor([1.25], dtype=torch.float64)


def test_operations_on_lists_and_functional_transforms_are_followed() -> None:
    """As optimisers write them; and a derivative within the forward pass."""

    def function(x: torch.Tensor) -> torch.Tensor:
        pair = [x * 1, x.sin()]
        torch._foreach_mul_(pair, 3.0)
        first, second = torch._foreach_add(pair, pair[::-1])
        (slope,) = torch.autograd.grad((first.exp() * second).sum(), x, create_graph=True)
        return torch.vmap(torch.func.grad(lambda s: s.sin() * s))(slope * 0.1)

    run = recorded(function, torch.tensor([0.3, -0.7], dtype=torch.float64))
    assert truth_apart(run) < 1e-12
    assert max(residues(run).values()) < 1e-15


def test_a_checkpoint_runs_its_forward_twice_and_is_followed() -> None:
    """With and without re-entering the engine, which refuses all but `backward()`."""
    x = torch.randn(3, dtype=torch.float64)
    inner = nn.Sequential(nn.Linear(3, 3), nn.Tanh()).double()
    plain = recorded(lambda x: checkpoint(inner, x, use_reentrant=False).exp(), x)
    assert max(residues(plain).values()) < 1e-30
    entered = recorded(lambda x: checkpoint(inner, x, use_reentrant=True).exp(), x)
    assert max(residues(entered).values()) < 1e-30


def test_mixed_formats_are_rounded_where_the_code_rounds() -> None:
    """Autocast, float32 masters with bfloat16 products: every step has the format of its tensor."""

    def function(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return (x @ w).float().sin() * 0.1

    run = recorded(function, torch.randn(2, 3), torch.randn(3, 2))
    product = next(s for s in run.record.steps if s.primitive.name == "contract")
    assert (product.precision.name, product.accumulator.name) == ("bfloat16", "float32")
    tenth = next(s for s in run.record.steps if s.scalar)
    assert float(tenth.value) == float(np.float32(0.1))
    assert max(residues(run).values()) < 1e-7


def test_a_lazy_module_and_a_function_of_nothing_are_refused_in_one_line() -> None:
    """ValueError, before anything has run."""
    with pytest.raises(ValueError, match="call the lazy module once"):
        recorded(nn.LazyLinear(2), torch.randn(1, 3))
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        recorded(lambda n: n, torch.tensor(3))


def test_arguments_and_outputs_have_names() -> None:
    """Those of the signature and of the structure; random cotangents for each output."""

    def function(state: dict[str, Any], scale: torch.Tensor) -> dict[str, Any]:
        return {"a": state["w"][0] * scale, "b": (scale.sin(), torch.tensor(3))}

    run = recorded(function, {"w": [X, torch.tensor(2)]}, X)
    assert list(run.inputs) == ["state['w'][0]", "scale"]
    assert list(run.outputs) == list(run.cotangents) == ["y['a']", "y['b'][0]"]
    only = recorded(function, {"w": [X, torch.tensor(2)]}, X, argnums=[1])
    assert list(only.inputs) == ["scale"]
