"""The court on trial: right gradients are acquitted, each kind of wrong is named."""

import re
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backproof
import manual
from architectures import (
    AbsoluteError,
    Case,
    CrossEntropy,
    Dense,
    Drawn,
    Given,
    HalfSquaredError,
    LeakyReLU,
    Network,
    ReLU,
    Sigmoid,
    Softplus,
    Tanh,
    values,
)
from architectures.strategies import cases
from backproof.claims import Claim
from backproof.court import judge
from backproof.units import LIMIT
from backproof.verdicts import GradientError, Status
from backproof.witnesses import DIFFERENCES, EXACT, JAX, TORCH, WITNESSES
from reference import jax_grad, testimony, torch_autograd

NETWORK = Network(3, (Dense(4), Tanh(), Dense(2)), CrossEntropy("sum"))
CASE = Case(NETWORK, 5, "float64", Drawn("tame", 7))


def claim(**rules: Any) -> Claim:
    """`manual`'s claim to the network, with the rules of some layers, by name, replaced."""
    kinds = {kind.__name__: kind for kind in manual.LAYER_RULES}
    changed = {kinds[name]: rule for name, rule in rules.items()}
    return Claim(NETWORK, {**manual.LAYER_RULES, **changed})


def spoiled(spoil: Any) -> Any:
    """The dense rule, with its pullback's results passed through `spoil(dx, dp)`."""

    def rule(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Dense](layer, p, x)
        return y, lambda dy: spoil(*pullback(dy))

    return rule


@given(case=cases)
def test_right_gradients_are_acquitted(case: Case) -> None:
    """Any network in any regime is correct or a kink by exact arithmetic and torch, both heard."""
    verdict = judge(case, witnesses=(EXACT, TORCH))
    assert verdict, str(verdict)
    assert not verdict.silent
    assert {f.witness for f in verdict.findings} == {EXACT, TORCH}
    assert verdict.excess < LIMIT or verdict.status is Status.KINK


@given(seed=st.integers(0, 2**16), dtype=st.sampled_from(["float32", "float64"]))
def test_all_four_witnesses_are_heard_on_every_tensor(seed: int, dtype: Any) -> None:
    """Of a smooth network every witness has a finding for each tensor, and every one agrees."""
    verdict = judge(replace(CASE, dtype=dtype, data=Drawn("tame", seed)))
    tensors = {"loss", "dx", *NETWORK.parameters}
    heard = {w: {f.tensor for f in verdict.findings if f.witness == w} for w in WITNESSES}
    assert heard == {EXACT: tensors, TORCH: tensors, JAX: tensors, DIFFERENCES: tensors - {"loss"}}
    assert verdict.status is Status.CORRECT
    assert [f for f in verdict.findings if not f.status] == []


