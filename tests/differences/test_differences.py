"""The witness of black boxes on trial: its errors bound the truth, none is detected wrongly."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.architectures import Array
from backproof.differences.extrapolation import ALL, EVEN, limit
from backproof.differences.judgement import Judgement, Outcome, judge
from backproof.differences.witness import differentiate
from differences.zoo import KINKS, SINGLE, ZOO, found, outcomes, spoiled

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


def net(dtype: Any, n: int = 400) -> tuple[Callable[[Any], Any], Callable[[Any], Array], Array]:
    """A loss of many parameters, its gradient, and a point."""
    rng = np.random.default_rng(1)
    A, x = rng.normal(size=(8, n)) / np.sqrt(n), rng.uniform(0.5, 2, n) * rng.choice([-1, 1], n)

    def loss(x: Any) -> Any:
        return (np.tanh(A.astype(dtype) @ x.astype(dtype)) ** 2).sum()

    def gradient(x: Any) -> Array:
        y = np.tanh(A @ x)
        return np.asarray(2 * y * (1 - y * y) @ A)

    return loss, gradient, x


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_directions_confirm_the_right_and_show_faults_above_their_resolution(dtype: str) -> None:
    """Of a tensor too large for its budget; the fault in one element is seen as far as is said."""
    loss, gradient, x = net(dtype)
    g = gradient(x)
    for seed in range(5):
        told = found(loss, x, seed, budget=600)
        assert not told.complete and told.used <= 600
        right = list(judge(told, g))
        assert Outcome.CONTRADICTS not in outcomes(right)
        assert sum(j.outcome is Outcome.AGREES for j in right) > 4
        k = int(np.argmax(np.abs(g * x)))
        wrong = spoiled(g, k, 4 * told.resolution)
        assert Outcome.CONTRADICTS in outcomes(judge(told, wrong))
        assert told.resolution < (1e-5 if dtype == "float64" else 0.5)


def test_single_elements_worth_a_look_are_those_that_the_claim_makes_large() -> None:
    """A claim that is 0 but for one element is contradicted at that element, by name."""
    loss, _, x = net("float64")
    claimed = spoiled(np.zeros(x.size), 0, 0)
    claimed[123] = 5.0
    told = differentiate(lambda at: loss(at["x"]), {"x": x}, ["x"], 0, 600, claimed={"x": claimed})
    said: list[Judgement] = [j for j in judge(told["x"], claimed) if j.probe.single]
    assert any(j.probe.start == 123 and j.outcome is Outcome.CONTRADICTS for j in said)


def test_the_point_stays_as_it_was_and_only_one_tensor_moves() -> None:
    """The loss gets the caller's own arrays, except for a copy of the one that moves."""
    at = {"a": np.ones(2), "b": np.full((2, 1), 2.0), "labels": np.array([0, 1])}
    moved: set[str] = set()

    def loss(now: Any) -> float:
        others = {name for name in at if now[name] is not at[name]}
        assert len(others) <= 1 and now["b"].shape == (2, 1)
        moved.update(others)
        return float((now["a"] * now["b"][:, 0]).sum())

    told = differentiate(loss, at, ["a", "b"], 0)
    assert moved == {"a", "b"}
    assert np.array_equal(at["a"], np.ones(2)) and np.array_equal(at["b"], np.full((2, 1), 2.0))
    assert outcomes(judge(told["a"], at["b"][:, 0])) == {Outcome.AGREES}
    assert outcomes(judge(told["b"], at["a"][:, None])) == {Outcome.AGREES}


def test_masked_elements_stay_masked() -> None:
    """Minus infinity among the scores of a softmax: its slope is 0, and the others are found."""
    x = np.array([0.3, -np.inf, 1.2, -np.inf])
    p = np.exp(x) / np.exp(x).sum()
    told = found(lambda x: np.log(np.exp(x).sum()), x)
    assert outcomes(judge(told, p)) == {Outcome.AGREES}
    assert list(judge(told, p + 1e-4))[1].outcome is Outcome.CONTRADICTS


