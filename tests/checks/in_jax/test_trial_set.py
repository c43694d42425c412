"""`check_jax` on the trial set and the twenty functions that checkers are compared on."""

from functools import cache, partial

import jax
import numpy as np
import pytest
from wild_frameworks import ALSO, FrameworkClaim, claims
from wild_frameworks.jax_rules import ruled, with_itself

from backproof.checks.check_jax import check_jax
from backproof.diagnosis.codes import CODES
from backproof.power.beside_check_grads import race_check_grads
from backproof.power.twenty import TWENTY, all_off, spoiled
from backproof.verdict import Status, Verdict

X = np.random.default_rng(0).standard_normal((3, 4))
CLAIMS = claims("check_jax")
BY_NAME = {claim.name: claim for claim in CLAIMS}
WRONG = [claim for claim in CLAIMS if not claim.right]
DIAGNOSED = 0.8
"""At least this share of the wrong ones is explained as the one who planted the fault would."""


@cache
def verdict_of(name: str) -> Verdict:
    """What is said of a claim of the trial set, once."""
    claim = BY_NAME[name]
    return check_jax(*claim.arguments(0), name=name, **claim.options)


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_right_ones_pass_and_wrong_ones_do_not(claim: FrameworkClaim) -> None:
    """Of the trial set in JAX nobody is left undecided, nor judged otherwise than is known."""
    verdict = verdict_of(claim.name)
    assert verdict.status is not Status.UNDECIDED
    assert bool(verdict) is claim.right, str(verdict)
    assert claim.cause == "constant-rounding" or not claim.right or not verdict.code


def test_most_causes_are_named() -> None:
    """The first diagnosis is the one on the label."""
    told = {c.name: (c.cause, *ALSO.get(c.cause, ())) for c in WRONG}
    named = [verdict_of(n).code in {CODES[s].code for s in slugs} for n, slugs in told.items()]
    assert sum(named) >= DIAGNOSED * len(WRONG)


def test_a_number_that_ignores_its_cotangent_is_told_from_a_factor() -> None:
    """At a random dy the gradient for dy = 1 is off by 1 / dy, which is no constant of the code."""
    squares = lambda x: (x * x).sum()  # noqa: E731 -- a function as short as its use
    verdict = check_jax(ruled(squares, with_itself(squares), lambda x, _: (2 * x,)), X)
    assert verdict.code == CODES["cotangent-ignored"].code


def test_a_convention_at_a_kink_is_told() -> None:
    """relu at 0 lies between its slopes."""
    assert check_jax(jax.nn.relu, np.array([0.0, 1, -1])).status is Status.KINK


@pytest.mark.parametrize("part", [1e-7, 1e-12])
def test_small_errors_are_found(part: float) -> None:
    """Exactness has no tolerance: a part in 10^12 is as wrong as a sign."""
    for item in TWENTY[2:8]:
        assert not check_jax(spoiled(item.function, partial(all_off, part=part)), *item.inputs(1))


def test_check_grads_is_slower_and_passes_what_is_found_here() -> None:
    """On functions of the table: a first answer in less time, and an error of 10^-7 found."""
    for race in race_check_grads([TWENTY[1], TWENTY[15]]):
        assert race.passed and race.ratio > 1, race
        assert race.ours_finds and not race.theirs_finds
