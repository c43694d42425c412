# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""`check_torch` on trial: the trial set, what gradcheck misjudges, and what must be left alone."""

import copy
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import Function
from wild_frameworks import FrameworkClaim, claims

from backproof import Verdict, away_from, check_torch
from backproof.diagnosis import CODES
from backproof.checks import check_torch as way_in
from backproof.power.beside_gradcheck import measure_beside_gradcheck
from backproof.verdicts import Status
from backproof.witnesses import DIFFERENCES, EXACT, TORCH, WitnessAbsent

CLAIMS = claims("check_torch")
CONDUCT = ("input-changed", "state", "not-deterministic", "wrong-shape", "imprecise")
DIAGNOSED = 0.8
"""At least this share of the wrong ones is explained as the one who planted the fault would."""
Pair = namedtuple("Pair", "W b")


def normal(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    """Numbers from the normal distribution, the same at every call."""
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=torch.float64).to(dtype)


def custom(forward: Callable[..., Any], backward: Callable[..., Any]) -> Any:
    """The `apply` of a Function of one tensor x by forward(x) and backward(dy, x)."""

    class Custom(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            return backward(dy, *ctx.saved_tensors)

    return Custom.apply


def by(verdict: Verdict, witness: str) -> dict[str, Status]:
    """What a witness found, by tensor."""
    return {f.tensor: f.status for f in verdict.findings if f.witness == witness}


def code(slug: str) -> str:
    """The code of a slug."""
    return CODES[slug].code


@cache
def verdict_of(name: str) -> Verdict:
    """What is said of a claim of the trial set, once."""
    (claim,) = (claim for claim in CLAIMS if claim.name == name)
    return check_torch(*claim.arguments(0), name=name, **claim.options)


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_right_claims_pass_and_wrong_ones_do_not(claim: FrameworkClaim) -> None:
    """Every claim of the trial set is decided, and as its label says; misconduct is named."""
    verdict = verdict_of(claim.name)
    assert verdict.status is not Status.UNDECIDED
    assert bool(verdict) is claim.right, str(verdict)
    if claim.cause in CONDUCT:
        assert verdict.code == code(claim.cause)


def test_most_causes_are_named() -> None:
    """Of four wrong claims in five the first diagnosis is the one on the label."""
    wrong = [claim for claim in CLAIMS if not claim.right]
    named = [code(claim.cause) == verdict_of(claim.name).code for claim in wrong]
    assert sum(named) >= DIAGNOSED * len(wrong)


def test_a_lost_constant_is_named_with_the_path_that_it_belongs_to() -> None:
    """Of two paths through a product one has its factor too large, and the words say which."""
    verdict = verdict_of("torch gelu, unexplained")
    said = " ".join(verdict.diagnosis.split())
    assert verdict.code == code("factor")
    assert "what comes through the second operand of the product in `return x * 0.5 * " in said
    assert "1.77245 is the square root of pi" in said


def test_it_is_right_wherever_gradcheck_s_defaults_are_not() -> None:
    """All ten functions, float32, kinks and ties among them: ours is right, gradcheck's is not."""
    rows = measure_beside_gradcheck()
    assert len(rows) == 10
    assert {row.function: row.verdicts for row in rows} == {
        row.function: (True, False) for row in rows
    }
    assert all(row.ours_ms > 0 and row.to_json()["theirs"] is row.theirs for row in rows)


# --- what can be judged --------------------------------------------------------------------------


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
    assert set(by(verdict, EXACT)) == {"loss", "p.W", "p.b", "more['k']"}


def test_only_what_is_asked_for_is_differentiated_by() -> None:
    """By `requires_grad`, by `argnums`; an argument called loss has another name among the rest."""
    x, y = normal(3), normal(3, seed=1)
    asked = check_torch(lambda x, y: x * y, x.clone().requires_grad_(), y)
    assert set(by(asked, EXACT)) == {"loss", "x"}
    picked = check_torch(lambda x, y: x * y.detach(), x, y, argnums=0)
    assert picked and set(by(picked, EXACT)) == {"loss", "x"}
    assert set(by(check_torch(lambda loss: loss * 2, x), EXACT)) == {"loss", "argument loss"}
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


# --- what misbehaves -----------------------------------------------------------------------------


def forever(*_: Any) -> Any:
    """No answer, ever."""
    while True:
        pass


@pytest.mark.parametrize(
    ("function", "slug", "said"),
    [
        (forever, "hangs", "forward pass has no answer"),
        (custom(torch.exp, forever), "hangs", "backward pass has no answer"),
        (lambda x: x.nosuch, "raises", "AttributeError"),
        (lambda x: sys.exit(3), "raises", "sys.exit"),
        (custom(torch.exp, lambda dy, x: 1 / 0), "raises", "ZeroDivisionError"),
        (custom(torch.exp, lambda dy, x: (dy, dy)), "wrong-structure", "expected 1, got 2"),
        (custom(torch.exp, lambda dy, x: "dx"), "wrong-structure", "expected Variable"),
        (custom(torch.exp, lambda dy, x: dy[:1, :2]), "wrong-shape", "invalid gradient"),
        (lambda x: x.argmax(), "wrong-structure", "a tensor of torch.int64"),
        (lambda x: x.relu_() * 2, "input-changed", "in-place"),
        (lambda x: torch.from_numpy(x.detach().numpy()) * 2, "none", "no gradient for x"),
    ],
)
def test_misbehaviour_is_named(
    monkeypatch: pytest.MonkeyPatch, function: Any, slug: str, said: str
) -> None:
    """Code that hangs, raises or exits, and what torch itself refuses, each by its code."""
    monkeypatch.setattr(way_in, "SECONDS", 0.3)
    verdict = check_torch(function, normal(3, 4))
    assert verdict.status is Status.BROKEN and said in " ".join(str(verdict).split())
    assert verdict.code == code(slug)


def test_a_loss_whose_gradient_does_not_scale_with_it_is_broken() -> None:
    """Under the cotangent 1 it is right; under any other it ignores it."""
    ignoring = custom(lambda x: (x * x).sum(), lambda dy, x: 2 * x)
    minding = custom(lambda x: (x * x).sum(), lambda dy, x: 2 * x * dy)
    verdict = check_torch(ignoring, normal(3))
    assert verdict.status is Status.BROKEN and verdict.code == code("cotangent-ignored")
    assert check_torch(minding, normal(3)).status is Status.CORRECT


def test_a_backward_that_changes_what_is_saved_is_broken() -> None:
    """The second backward pass of one forward pass is another."""

    class Spending(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.factor = x * 2
            return x * x

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            dx = dy * ctx.factor
            ctx.factor.mul_(2)
            return dx

    verdict = check_torch(Spending.apply, normal(3))
    assert verdict.status is Status.BROKEN and verdict.code == code("cache-changed")


def test_no_gradient_is_due_where_nothing_depends_on_a_tensor() -> None:
    """An unused argument and a step function have none, and are right; a detached one owes it."""
    x, y = normal(3), normal(3, seed=1)
    assert check_torch(lambda x, y: x * 2, x, y).status is Status.CORRECT
    assert check_torch(lambda x: (x > 0).double(), x).status is Status.CORRECT
    assert check_torch(lambda x: (x >= 0).double(), torch.zeros(3, dtype=torch.float64))
    verdict = check_torch(lambda x, y: x * y.detach(), x, y)
    assert verdict.status is Status.BROKEN
    assert {f.tensor for f in verdict.findings if not f.status} == {"y"}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * torch.rand_like(x) + torch.randn(x.shape),
        lambda x: F.gumbel_softmax(x, dim=-1),
        lambda x: F.dropout(torch.tanh(x), 0.3),
    ],
)
def test_exact_arithmetic_follows_the_same_random_numbers(function: Any) -> None:
    """In float32, where float64 would draw others: one function is judged, not two."""
    verdict = check_torch(function, normal(3, 4, dtype=torch.float32))
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent, str(verdict)


