"""Kinks on trial: where slopes differ, what lies between them is right, and nothing else is."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backproof import manual
from backproof.architectures import (
    GELU,
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
)
from backproof.architectures.strategies import cases
from backproof.faults.claims import Claim
from backproof.suite.check_case import check_case
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT


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

    statuses = {s: check_case(case, at_zero(s), (EXACT,)).status for s in (0, 0.5, 1, 7, -0.5)}
    assert statuses == {
        0: Status.KINK,
        0.5: Status.KINK,
        1: Status.KINK,
        7: Status.WRONG,
        -0.5: Status.WRONG,
    }


def test_relu_of_x_minus_relu_of_minus_x_is_passed_at_0() -> None:
    """The whole is x, with slope 1, and every framework says 0: a kink in a layer, not a fault."""
    tensors = {
        "dx": np.array([[0.0]]),
        "0.W": np.array([[1.0], [-1.0]]),
        "0.b": np.zeros(2),
        "2.W": np.array([[1.0, -1.0]]),
        "2.b": np.zeros(1),
    }
    network = Network(1, (Dense(2), ReLU(), Dense(1)), HalfSquaredError("sum"))
    verdict = check_case(Case(network, 1, "float64", Given(tensors, np.array([[3.0]]))))
    assert verdict.status is Status.KINK
    assert "rectifiers.py" in verdict.evidence


def test_witnesses_with_other_conventions_on_a_kink_accuse_nobody() -> None:
    """At 0 JAX's leaky ReLU takes the right slope, torch's and ours the left: all may."""
    case = kinked((LeakyReLU(0.3),), HalfSquaredError("sum"), [[0.0, 1.0]])
    case = replace(case, data=Given(case.data.tensors, np.array([[3.0, 1.0]])))  # type: ignore[union-attr]
    verdict = check_case(case)
    assert verdict.status is Status.KINK
    assert any("jax has another convention" in f.note for f in verdict.findings)


def test_a_point_where_the_loss_is_an_absolute_value_is_a_kink() -> None:
    """A residual of 0 under the absolute error, where the claim of 0 lies between -1 and 1."""
    assert check_case(kinked((), AbsoluteError("sum"), [[0.0, 0.0]])).status is Status.KINK


def test_a_kink_within_the_step_but_not_at_the_point_accuses_nobody() -> None:
    """A pre-activation of 1e-40 is no kink, though a step of 2^-100 goes over it."""
    network = Network(1, (LeakyReLU(0.3), Dense(1)), HalfSquaredError("sum"))
    tensors = {"dx": np.array([[1e-40]]), "1.W": np.array([[2.0]]), "1.b": np.zeros(1)}
    case = Case(network, 1, "float64", Given(tensors, np.array([[3.0]])))
    assert check_case(case).status is Status.CORRECT

    def upside_down(layer: Any, p: Any, x: Any) -> Any:
        y, _ = manual.LAYER_RULES[LeakyReLU](layer, p, x)
        return y, lambda dy: (np.where(x > 0, 0.3 * dy, dy), {})

    wrong = Claim(network, {**manual.LAYER_RULES, LeakyReLU: upside_down})
    verdict = check_case(case, wrong, (EXACT,))
    assert verdict.status is Status.WRONG
    assert verdict.culprits == ("layer 0 (LeakyReLU): dx",)


@given(case=cases, regime=st.sampled_from(["tied", "zero", "sparse"]))
def test_every_kink_has_its_line(case: Case, regime: Any) -> None:
    """Where numbers are equal right rules are correct or a kink, and of a kink the line is told."""
    verdict = check_case(replace(case, data=Drawn(regime, 1)), witnesses=(EXACT,))
    assert verdict, verdict
    assert (verdict.status is Status.KINK) is ("not differentiable here" in verdict.evidence)
    assert verdict.status is Status.CORRECT or "manual" in verdict.evidence


def test_a_vanishing_slope_among_equal_numbers_is_no_kink() -> None:
    """All zero: the slope vanishes, and beside it the loss bends, as smooth ones do."""
    layers = (Dense(3), GELU(), Dense(3), GELU(), Dense(3), GELU())
    case = Case(Network(1, layers, CrossEntropy("sum")), 3, "float64", Drawn("zero", 229))
    assert check_case(case, witnesses=(EXACT,)).status is Status.CORRECT
