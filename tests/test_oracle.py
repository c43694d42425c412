"""The oracle on trial: gradients as other people write them, right and wrong, and what it says."""

from typing import Any

import numpy as np
import pytest
from backproof.oracle import judging
from wild import CLAIMS, WildClaim

import backproof
from backproof.checks import check as ways
from backproof.diagnosis import code_of
from backproof.verdict import Status, Verdict

X = np.random.default_rng(0).normal(size=(4, 3))
UNEXPLAINED, UNDECIDED, EXACT = 0.2, 0.03, 0.7
"""What the whole set may leave unexplained and undecided, and how much of it is decided exactly."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs hangs for one second."""
    monkeypatch.setattr(ways, "SECONDS", 1.0)


def judged(claims: list[WildClaim]) -> dict[str, Verdict]:
    """The verdicts on claims of the trial set, by name."""
    way = {"check": backproof.check, "check_layer": backproof.check_layer}
    return {c.name: way[c.way](*c.arguments(0), name=c.name, **c.options) for c in claims}


def mistaken(claims: list[WildClaim], verdicts: dict[str, Verdict]) -> dict[str, str]:
    """The right that are accused and the wrong that are acquitted, with what was said of them."""
    wrongly = [c.name for c in claims if bool(verdicts[c.name]) is not c.right]
    return {name: str(verdicts[name]) for name in wrongly}