@pytest.mark.parametrize("part", [1.0, 1e-3, 1e-9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_element_off_is_convicted_with_its_layer_tensor_and_place(
    part: float, dtype: Any
) -> None:
    """A part of 10^-9 of one weight's gradient is wrong, also where float32 could not show it."""

    def spoil(dx: Any, dp: Any) -> Any:
        W = dp["W"].copy()
        W[1, 2] = W[1, 2] * (1 + part)
        return dx, {**dp, "W": W}

    verdict = judge(replace(CASE, dtype=dtype), claim(Dense=spoiled(spoil)), (EXACT,))
    assert verdict.status is Status.WRONG
    assert verdict.culprits == ("layer 0 (Dense): W", "layer 2 (Dense): W")
    wrong = {f.tensor: f for f in verdict.findings if f.status is Status.WRONG}
    assert set(wrong) == {"0.W", "2.W"}
    if part > 1e-6 or dtype == "float64":
        assert wrong["0.W"].worst == (1, 2)
    assert wrong["0.W"].order == pytest.approx(1, abs=0.01)
    with pytest.raises(GradientError, match=r"layer 0 \(Dense\): W"):
        verdict.raise_if_wrong()


def test_the_true_value_is_shown_beside_the_claimed_one() -> None:
    """A wrong finding's true value is the derivative, not what the wrong code computes exactly."""
    right = manual.gradient(NETWORK, *values(CASE))["0.b"]
    wrong = claim(Dense=spoiled(lambda dx, dp: (dx, {**dp, "b": -dp["b"]})))
    finding = next(f for f in judge(CASE, wrong, (EXACT,)).findings if f.tensor == "0.b")
    assert finding.true == pytest.approx(right[finding.worst], rel=1e-14)
    assert finding.claimed == pytest.approx(-right[finding.worst], rel=1e-14)


def test_a_wrong_forward_with_a_consistent_gradient_is_seen_by_the_frameworks() -> None:
    """Exact arithmetic alone has nothing to object; torch and jax compute another function."""

    def scaled(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Tanh](layer, p, x)
        return 1.01 * y, lambda dy: pullback(1.01 * dy)

    assert judge(CASE, claim(Tanh=scaled), (EXACT,)).status is Status.CORRECT
    verdict = judge(CASE, claim(Tanh=scaled))
    assert verdict.status is Status.WRONG
    assert "another function" in verdict.diagnosis


def test_a_float32_step_hidden_in_float64_code_is_imprecise() -> None:
    """The formula is right, so no order falls; the rounding is a billion times too large."""

    def hidden(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Tanh](layer, p, x)
        short = (lambda a: a) if x.dtype == object else lambda a: a.astype("f4").astype("f8")
        return y, lambda dy: (short(pullback(dy)[0]), {})

    verdict = judge(CASE, claim(Tanh=hidden), (EXACT,))
    assert verdict.status is Status.IMPRECISE
    assert 1e6 < verdict.excess < 1e12


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (lambda dx, dp: (dx, {**dp, "b": None}), "no gradient is returned"),
        (lambda dx, dp: (dx, {**dp, "b": dp["b"][None]}), r"has shape \(1, [24]\)"),
        (lambda dx, dp: (dx, {**dp, "b": dp["b"] + np.nan}), "not finite"),
        (lambda dx, dp: (dx, {"b": 1 / 0}), "raises ZeroDivisionError"),
    ],
)
def test_misbehaviour_is_broken_and_said(spoil: Any, note: str) -> None:
    """None, a wrong shape, NaN and an exception: each is named, none takes the judge down."""
    verdict = judge(CASE, claim(Dense=spoiled(spoil)), (EXACT, TORCH))
    assert verdict.status is Status.BROKEN
    assert any(f.status is Status.BROKEN for f in verdict.findings)
    assert re.search(note, str(verdict)), str(verdict)


def test_what_overflows_although_the_truth_is_finite_is_broken() -> None:
    """log(1 + e^x) as it stands is 1000 at 1000, and infinite in float64."""

    def naive(layer: Any, p: Any, x: Any) -> Any:
        return np.log(1 + np.exp(x)), lambda dy: (dy / (1 + np.exp(-x)), {})

    case = kinked((Softplus(),), HalfSquaredError("sum"), [[1000.0, 1.0]])
    verdict = judge(case, Claim(case.network, {**manual.LAYER_RULES, Softplus: naive}), (EXACT,))
    assert verdict.status is Status.BROKEN
    assert "not finite though the truth is" in str(verdict)


def test_a_claim_that_changes_its_input_or_its_mind_is_broken() -> None:
    """In-place work on an input and state between calls are found without looking at values."""

    def eats(layer: Any, p: Any, x: Any) -> Any:
        x *= 2
        return manual.LAYER_RULES[Dense](layer, p, x)

    calls = []

    def moody(dx: Any, dp: Any) -> Any:
        calls.append(1)
        return dx * len(calls), dp

    assert "changes its input in place" in str(judge(CASE, claim(Dense=eats), (EXACT,)))
    assert "second call" in str(judge(CASE, claim(Dense=spoiled(moody)), (EXACT,)))


