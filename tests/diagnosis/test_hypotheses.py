"""The diagnosis on trial: planted mistakes are named, right gradients and noise are not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import right_chains
import right_functions
import right_sums
from hypothesis import given
from hypothesis import strategies as st
from planted import Planted, Tensors, evidence, gives
from planted_gradients import PLANTED
from planted_paths import PATHS
from right_functions import DENSE

from backproof.diagnosis import HYPOTHESES, Evidence, diagnose
from backproof.diagnosis.deviation import deviations

DTYPES = ("float64", "float32")
SEEDS = range(5)
ALL = (*PLANTED, *PATHS)
FUNCTIONS = {**right_functions.FUNCTIONS, **right_sums.FUNCTIONS, **right_chains.FUNCTIONS}
every_planted = pytest.mark.parametrize("planted", ALL, ids=lambda p: f"{p.slug}: {p.name}")


@pytest.mark.parametrize("dtype", DTYPES)
@every_planted
def test_a_planted_mistake_is_named(planted: Planted, dtype: str) -> None:
    """What is diagnosed first of a wrong gradient, run in either dtype, is what was planted."""
    for seed in SEEDS:
        found = diagnose(evidence(planted.function, planted.claim, dtype, seed))
        assert found is not None and found.slug == planted.slug, found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_right_gradient_has_no_diagnosis(name: str, dtype: str) -> None:
    """The functions that the mistakes are planted in are, without them, given no diagnosis."""
    for seed in SEEDS:
        right = evidence(FUNCTIONS[name], FUNCTIONS[name].gradient, dtype, seed)
        assert diagnose(right) is None


def vanishing(p: Tensors, dy: Any) -> Tensors:
    """db times (1 + e) - 1 over e, for an e that float32 does not see beside 1."""
    one, e = p["x"].dtype.type(1), p["x"].dtype.type(2.0**-30)
    return {**DENSE.gradient(p, dy), "b": dy.sum(axis=0) * ((one + e - one) / e)}


def unrounded() -> Evidence:
    """A claim whose rounding is thousands of times too large, and right without rounding."""
    noisy = gives(DENSE, "W", lambda p, dy, g: g * (1 + 1e-11 * np.cos(g)))
    found = evidence(DENSE, noisy)
    return replace(found, exact_claimed=found.true)


def test_every_hypothesis_is_somebodys() -> None:
    """No line of the table is dead: each is the first to explain a tensor of a planted mistake."""
    trials = [evidence(planted.function, planted.claim) for planted in ALL]
    trials += [evidence(DENSE, vanishing, "float32"), unrounded()]
    used = {
        next((h for _, h in HYPOTHESES if h(deviation) is not None), None)
        for trial in trials
        for deviation in deviations(trial)
    }
    assert [slug for slug, h in HYPOTHESES if h not in used] == []


def test_what_is_right_in_another_dtype_is_told_from_what_is_wrong() -> None:
    """A claim that only float32 spoils is right in one dtype; a wrong formula is so in none."""
    found = diagnose(evidence(DENSE, vanishing, "float32"))
    assert found is not None and found.slug == "one-dtype" and "float64" in found.detail
    wrong = diagnose(evidence(DENSE, gives(DENSE, "b", lambda p, dy, g: -g), "float32"))
    assert wrong is not None and wrong.slug == "sign"


def test_excess_rounding_is_told_from_a_wrong_formula() -> None:
    """Where the claim's code is right without rounding, no formula is blamed."""
    found = diagnose(unrounded())
    assert found is not None and found.slug == "imprecise" and found.tensors == ("W",)


KINDS = ("everywhere", "one element", "a block", "half of them")


@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.sampled_from(KINDS),
    st.floats(-8, 3),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_noise_is_never_explained(
    name: str, kind: str, size: float, relative: bool, seed: int
) -> None:
    """Gaussian errors of any size, at any place, are unexplained or rounding: never a diagnosis."""
    function = FUNCTIONS[name]

    def claim(p: Tensors, dy: Any) -> Tensors:
        rng = np.random.default_rng([seed, 1])  # the inputs are drawn from seed
        right = function.gradient(p, dy)
        tensor = rng.choice(list(right))
        error = 10**size * rng.standard_normal(right[tensor].shape)
        error *= place(kind, error.shape, rng)
        return {**right, tensor: right[tensor] + error * (right[tensor] if relative else 1)}

    found = evidence(function, claim, seed=seed)
    found = found if relative else replace(found, rerun=None)  # what is added is not linear in dy
    told = diagnose(found)
    assert told is None or told.slug == "unexplained", told


def place(kind: str, shape: tuple[int, ...], rng: Any) -> Any:
    """Where the errors are: an array of truth values."""
    match kind:
        case "everywhere":
            return np.ones(shape, dtype=bool)
        case "one element":
            return np.arange(np.prod(shape)).reshape(shape) == rng.integers(np.prod(shape))
        case "a block":
            found = np.zeros(shape, dtype=bool)
            found[tuple(slice(*sorted(rng.choice(n + 1, 2, replace=False))) for n in shape)] = True
            return found
        case _:
            return rng.random(shape) < 0.5


def test_reruns_that_raise_are_no_answers() -> None:
    """A claim or a truth that cannot be asked again leaves the other hypotheses as they were."""

    def fails(question: Any) -> Any:
        raise ZeroDivisionError

    for planted in PLANTED[:3]:
        silent = replace(
            evidence(planted.function, planted.claim),
            rerun=fails, at=fails, true_rerun=fails, true_at=fails,
        )  # fmt: skip
        found = diagnose(silent)
        assert found is not None and found.slug == planted.slug