@given(
    scale=st.sampled_from([0, 1e-320, 1e-300, 1e-30, 1, 1e30, 1e300, np.inf, np.nan]),
    dtype=st.sampled_from(["float16", "float32", "float64"]),
    loss=st.sampled_from([np.sum, np.prod, lambda x: 1 / x.sum(), lambda x: (x**5).sum(), str]),
    budget=st.sampled_from([3, 60, 3000]),
    seed=seeds,
)
def test_numbers_at_the_ends_of_their_range_raise_nothing(
    scale: float, dtype: str, loss: Callable[[Any], Any], budget: int, seed: int
) -> None:
    """Overflow, underflow, NaN and a loss that is no number: each is told, or not judged."""
    with np.errstate(all="ignore"):
        x = (scale * np.random.default_rng(seed).normal(size=3)).astype(dtype)
    told = found(loss, x, seed, budget=budget)
    assert told.why or len(list(judge(told, np.ones(3)))) == len(told.slopes) > 0
    assert told.resolution >= 0 and told.used <= budget


def test_float32_tensors_stay_float32() -> None:
    """Steps are taken on their own grid, and judged by their own rounding."""
    x = np.array([0.3, 1.7, -2.2], dtype=SINGLE)
    seen: set[Any] = set()

    def loss(x: Array) -> float:
        seen.add(x.dtype)
        return float((x * x).sum())

    told = found(loss, x)
    assert seen == {np.dtype(SINGLE)}
    assert outcomes(judge(told, 2 * x)) == {Outcome.AGREES}
    wrong = np.array([2, 2, 2.01], dtype=SINGLE) * x
    assert [j.outcome for j in judge(told, wrong)][2] is Outcome.CONTRADICTS


def test_neither_budget_nor_deadline_is_overrun() -> None:
    """What was found until then counts, and the reason for the rest is told."""
    calls = []

    def loss(x: Any) -> float:
        calls.append(1)
        return float(np.sqrt(np.abs(x - 1)).sum())

    told = found(loss, np.ones(40), budget=650)
    assert len(calls) == told.used <= 650
    assert not told.complete and "evaluations" in told.why
    calls.clear()
    late = found(loss, np.full(40, 3.0), expired=lambda: len(calls) >= 100)
    assert len(calls) == 100 and "time" in late.why
    assert late.slopes and outcomes(judge(late, np.full(40, 0.125**0.5))) == {Outcome.AGREES}


def test_a_claim_of_another_shape_is_no_claim() -> None:
    """It is for its owner to say what that means."""
    with pytest.raises(ValueError, match=r"shape \(1,\) for \(2,\)"):
        list(judge(found(lambda x: x.sum(), np.ones(2)), np.ones(1)))


def test_the_rounding_of_a_claim_is_allowed_for_as_told() -> None:
    """An element may be off by what its owner says it may, and by no more."""
    told = found(lambda x: (x * x).sum(), np.ones(2))
    off = np.full(2, 2 + 1e-4)
    assert outcomes(judge(told, off, rounding=2e-4)) == {Outcome.AGREES}
    assert outcomes(judge(told, off, rounding=5e-5)) == {Outcome.CONTRADICTS}


@pytest.mark.parametrize("powers", [EVEN, ALL])
def test_extrapolation_removes_the_powers_it_is_told_of(powers: tuple[int, ...]) -> None:
    """To rounding, from as many steps as there are powers and one; with the noise it is told of."""
    h = 2.0 ** -np.arange(1, len(powers) + 2)
    quotients = list(3 + sum(h**p for p in powers))
    clean, noisy = (limit(quotients, [n] * len(h), powers) for n in (0.0, 1e-3))
    assert abs(clean.value - 3) <= 1e-13
    assert 1e-3 <= noisy.noise <= noisy.error
    assert limit([1.0, math.nan, 1.0, 1.0], [0.0] * 4, powers).error == math.inf