def kinked(layers: tuple[Any, ...], loss: Any, x: Any) -> Case:
    """A case without parameters whose input stands on kinks."""
    x = np.array(x, dtype=float)
    return Case(Network(x.shape[1], layers, loss), len(x), "float64", Given({"dx": x}, 0 * x))


def test_a_kink_is_a_kink_only_while_the_claim_lies_between_the_slopes() -> None:
    """ReLU at 0 may claim 0, 1/2 or 1; 7 and -1/2 are outside and wrong."""
    case = kinked((ReLU(),), HalfSquaredError("sum"), [[0.0, 1.0]])
    case = replace(case, data=Given(case.data.tensors, np.array([[3.0, 1.0]])))  # type: ignore[union-attr]

    def at_zero(slope: float) -> Claim:
        def rule(layer: Any, p: Any, x: Any) -> Any:
            return x * (x > 0), lambda dy: (dy * ((x > 0) + slope * (x == 0)), {})

        return Claim(case.network, {**manual.LAYER_RULES, ReLU: rule})

    statuses = {s: judge(case, at_zero(s), (EXACT,)).status for s in (0, 0.5, 1, 7, -0.5)}
    assert statuses == {
        0: Status.KINK,
        0.5: Status.KINK,
        1: Status.KINK,
        7: Status.WRONG,
        -0.5: Status.WRONG,
    }


def test_relu_of_x_minus_relu_of_minus_x_is_acquitted_at_0() -> None:
    """The whole is x, with slope 1, and every framework says 0: a kink in a layer, not a fault."""
    tensors = {
        "dx": np.array([[0.0]]),
        "0.W": np.array([[1.0], [-1.0]]),
        "0.b": np.zeros(2),
        "2.W": np.array([[1.0, -1.0]]),
        "2.b": np.zeros(1),
    }
    network = Network(1, (Dense(2), ReLU(), Dense(1)), HalfSquaredError("sum"))
    verdict = judge(Case(network, 1, "float64", Given(tensors, np.array([[3.0]]))))
    assert verdict.status is Status.KINK
    assert any("layer 1 (ReLU)" in f.note for f in verdict.findings)


def test_witnesses_with_other_conventions_on_a_kink_convict_nobody() -> None:
    """At 0 JAX's leaky ReLU takes the right slope, torch's and ours the left: all may."""
    case = kinked((LeakyReLU(0.3),), HalfSquaredError("sum"), [[0.0, 1.0]])
    case = replace(case, data=Given(case.data.tensors, np.array([[3.0, 1.0]])))  # type: ignore[union-attr]
    verdict = judge(case)
    assert verdict.status is Status.KINK
    assert any("jax has another convention" in f.note for f in verdict.findings)


def test_a_point_where_the_loss_is_an_absolute_value_is_a_kink() -> None:
    """A residual of 0 under the absolute error, where the claim of 0 lies between -1 and 1."""
    assert judge(kinked((), AbsoluteError("sum"), [[0.0, 0.0]])).status is Status.KINK


