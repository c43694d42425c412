"""The trial set is itself on trial: what is called right is, what is called wrong is, and how."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wild import CLAIMS, WildClaim
from wild.behaviour import MISBEHAVIOUR, misbehaviour
from wild.trial import AGREES, claimed, disagreement, moved, pose, tensors

SEEDS = (0, 1, 2)
BY_NAME = {claim.name: claim for claim in CLAIMS}
FORMULAS = [
    "sign", "factor", "transposed", "shifted", "wrong-axis", "not-reduced", "one-sample",
    "diagonal", "cotangent-ignored", "zero", "partly-zero", "assigned", "counted-twice", "clipped",
    "regulariser", "at-the-output", "one-sided-clamp", "swapped", "path-left-out", "unexplained",
]  # fmt: skip
ROUNDING = ["one-dtype", "imprecise"]
REMARKS = ["constant-rounding", "convention"]
"""What is said of right claims."""
ALSO = {
    "check": {"not-reduced": "wrong-shape"},
    "check_layer": {
        "not-reduced": "wrong-shape",
        "cotangent-ignored": "not-linear",
        "clipped": "not-linear",
        "regulariser": "not-linear",
    },
}
"""What else shows of a wrong formula, by the way in."""

Tensors = dict[str, Any]


def at_a_kink(claim: WildClaim) -> bool:
    """Whether a claim, or the right one that it is the twin of, is judged at a kink."""
    return "convention" in (claim.cause, BY_NAME[claim.pair].cause)


def chosen(which: Callable[[WildClaim], bool]) -> pytest.MarkDecorator:
    """Runs a test once for each claim chosen."""
    claims = [claim for claim in CLAIMS if which(claim)]
    return pytest.mark.parametrize("claim", claims, ids=[claim.name for claim in claims])


@pytest.fixture
def only_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines of float32 compute in float64: differences judge their formula, not their digits."""
    monkeypatch.setattr(np, "float32", np.float64)


def test_every_cause_occurs_twice() -> None:
    """Each cause that NumPy code can have is had by two wrong claims, and is known to the trial."""
    wrong = Counter(claim.cause for claim in CLAIMS if not claim.right)
    known = {*FORMULAS, *MISBEHAVIOUR, *ROUNDING}
    assert set(wrong) == known
    assert {slug for slug in known - {"unexplained"} if wrong[slug] < 2} == set()
    remarks = Counter(claim.cause for claim in CLAIMS if claim.right and claim.cause)
    assert set(remarks) == set(REMARKS) and min(remarks.values()) >= 2


def test_every_claim_has_its_twin() -> None:
    """Names are unique; a wrong claim's twin is right, and a right one's is wrong and names it."""
    assert len(BY_NAME) == len(CLAIMS) >= 96
    assert sum(claim.right for claim in CLAIMS) >= 48
    for claim in CLAIMS:
        twin = BY_NAME[claim.pair]
        assert twin.right is not claim.right and twin.way == claim.way
        assert twin.pair == claim.name or not claim.right


@chosen(lambda claim: True)
def test_a_seed_draws_the_same_again_and_another_other_numbers(claim: WildClaim) -> None:
    """Arguments are a function of the seed, and do depend on it."""
    these, same, other = (tensors(pose(claim, seed).args) for seed in (3, 3, 4))
    for path, tensor in these.items():
        np.testing.assert_array_equal(tensor, same[path])
    assert any((tensor != other[path]).any() for path, tensor in these.items())


@chosen(lambda claim: claim.right and not at_a_kink(claim))
@pytest.mark.usefixtures("only_float64")
def test_right_gradients_agree_with_differences(claim: WildClaim) -> None:
    """Along a random direction in each tensor, at every seed."""
    assert max(disagreement(pose(claim, s, np.float64), s) for s in SEEDS) < AGREES


@chosen(lambda claim: claim.cause in FORMULAS and not at_a_kink(claim))
@pytest.mark.usefixtures("only_float64")
def test_wrong_formulas_disagree_with_differences(claim: WildClaim) -> None:
    """In one tensor at least, at every seed."""
    assert min(disagreement(pose(claim, s, np.float64), s) for s in SEEDS) > 10 * AGREES


@chosen(lambda claim: claim.cause != "one-dtype")
def test_claims_misbehave_as_they_are_labelled_and_in_no_other_way(claim: WildClaim) -> None:
    """Right claims and wrong formulas behave; of the others the label is what shows first."""
    shown = {slug: slug for slug in MISBEHAVIOUR} | ALSO[claim.way]
    assert misbehaviour(claim, SEEDS[0]) == shown.get(claim.cause, "")