# --- where exactness ends ------------------------------------------------------------------------


def test_without_an_exact_rule_differences_decide() -> None:
    """The operation is named with its line; right code passes, a sign does not."""
    j0, j1 = torch.special.bessel_j0, torch.special.bessel_j1
    right = check_torch(custom(j0, lambda dy, x: -dy * j1(x)), normal(4))
    wrong = check_torch(custom(j0, lambda dy, x: dy * j1(x)), normal(4))
    assert right.status is Status.CORRECT and wrong.status is Status.WRONG
    for verdict in (right, wrong):
        assert "special_bessel_j0" in verdict.silent[EXACT] and __file__ in verdict.silent[EXACT]
        assert set(by(verdict, DIFFERENCES)) == {"x"}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.linalg.svdvals(x),
        lambda x: torch.fft.rfft(x),
        lambda x: x * 2 if x.sum() > 0 else x * 3,
        custom(
            lambda x: torch.from_numpy(np.tanh(x.detach().numpy())),
            lambda dy, x: dy * (1 - x.tanh() ** 2),
        ),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_code_that_cannot_be_traced_is_run_by_torch(function: Any, dtype: torch.dtype) -> None:
    """A decomposition, complex outputs, a branch on a number, NumPy inside: decided all the same,
    in float64, whatever the dtype is.
    """
    verdict = check_torch(function, normal(4, 3, dtype=dtype))
    assert verdict.status is Status.CORRECT, str(verdict)
    assert verdict.silent[EXACT]


