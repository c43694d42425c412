"""A loss as a black box: where it is probed, what it costs, and that it stays as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.architectures import Array
from backproof.differences.judgement import Judgement, Outcome, judge
from backproof.differences.witness import differentiate
from differences.zoo import SINGLE, found, outcomes, spoiled


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
    seed=st.integers(0, 2**32 - 1),
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