def multiple(c: Any, t: Any) -> bool:
    """Whether c = k t with one k, neither 0 nor 1."""
    k = float((c * t).sum() / (t * t).sum())
    return abs(k) > 1e-6 and abs(k - 1) > 1e-6 and np.allclose(c, k * t)


def penalised(off: Any, w: Any) -> bool:
    """Whether the error is the gradient of a penalty: a multiple of w, or of its signs."""
    return multiple(off, w) or multiple(off, np.sign(w))


PATTERNS: dict[str, Callable[[Tensors, Tensors, Tensors], bool]] = {
    "sign": lambda c, t, x: any(np.allclose(c[n], -t[n]) for n in t),
    "factor": lambda c, t, x: any(multiple(c[n], t[n]) for n in t),
    "zero": lambda c, t, x: (
        all(np.allclose(c[n], t[n] if c[n].any() else 0) for n in t)
        and any(t[n].any() and not c[n].any() for n in t)
    ),
    "partly-zero": lambda c, t, x: all(
        (np.isclose(c[n], t[n]) | (c[n] == 0)).all() and c[n].size for n in t
    ),
    "swapped": lambda c, t, x: any(
        a != b and c[a].shape == t[b].shape and np.allclose(c[a], t[b]) for a in t for b in t
    ),
    "not-reduced": lambda c, t, x: all(
        np.allclose(c[n].reshape(-1, *t[n].shape).sum(0), t[n]) for n in t
    ),
    "regulariser": lambda c, t, x: any(penalised(c[n] - t[n], x[n]) for n in t),
    "clipped": lambda c, t, x: all(
        (abs(c[n]) <= abs(t[n])).all() and (c[n] * t[n] >= 0).all() for n in t
    ),
}
"""The claimed gradients, the true ones and the arguments to whether the error has its pattern."""


@chosen(lambda claim: claim.cause in PATTERNS)
@pytest.mark.parametrize("seed", SEEDS)
def test_errors_have_the_pattern_that_their_cause_names(claim: WildClaim, seed: int) -> None:
    """Against the gradients of the right twin."""
    true, posed = claimed(pose(BY_NAME[claim.pair], seed)), pose(claim, seed)
    got = {path: np.asarray(g) for path, g in claimed(posed).items()}
    assert PATTERNS[claim.cause](got, true, tensors(posed.args))


@chosen(at_a_kink)
def test_at_a_kink_right_claims_lie_between_the_slopes_and_wrong_ones_do_not(
    claim: WildClaim,
) -> None:
    """Along random directions in one row, at one kink: the slopes ahead and behind."""
    posed, rng, h = pose(claim, 0), np.random.default_rng(6), 1e-7
    ((path, tensor),) = tensors(posed.args).items()
    g, here, inside = claimed(posed)[path], moved(posed, path, 0), []
    for k in range(60):
        v = np.zeros(tensor.shape)
        v[k % len(v)] = rng.normal(size=tensor.shape[1:])
        sides = [(moved(posed, path, s * h * v) - here) / (s * h) for s in (1, -1)]
        inside.append(min(sides) - 1e-5 <= (g * v).sum() <= max(sides) + 1e-5)
    assert all(inside) is claim.right


@chosen(lambda claim: claim.cause == "one-dtype")
def test_in_one_dtype_alone_it_is_right_and_finite(claim: WildClaim) -> None:
    """In float64 it agrees with differences; in float32 it overflows, and its twin does not."""
    assert disagreement(pose(claim, 0, np.float64), 0) < AGREES
    for tried, overflows in ((claim, True), (BY_NAME[claim.pair], False)):
        posed = pose(tried, 0)
        with np.errstate(all="ignore"):
            results = [posed.loss(*posed.args), *claimed(posed).values()]
        assert all(r.dtype == np.float32 for r in results)
        assert all(np.isfinite(r).all() for r in results) is not overflows


@chosen(lambda claim: claim.cause == "imprecise")
def test_imprecise_gradients_have_the_digits_of_float32(claim: WildClaim) -> None:
    """Arguments in float64, the formula right, and an error between 1e-9 and 1e-6 of the truth."""
    posed = pose(claim, 0)
    assert all(x.dtype == np.float64 for x in tensors(posed.args).values())
    true, got = claimed(pose(BY_NAME[claim.pair], 0)), claimed(posed)
    worst = max(float(abs(got[n] - t).max() / abs(t).max()) for n, t in true.items())
    assert 1e-9 < worst < 1e-6