def test_what_was_captured_in_short_floats_is_run_in_float64_too() -> None:
    """A float32 matrix within a function that only torch can run: its difference is resolved."""
    W, b = normal(3, 3, dtype=torch.float32, seed=1), nn.Linear(3, 3)
    verdict = check_torch(
        lambda x: torch.linalg.svdvals(b(x @ W).float()), normal(4, 3, dtype=torch.float32)
    )
    assert verdict.status is Status.CORRECT and "_linalg_svd" in verdict.silent[EXACT]


@pytest.mark.parametrize(("factor", "right"), [(1, True), (1.01, False)])
def test_many_elements_are_judged_along_one_direction(factor: float, right: bool) -> None:
    """120,000 are more than exact arithmetic has time for; a factor is seen all the same."""
    tanh = custom(torch.tanh, lambda dy, x: dy * (1 - x.tanh() ** 2) * factor)
    x, W = normal(2, 400, dtype=torch.float32), normal(400, 300, dtype=torch.float32) / 20
    verdict = check_torch(lambda x, W: tanh(x @ W), x, W)
    assert bool(verdict) is right and "too many" in verdict.silent[EXACT], str(verdict)


# --- an independent reference --------------------------------------------------------------------


def test_autograd_of_a_reference_is_a_witness() -> None:
    """It confirms what is right and contradicts what is wrong; of another function it is silent."""
    right = custom(lambda x: x * x, lambda dy, x: 2 * x * dy)
    wrong = custom(lambda x: x * x, lambda dy, x: x * dy)
    confirmed = check_torch(right, normal(4), reference=lambda a: a.square())
    assert by(confirmed, TORCH) == {"loss": Status.CORRECT, "x": Status.CORRECT}
    denied = check_torch(wrong, normal(4), reference=torch.square)
    assert by(denied, TORCH)["x"] is Status.WRONG and denied.code == code("factor")
    other = check_torch(right, normal(4), reference=lambda a: 1.5 * a.square())
    assert other.code == code("forward") and not by(other, TORCH)
    broken = check_torch(right, normal(4), reference=lambda a: a.nosuch)
    assert broken and "nosuch" in broken.silent[TORCH]
    detached = check_torch(right, normal(4), reference=lambda a: a.detach() ** 2)
    assert detached and "does not differentiate" in detached.silent[TORCH]


def test_a_module_is_compared_with_one_of_the_same_parameters() -> None:
    """The reference computes with the claim's parameters, whatever its own are."""
    verdict = check_torch(nn.Linear(3, 2), normal(4, 3).float(), reference=nn.Linear(3, 2))
    assert by(verdict, TORCH) == dict.fromkeys(["loss", "weight", "bias", "input"], Status.CORRECT)


# --- the way in ----------------------------------------------------------------------------------


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


def test_torch_is_loaded_only_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways in do not load it by being there, and where it is absent that is said."""
    loading = "import sys, backproof; backproof.check, backproof.check_torch; print(sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", loading], capture_output=True, check=True)
    assert b"'torch'" not in loaded.stdout and b"check_torch" in loaded.stdout
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(WitnessAbsent, match="needs torch"):
        check_torch(abs, 1.0)
