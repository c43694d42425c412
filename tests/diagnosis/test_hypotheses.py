"""The diagnosis on trial: planted mistakes are named, right gradients and noise are not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_gradients import DENSE, PLANTED, Planted, Tensors, evidence, gives
from planted_gradients import FUNCTIONS as PLAIN
from planted_paths import FUNCTIONS as FOLLOWED
from planted_paths import PATHS

from backproof.architectures import Case, CrossEntropy, Dense, Drawn, Network, Sigmoid
from backproof.diagnosis import (
    CODES,
    HYPOTHESES,
    Diagnosis,
    Evidence,
    code_of,
    diagnose,
    explain,
)
from backproof.diagnosis.deviation import deviations
from backproof.diagnosis.pattern import pattern
from backproof.faults import FAULTS, claim_with
from backproof.faults.claims import Claim, tensors_of
from backproof.suite.planted import match_planted

DTYPES = ("float64", "float32")
SEEDS = range(5)
ALL = (*PLANTED, *PATHS)
FUNCTIONS = {**PLAIN, **FOLLOWED}
every_planted = pytest.mark.parametrize("planted", ALL, ids=lambda p: f"{p.slug}: {p.name}")


@pytest.mark.parametrize("dtype", DTYPES)
@every_planted
def test_a_planted_mistake_is_named(planted: Planted, dtype: str) -> None:
    """What is diagnosed first of a wrong gradient, run in either dtype, is what was planted."""
    for seed in SEEDS:
        found = diagnose(evidence(planted.function, planted.claim, dtype, seed))
        assert found is not None and found.slug == planted.slug, found
        assert found.explained == (0.0 if planted.slug == "unexplained" else 1.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_right_gradient_has_no_diagnosis(name: str, dtype: str) -> None:
    """The functions that the mistakes are planted in are, without them, given no diagnosis."""
    for seed in SEEDS:
        right = evidence(FUNCTIONS[name], FUNCTIONS[name].gradient, dtype, seed)
        assert diagnose(right) is None
        assert diagnose(replace(right, exact_claimed=right.true)) is None


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
    assert [h.__name__ for _, h in HYPOTHESES if h not in used] == []


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


def test_the_rounding_of_a_constant_is_seen_without_rounding_alone() -> None:
    """Exact values off by a part of 4e-15 are a constant's; off by more than 1e-13, a fault's."""
    right = evidence(DENSE, DENSE.gradient)
    off = replace(right, exact_claimed={n: t * (1 + 4e-15) for n, t in right.true.items()})
    found = diagnose(off)
    assert found is not None and found.slug == "constant-rounding"
    far = replace(right, exact_claimed={n: t * (1 + 1e-12) for n, t in right.true.items()})
    assert diagnose(far) is None


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


def test_one_cause_of_all_tensors_is_told_once() -> None:
    """A factor in all the gradients is one diagnosis, with its number, its name and its tensors."""
    found = diagnose(
        evidence(DENSE, lambda p, dy: {n: g / 5 for n, g in DENSE.gradient(p, dy).items()})
    )
    assert found is not None and found.tensors == ("x", "W", "b") and not found.others
    assert found.detail == "x, W, b: 5 times too small; 5 is the size of axis 0 of x (N)"


def test_several_causes_are_told_each() -> None:
    """Each tensor keeps its own diagnosis, and what is explained is a share of what is wrong."""

    def claim(p: Tensors, dy: Any) -> Tensors:
        right = DENSE.gradient(p, dy)
        return {"x": right["x"] * np.cos(p["x"] + p["W"][:1]), "W": right["W"] / 5, "b": None}

    found = diagnose(evidence(DENSE, claim))
    assert found is not None
    told = {d.slug: d.tensors for d in (found, *found.others)}
    assert told == {"none": ("b",), "factor": ("W",), "unexplained": ("x",)}
    assert found.explained == 12 / (12 + 15)
    assert all(len(line) <= 80 for line in str(found).splitlines())


def test_a_number_has_its_name() -> None:
    """A factor is named by the argument that it is, rather than by a size that is as large."""
    x = np.random.default_rng(0).standard_normal((3, 2))
    for inputs, name in (({"T": 3.0}, "T"), ({"p": 2 / 3}, "1 / (1 - p)")):
        found = diagnose(Evidence({"x": 3 * x}, {"x": x}, inputs=inputs))
        assert found is not None and f"3 is {name}" in found.detail, found
    found = diagnose(Evidence({"x": 3.3 * x}, {"x": x}))
    assert found is not None and "constant factor 3.3" in found.detail


def test_a_loss_that_is_no_number_comes_first() -> None:
    """Of a loss that is NaN no gradient is judged."""
    found = diagnose(replace(evidence(DENSE, DENSE.gradient), loss=float("nan")))
    assert found is not None and found.slug == "loss-not-finite"


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


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (np.s_[2, :], "the whole of row 2"),
        (np.s_[:, [1, 3]], "the whole of columns 1, 3"),
        (np.s_[[0, 1, 2, 3], [0, 1, 2, 3]], "the diagonal"),
        (np.s_[1:-1, 1:-1], "the interior"),
        (np.s_[1:3, 0:2], "within rows 1 to 2, columns 0 to 1"),
        (np.s_[3, 4], "one element of 20 is wrong, at [3, 4]"),
        (np.s_[:], "all 20 elements are wrong"),
    ],
)
def test_a_pattern_is_put_in_words(place: Any, words: str) -> None:
    """Rows, columns, the diagonal, the interior, a box and a single element are told apart."""
    error = np.zeros((4, 5))
    error[place] = 0.1
    assert words in pattern(error)


def test_an_error_that_stays_the_same_along_an_axis_is_said_to() -> None:
    """What is missing is then a mean, or a sum, along that axis."""
    x = np.random.default_rng(0).standard_normal((4, 3))
    off = np.array([[0.3], [-0.2], [0.5], [0.1]])
    found = diagnose(Evidence({"x": x + off}, {"x": x}))
    assert found is not None and found.pattern.endswith("the error is the same all along axis 1")
    other = diagnose(Evidence({"x": x + off * np.cos(x)}, {"x": x}))
    assert other is not None and "the same all along" not in other.pattern


def test_channels_have_their_own_word() -> None:
    """Of an image batch the second axis is that of the channels."""
    error = np.zeros((2, 3, 4, 4))
    error[:, 1] = 1
    assert pattern(error).endswith("the whole of channel 1")
    assert pattern(np.zeros(3)) == "no element is wrong"


def test_a_planted_fault_is_matched_by_doing_the_same() -> None:
    """A network's gradient is matched with the fault that made it, and right ones with none."""
    case = Case(
        Network(3, (Dense(4), Sigmoid(), Dense(2)), CrossEntropy("mean")),
        5, "float64", Drawn("tame", 1),
    )  # fmt: skip
    for key in ("sigmoid-s-s-for-s-1-s", "dense-dw-of-the-first-sample", "dense-db-none",
                "dense-an-element-of-db-off-by-1e-9"):  # fmt: skip
        results = claim_with(FAULTS[key], case.network).gradient(tensors_of(case))
        assert match_planted(case, results) == key
    right = Claim(case.network).gradient(tensors_of(case))
    assert match_planted(case, right) is None
    assert match_planted(case, {**right, "0.b": right["0.b"] + [1.0, -2.0, 0.5, 3.0]}) is None


@pytest.mark.parametrize("slug", CODES)
def test_a_page_fits_the_terminal_and_says_all(slug: str) -> None:
    """Each page has its code, its parts and no line of more than 80 columns."""
    page = explain(slug)
    assert page == explain(CODES[slug].code) == explain(slug.upper())
    assert page.startswith(f"{CODES[slug].code} [{slug}] {CODES[slug].title}")
    assert all(part in page for part in ("What it looks like", "The usual cause", "The mend"))
    assert max(map(len, page.splitlines())) <= 80


def test_the_codes_are_one_to_one() -> None:
    """No code, slug or title is given twice, and every hypothesis has its page."""
    pages = CODES.values()
    assert len({p.code for p in pages}) == len({p.title for p in pages}) == len(pages)
    assert {slug for slug, _ in HYPOTHESES} <= set(CODES)
    assert Diagnosis("sign", ("W",), "x").code == "BP101"


def test_an_unknown_code_lists_the_near_ones() -> None:
    """A code that nobody has is refused with those that look like it."""
    with pytest.raises(ValueError, match="BP103 transposed"):
        explain("trnsposed")
    with pytest.raises(ValueError, match="there are sign, factor"):
        code_of("?")