@pytest.mark.usefixtures("impatient")
def test_the_trial_set() -> None:
    """No right gradient is accused and no wrong one acquitted; most are decided exactly, and of at
    least four in five wrong ones the first diagnosis is the cause that they were written with.
    """
    verdicts, wrong = judged(CLAIMS), [c for c in CLAIMS if not c.right]
    assert len(CLAIMS) >= 120
    assert mistaken(CLAIMS, verdicts) == {}
    undecided = [n for n, v in verdicts.items() if v.status is Status.UNDECIDED]
    assert len(undecided) <= UNDECIDED * len(CLAIMS)
    other = [c.name for c in wrong if verdicts[c.name].code != code_of(c.cause).code]
    assert len(other) <= UNEXPLAINED * len(wrong), other
    refused = [n for n, v in verdicts.items() if "exact" in v.silent]
    assert len(refused) <= (1 - EXACT) * len(CLAIMS), refused
    lines = [line for v in verdicts.values() for line in str(v).splitlines()[:-1]]
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("impatient")
def test_the_trial_set_by_differences_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where exact arithmetic cannot go the numeric witness accuses nobody who is right, and misses
    only what loses digits and what is wrong of two elements together.
    """
    monkeypatch.setattr(judging, "_examined", lambda *_: None)
    missed = ("imprecise", "largest of equals: counted-twice")
    claims = [c for c in CLAIMS[::3] if c.cause not in missed and c.name not in missed]
    verdicts = judged(claims)
    assert mistaken(claims, verdicts) == {}
    assert {f.witness for v in verdicts.values() for f in v.findings} >= {"finite differences"}


def square(x: Any) -> Any:
    """The sum of squares."""
    return (x * x).sum()


def double(x: Any) -> Any:
    """Its gradient."""
    return 2 * x


def test_a_wrong_forward_with_a_consistent_gradient_is_seen_by_the_reference_alone() -> None:
    """Without a reference it is right; with one the forward is convicted by BP401."""
    assert backproof.check(square, double, X)
    verdict = backproof.check(square, double, X, reference=lambda x: (x**3).sum())
    assert verdict.status is Status.WRONG
    assert verdict.code == "BP401"
    assert backproof.check(square, double, X, reference=lambda x: (x**2).sum())


def test_argnums_choose_what_is_differentiated() -> None:
    """The gradient of one argument is asked for; the other may be anything."""

    def loss(w: Any, x: Any) -> Any:
        return (w * x * x).sum()

    assert backproof.check(loss, lambda w, x: x * x, X, 3 * X, argnums=0)
    assert not backproof.check(loss, lambda w, x: x * x, X, 3 * X, argnums=1)


def test_a_float32_engine_is_judged_by_its_own_code_lifted() -> None:
    """The rounding of float32 is no fault, a fault of 1e-3 in one element is."""

    def gradient(x: Any) -> Any:
        return np.exp(x.astype(np.float32), dtype=np.float32)

    def spoiled(x: Any) -> Any:
        g = gradient(x)
        g[1, 2] *= np.float32(1.001)
        return g

    def loss(x: Any) -> Any:
        return np.exp(x.astype(np.float32)).sum()

    right = backproof.check(loss, gradient, X, dtype=np.float32)
    assert right.status is Status.CORRECT, str(right)
    wrong = backproof.check(loss, spoiled, X, dtype=np.float32)
    assert wrong.status is Status.WRONG
    assert next(f for f in wrong.findings if f.status is Status.WRONG).worst == (1, 2)


def test_what_the_code_prints_is_not_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """However often it is run, and whatever it is run on."""

    def loss(x: Any) -> Any:
        print("loss at", x)
        return (x * x).sum()

    assert backproof.check(loss, double, X)
    assert not backproof.check(loss, lambda x: -double(x), X)
    assert capsys.readouterr().out == ""


def test_code_that_leaves_when_it_meets_exact_numbers_does_not_take_the_judge_along() -> None:
    """sys.exit on anything but floats: exact arithmetic is silent, and differences decide."""

    def loss(x: Any) -> Any:
        if type(x) is not np.ndarray and "Followed" in type(x).__name__:
            raise SystemExit(1)
        return (x * x).sum()

    verdict = backproof.check(loss, double, X)
    assert verdict.status is Status.CORRECT
    assert "sys.exit(1)" in verdict.silent["exact"]
    assert backproof.check(loss, lambda x: -double(x), X).code == "BP101"


def test_a_tensor_may_be_called_loss() -> None:
    """The name of the result is no name that an argument cannot have."""
    assert backproof.check(lambda loss: (loss * loss).sum(), lambda loss: 2 * loss, X)


@pytest.mark.parametrize(
    ("domain", "x", "message"),
    [
        ({"y": "positive"}, X, "domain names 'y'"),
        ("negative", X, "say 'positive', 'simplex' or away_from"),
        ("positive", X, "lies outside of its own domain"),
        ("simplex", np.abs(X), "lies outside of its own domain"),
    ],
)
def test_a_domain_that_cannot_be_is_refused(domain: Any, x: Any, message: str) -> None:
    """The message says what a domain is."""
    with pytest.raises(ValueError, match=message):
        backproof.check(square, double, x, domain=domain)


def test_probabilities_stay_probabilities() -> None:
    """Along a simplex a gradient counts up to a constant for each row, and no further."""
    p = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)

    def entropy(p: Any) -> Any:
        return -(p * np.log(p)).sum()

    def shifted(p: Any) -> Any:
        return -np.log(p) + 7.0  # -log p - 1, and a constant that no move along the simplex sees

    assert not backproof.check(entropy, shifted, p)
    assert backproof.check(entropy, shifted, p, domain="simplex")
    assert not backproof.check(entropy, lambda p: -2 * np.log(p), p, domain={"p": "simplex"})


def test_what_must_stay_positive_is_not_moved_past_0() -> None:
    """A loss that asserts its domain is judged by differences that respect it."""

    def loss(x: Any) -> Any:
        assert min(map(float, x.ravel())) > 0  # exact arithmetic cannot follow float()
        return np.log(x).sum()

    x = np.abs(X) * 1e-3
    assert backproof.check(loss, lambda x: 1 / x, x, domain="positive")
    assert not backproof.check(loss, lambda x: 1.001 / x, x, domain="positive")


def test_what_keeps_away_from_a_pole_stays_on_its_side() -> None:
    """Beside the pole of 1 / x steps stay on the side where x is, and a point on it is refused."""

    def loss(x: Any) -> Any:
        assert all(map(float, x))  # exact arithmetic cannot follow float()
        return (1 / x).sum()

    x, domain = np.array([1e-3, -2e-3, 1.0]), backproof.away_from(0.0)
    assert backproof.check(loss, lambda x: -1 / x**2, x, domain=domain)
    assert not backproof.check(loss, lambda x: -1.001 / x**2, x, domain=domain)
    with pytest.raises(ValueError, match="outside of its own domain"):
        backproof.check(loss, lambda x: x, x, domain=backproof.away_from(1.0, margin=0.1))


def test_a_sampler_brings_out_what_one_point_hides() -> None:
    """A gradient that is wrong for large inputs alone is convicted, at the smallest such point."""

    def clipped(x: Any) -> Any:
        return np.clip(2 * x, -3, 3)

    assert backproof.check(square, clipped, X / 10)
    verdict = backproof.check(
        square, clipped, inputs=lambda seed: np.random.default_rng(seed).normal(size=seed % 4 + 2)
    )
    assert verdict.status is Status.WRONG
    assert "x (2,)" in str(verdict.case)


def test_a_strategy_is_shrunk() -> None:
    """Of all failing inputs Hypothesis finds the smallest: one element, just beyond the limit."""
    from hypothesis.extra.numpy import arrays
    from hypothesis.strategies import integers

    strategy = arrays(np.float64, integers(1, 5), elements=integers(-9, 9).map(float))
    verdict = backproof.check(square, lambda x: np.clip(2 * x, -9, 9), inputs=strategy)
    assert verdict.status is Status.WRONG
    assert "x (1,)" in str(verdict.case)


def test_what_cannot_be_called_is_refused() -> None:
    """By the name of the argument."""
    with pytest.raises(TypeError, match="gradient is a ndarray: it must be a function"):
        backproof.check(square, 2 * X, X)
    with pytest.raises(TypeError, match="forward is a int"):
        backproof.check_layer(3, None, X)
    with pytest.raises(TypeError, match="function is a ndarray"):
        backproof.check_jax(X, X)


@pytest.mark.parametrize(("args", "inputs"), [((), None), ((X,), lambda seed: X)])
def test_arguments_or_a_sampler_are_needed(args: Any, inputs: Any) -> None:
    """Neither, or both, is a mistake that is said."""
    with pytest.raises(ValueError, match="inputs="):
        backproof.check(square, double, *args, inputs=inputs)


def test_the_convention_at_a_tie_is_told() -> None:
    """Any value between the one-sided slopes is right at a kink, and the evidence names it."""

    def loss(x: Any) -> Any:
        return np.maximum(x, 0).sum()

    x = np.array([-1.0, 0.0, 2.0])
    for slope, said in ((0.0, "left slope"), (1.0, "right slope"), (0.5, "mean")):
        verdict = backproof.check(loss, lambda x, s=slope: np.where(x == 0, s, x > 0), x)
        assert verdict.status is Status.KINK
        assert "BP501" in verdict.evidence
        assert said in verdict.evidence
    outside = backproof.check(loss, lambda x: np.where(x == 0, 1.25, x > 0), x)
    assert outside.status is Status.WRONG


def one_of(x: Any, k: int) -> Any:
    """All of the slope to the k-th of the largest."""
    hit = np.zeros(x.shape)
    hit[np.flatnonzero(x == np.max(x))[k]] = 1
    return hit


@pytest.mark.parametrize(
    ("gradient", "said"),
    [
        (lambda x: 3 * one_of(x, 0), "all to the first of the tie"),
        (lambda x: 3 * one_of(x, -1), "all to the last of the tie"),
        (lambda x: 3 * (x == np.max(x)) / np.sum(x == np.max(x)), "shared among the tie"),
        (lambda x: 3 * (x == np.max(x)), ""),
        (lambda x: 3 * (x == np.max(x)) * (np.sum(x == np.max(x)) == 1), ""),
    ],
    ids=["first", "last", "shared", "to each", "to none"],
)
def test_those_that_tie_share_one_slope(gradient: Any, said: str) -> None:
    """The slope of a maximum goes to the first, to the last or to all in parts, never to each."""
    verdict = backproof.check(lambda x: 3 * np.max(x), gradient, np.array([2.0, 2.0, 1.0, 2.0]))
    assert verdict.status is (Status.KINK if said else Status.WRONG), str(verdict)
    assert said in verdict.evidence
    assert said or "together" in str(verdict)


def test_a_verdict_is_data_and_a_page(tmp_path: Any) -> None:
    """It goes to JSON and back, and onto a page of its own."""
    verdict = backproof.check(square, lambda x: -2 * x, X)
    assert Verdict.from_json(verdict.to_json()) == verdict
    verdict.to_html(tmp_path / "one.html")
    page = (tmp_path / "one.html").read_text()
    assert verdict.case.id in page and "BP101" in page


def test_a_large_gradient_is_judged_along_directions() -> None:
    """Beyond what balls can follow a column that is off is still seen, and the reach is told."""
    from backproof.power.scale import measure_scale

    found = measure_scale(150_000)
    assert found.acquitted and found.convicted
    assert "in one element" in found.resolution


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_maximum_finds_its_own_element_again(dtype: Any) -> None:
    """A backward that compares with the maximum is no less precise for its being a selection."""

    def forward(x: Any) -> Any:
        m = x.max(axis=0)
        return m**2, (x, m)

    def backward(dy: Any, cache: Any) -> Any:
        x, m = cache
        return (x == m) * (2 * m * dy)

    assert backproof.check_layer(forward, backward, X.astype(dtype)).status is Status.CORRECT