@pytest.mark.parametrize("package", ["flint", "torch", "jax"])
def test_a_witness_that_is_not_installed_is_absent_and_never_agrees(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """It has a reason and a way to install it, no finding, and the others still judge."""
    monkeypatch.setitem(sys.modules, package, None)
    verdict = judge(CASE)
    (name,) = verdict.silent
    assert verdict.silent[name].startswith("absent")
    assert "pip install" in verdict.silent[name]
    assert name in str(verdict)
    assert name not in {f.witness for f in verdict.findings}
    assert verdict.status is Status.CORRECT


def test_without_any_witness_nothing_is_correct() -> None:
    """No testimony, no verdict: undecided is not truthy."""
    verdict = judge(CASE, witnesses=())
    assert verdict.status is Status.UNDECIDED
    assert not verdict


def test_a_witness_that_says_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A testimony without tensors is silence with a name, not agreement."""
    monkeypatch.setattr(torch_autograd, "testify", lambda case: testimony.Testimony(TORCH))
    verdict = judge(CASE, witnesses=(EXACT, TORCH))
    assert "said nothing of" in verdict.silent[TORCH]


def test_a_witness_that_breaks_down_does_not_take_the_judge_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is silent, with its error; a lie it tells alone is outvoted."""

    def fails(case: Case) -> testimony.Testimony:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(torch_autograd, "testify", fails)
    assert "out of memory" in judge(CASE).silent[TORCH]


def test_a_framework_that_alone_is_imprecise_is_outvoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX agrees on the loss and is off in a gradient that exact arithmetic confirms."""
    honest = jax_grad.testify

    def off(case: Case) -> testimony.Testimony:
        said = honest(case)
        return replace(said, tensors={**said.tensors, "0.b": said.tensors["0.b"] * 1.001})

    monkeypatch.setattr(jax_grad, "testify", off)
    verdict = judge(CASE)
    assert verdict.status is Status.CORRECT
    assert any("outvoted: jax is imprecise" in f.note for f in verdict.findings)


def test_without_exact_arithmetic_a_fault_is_still_convicted() -> None:
    """Torch, JAX and finite differences see a sign; what they judge by is said."""
    wrong = claim(Dense=spoiled(lambda dx, dp: (dx, {**dp, "b": -dp["b"]})))
    for witness in (TORCH, JAX, DIFFERENCES):
        verdict = judge(CASE, wrong, (witness,))
        assert verdict.status is Status.WRONG
        assert "no exact arithmetic" in verdict.evidence
        assert judge(CASE, witnesses=(witness,)).status is Status.CORRECT


def test_code_that_forces_float64_is_judged_by_the_others_and_says_why() -> None:
    """float() in a rule silences exact arithmetic with its file and line; torch still decides."""

    def forced(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Sigmoid](layer, p, x)
        return y, lambda dy: (dy * float(y[0, 0]) / float(y[0, 0]), pullback(dy)[1])

    network = Network(2, (Dense(2), Sigmoid()), HalfSquaredError())
    case = Case(network, 1, "float64", Drawn("tame", 0))
    verdict = judge(case, Claim(network, {**manual.LAYER_RULES, Sigmoid: forced}), (EXACT, TORCH))
    assert "test_court.py" in verdict.silent[EXACT]
    assert verdict.status is Status.WRONG


def test_the_true_gradient_comes_with_a_bound() -> None:
    """backproof.gradient agrees with the float gradient and bounds its own error far below it."""
    true = backproof.gradient(CASE)
    for name, g in manual.gradient(NETWORK, *values(CASE)).items():
        if name != "loss":
            np.testing.assert_allclose(true.values[name], g, rtol=1e-12, atol=1e-14)
            assert true.bounds[name].max() < 1e-100


def test_a_kink_within_the_step_but_not_at_the_point_accuses_nobody() -> None:
    """A pre-activation of 1e-40 is no kink, though a step of 2^-100 goes over it."""
    network = Network(1, (LeakyReLU(0.3), Dense(1)), HalfSquaredError("sum"))
    tensors = {"dx": np.array([[1e-40]]), "1.W": np.array([[2.0]]), "1.b": np.zeros(1)}
    case = Case(network, 1, "float64", Given(tensors, np.array([[3.0]])))
    assert judge(case).status is Status.CORRECT

    def upside_down(layer: Any, p: Any, x: Any) -> Any:
        y, _ = manual.LAYER_RULES[LeakyReLU](layer, p, x)
        return y, lambda dy: (np.where(x > 0, 0.3 * dy, dy), {})

    wrong = Claim(network, {**manual.LAYER_RULES, LeakyReLU: upside_down})
    verdict = judge(case, wrong, (EXACT,))
    assert verdict.status is Status.WRONG
    assert verdict.culprits == ("layer 0 (LeakyReLU): dx",)
