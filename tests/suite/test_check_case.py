"""The judge on trial: right gradients are passed, each kind of wrong is named."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backproof
from backproof import manual
from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    Given,
    HalfSquaredError,
    Network,
    Softplus,
    Tanh,
    values,
)
from backproof.architectures.strategies import cases
from backproof.faults.claims import Claim
from backproof.suite.check_case import check_case
from backproof.verdict import GradientError, Status
from backproof.verdict.decisions import LIMIT
from backproof.verdict.witnesses import DIFFERENCES, EXACT, JAX, TORCH, WITNESSES
from suite.small_claims import CASE, NETWORK, claim, spoiled


@given(case=cases)
def test_right_gradients_are_passed(case: Case) -> None:
    """Any network in any regime is correct or a kink by exact arithmetic and torch, both heard."""
    verdict = check_case(case, witnesses=(EXACT, TORCH))
    assert verdict, str(verdict)
    assert not verdict.silent
    assert {f.witness for f in verdict.findings} == {EXACT, TORCH}
    assert verdict.error_ratio < LIMIT or verdict.status is Status.KINK


@given(seed=st.integers(0, 2**16), dtype=st.sampled_from(["float32", "float64"]))
def test_all_four_witnesses_are_heard_on_every_tensor(seed: int, dtype: Any) -> None:
    """Of a smooth network every witness has a finding for each tensor, and every one agrees."""
    verdict = check_case(replace(CASE, dtype=dtype, data=Drawn("tame", seed)))
    tensors = {"loss", "dx", *NETWORK.parameters}
    heard = {w: {f.tensor for f in verdict.findings if f.witness == w} for w in WITNESSES}
    assert heard == {EXACT: tensors, TORCH: tensors, JAX: tensors, DIFFERENCES: tensors - {"loss"}}
    assert verdict.status is Status.CORRECT
    assert [f for f in verdict.findings if not f.status] == []


@pytest.mark.parametrize("part", [1.0, 1e-3, 1e-9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_element_off_is_detected_with_its_layer_tensor_and_place(
    part: float, dtype: Any
) -> None:
    """A part of 10^-9 of one weight's gradient is wrong, also where float32 could not show it."""

    def spoil(dx: Any, dp: Any) -> Any:
        W = dp["W"].copy()
        W[1, 2] = W[1, 2] * (1 + part)
        return dx, {**dp, "W": W}

    verdict = check_case(replace(CASE, dtype=dtype), claim(Dense=spoiled(spoil)), (EXACT,))
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
    finding = next(f for f in check_case(CASE, wrong, (EXACT,)).findings if f.tensor == "0.b")
    assert finding.true == pytest.approx(right[finding.worst], rel=1e-14)
    assert finding.claimed == pytest.approx(-right[finding.worst], rel=1e-14)


def test_a_wrong_forward_with_a_consistent_gradient_is_seen_by_the_frameworks() -> None:
    """Exact arithmetic alone has nothing to object; torch and jax compute another function."""

    def scaled(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Tanh](layer, p, x)
        return 1.01 * y, lambda dy: pullback(1.01 * dy)

    assert check_case(CASE, claim(Tanh=scaled), (EXACT,)).status is Status.CORRECT
    verdict = check_case(CASE, claim(Tanh=scaled))
    assert verdict.status is Status.WRONG
    assert "another function" in verdict.diagnosis


def test_a_float32_step_hidden_in_float64_code_is_imprecise() -> None:
    """The formula is right, so no order falls; the rounding is a billion times too large."""

    def hidden(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Tanh](layer, p, x)
        short = (lambda a: a) if x.dtype == object else lambda a: a.astype("f4").astype("f8")
        return y, lambda dy: (short(pullback(dy)[0]), {})

    verdict = check_case(CASE, claim(Tanh=hidden), (EXACT,))
    assert verdict.status is Status.IMPRECISE
    assert 1e6 < verdict.error_ratio < 1e12


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (lambda dx, dp: (dx, {**dp, "b": None}), "there is no gradient for 0.b"),
        (lambda dx, dp: (dx, {**dp, "b": dp["b"][None]}), r"has shape \(1, [24]\)"),
        (lambda dx, dp: (dx, {"b": 1 / 0}), "raises ZeroDivisionError"),
    ],
)
def test_misbehaviour_is_broken_and_said(spoil: Any, note: str) -> None:
    """None, a wrong shape and an exception: each is named, none takes the judge down."""
    verdict = check_case(CASE, claim(Dense=spoiled(spoil)), (EXACT, TORCH))
    assert verdict.status is Status.BROKEN
    assert any(f.status is Status.BROKEN for f in verdict.findings)
    assert re.search(note, str(verdict)), str(verdict)


def test_a_gradient_that_is_no_number_is_wrong_and_said() -> None:
    """NaN where the truth is finite."""
    wrong = claim(Dense=spoiled(lambda dx, dp: (dx, {**dp, "b": dp["b"] + np.nan})))
    verdict = check_case(CASE, wrong, (EXACT, TORCH))
    assert verdict.status is Status.WRONG
    assert verdict.culprits == ("layer 0 (Dense): b", "layer 2 (Dense): b")
    assert all(np.isnan(f.claimed) for f in verdict.findings if f.status is Status.WRONG)


def kinked(layers: tuple[Any, ...], loss: Any, x: Any) -> Case:
    """A case without parameters whose input stands on kinks."""
    x = np.array(x, dtype=float)
    return Case(Network(x.shape[1], layers, loss), len(x), "float64", Given({"dx": x}, 0 * x))


def test_what_overflows_although_the_truth_is_finite_is_broken() -> None:
    """log(1 + e^x) as it stands is 1000 at 1000, and infinite in float64."""

    def naive(layer: Any, p: Any, x: Any) -> Any:
        return np.log(1 + np.exp(x)), lambda dy: (dy / (1 + np.exp(-x)), {})

    case = kinked((Softplus(),), HalfSquaredError("sum"), [[1000.0, 1.0]])
    verdict = check_case(
        case, Claim(case.network, {**manual.LAYER_RULES, Softplus: naive}), (EXACT,)
    )
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

    assert "dx in place" in str(check_case(CASE, claim(Dense=eats), (EXACT,)))
    assert check_case(CASE, claim(Dense=spoiled(moody)), (EXACT,)).code == "BP210"


def test_the_true_gradient_of_a_case_is_there_for_anybody() -> None:
    """It is `manual`'s but for rounding."""
    true = backproof.gradient(CASE)
    for name, g in manual.gradient(NETWORK, *values(CASE)).items():
        if name != "loss":
            np.testing.assert_allclose(true.values[name], g, rtol=1e-12, atol=1e-14)
