"""The witness of black boxes on trial: its errors bound the truth, none is detected wrongly."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.differences.extrapolation import ALL, EVEN, limit
from backproof.differences.judgement import Outcome, judge
from differences.zoo import KINKS, ZOO, found, outcomes, spoiled

seeds = st.integers(0, 999)


@pytest.mark.parametrize("name", ZOO)
@given(seed=seeds)
def test_the_estimated_error_bounds_the_true_error(name: str, seed: int) -> None:
    """Whatever the loss does: a slope that is to be believed is as near as it says."""
    known = ZOO[name]
    x = known.at(np.random.default_rng(seed)).astype(float)
    told = found(known.loss, x, seed)
    assert told.complete
    for slope, true in zip(told.slopes, np.asarray(known.slope(x), float), strict=True):
        off = max(slope.low - true, true - slope.high) if not slope.why else -math.inf
        assert off <= slope.error + 4e-16 * abs(true), slope


@pytest.mark.parametrize("name", ZOO)
@given(seed=seeds)
def test_a_right_gradient_is_never_contradicted(name: str, seed: int) -> None:
    """And where a fault must be seen, the gradient without it is confirmed."""
    known = ZOO[name]
    x = known.at(np.random.default_rng(seed)).astype(float)
    said = outcomes(judge(found(known.loss, x, seed), np.asarray(known.slope(x), float)))
    assert Outcome.CONTRADICTS not in said
    assert said == {Outcome.AGREES} or not known.seen


@pytest.mark.parametrize("name", [name for name, known in ZOO.items() if known.seen])
@given(seed=seeds)
def test_a_fault_in_one_element_is_contradicted_there(name: str, seed: int) -> None:
    """One part in a million where rounding allows it, and at that element alone."""
    known = ZOO[name]
    x = known.at(np.random.default_rng(seed)).astype(float)
    told, k = found(known.loss, x, seed), seed % x.size
    said = list(judge(told, spoiled(known.slope(x), k, known.seen)))
    assert said[k].outcome is Outcome.CONTRADICTS
    assert outcomes(said[:k] + said[k + 1 :]) <= {Outcome.AGREES}


@pytest.mark.parametrize("name", KINKS)
def test_at_a_kink_both_slopes_are_found_and_all_between_agrees(name: str) -> None:
    """The mean is not the truth there, and what lies outside is still wrong."""
    loss, at, (low, high) = KINKS[name]
    x = at(np.random.default_rng(0))
    told = found(loss, x)
    for slope in told.slopes:
        assert slope.kink and not slope.why
        assert abs(slope.low - low) <= slope.error <= 1e-5
        assert abs(slope.high - high) <= slope.error
    for share in (0, 0.5, 1):
        between = np.full(x.shape, low + share * (high - low))
        assert outcomes(judge(told, between)) == {Outcome.AGREES}
    outside = np.full(x.shape, high + (high - low) / 100)
    assert outcomes(judge(told, outside)) == {Outcome.CONTRADICTS}


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: np.sqrt(np.abs(x)).sum(),
        lambda x: (x > 0).sum() + 0.5 * x.sum(),
        lambda x: np.where(x > 1, np.nan, x).sum() * np.nan,
        lambda x: np.random.default_rng().normal(),
        lambda x: 1 / 0,
    ],
    ids=["infinite slope", "jump", "NaN", "chance", "raises"],
)
def test_where_there_is_no_slope_to_find_nothing_is_told(loss: Callable[[Any], Any]) -> None:
    """The witness has failed then, with a reason; no gradient is wrong for it, and none right."""
    told = found(loss, np.zeros(2))
    for claimed in (np.zeros(2), np.ones(2), np.full(2, 0.5)):
        said = list(judge(told, claimed))
        assert told.why or outcomes(said) == {Outcome.CANNOT_TELL}
        assert told.why or all(j.why for j in said)


def test_a_gradient_that_is_no_number_is_contradicted() -> None:
    """Where the slope is known, NaN and infinity are not it."""
    told = found(lambda x: (x * x).sum(), np.ones(2))
    assert outcomes(judge(told, np.array([np.nan, np.inf]))) == {Outcome.CONTRADICTS}


def test_a_dead_gradient_is_0_and_nothing_else() -> None:
    """Of a constant loss 0 is confirmed; what its rounding could hide is not, nor contradicted."""
    told = found(lambda x: 3.7, np.ones(3))
    claims = {0.0: Outcome.AGREES, 1e-20: Outcome.CANNOT_TELL, 1e-12: Outcome.CONTRADICTS}
    for claim, outcome in claims.items():
        assert outcomes(judge(told, np.full(3, claim))) == {outcome}


def test_smooth_slopes_cost_few_evaluations() -> None:
    """At most 14 for each element, beside those that the noise of the tensor takes."""
    x = np.random.default_rng(0).uniform(0.5, 2, 50)
    for loss in (lambda x: np.exp(x).sum(), lambda x: np.log(np.exp(x).sum()), np.sum):
        assert found(loss, x).used <= 14 * x.size + 18


@pytest.mark.parametrize("powers", [EVEN, ALL])
def test_extrapolation_removes_the_powers_it_is_told_of(powers: tuple[int, ...]) -> None:
    """To rounding, from as many steps as there are powers and one; with the noise it is told of."""
    h = 2.0 ** -np.arange(1, len(powers) + 2)
    quotients = list(3 + sum(h**p for p in powers))
    clean, noisy = (limit(quotients, [n] * len(h), powers) for n in (0.0, 1e-3))
    assert abs(clean.value - 3) <= 1e-13
    assert 1e-3 <= noisy.noise <= noisy.error
    assert limit([1.0, math.nan, 1.0, 1.0], [0.0] * 4, powers).error == math.inf
