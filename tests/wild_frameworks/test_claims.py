"""The trial set in PyTorch and JAX is on trial itself: every label is true, by other means."""

import numpy as np
import pytest

from backproof.diagnosis.codes import CODES
from wild_frameworks import FrameworkClaim, claims
from wild_frameworks.driving import drive, slopes
from wild_frameworks.labels import BY_NAME, LOOKS, MISBEHAVIOUR

CLAIMS = claims()
SEEDS = range(3)
RESOLVED = 1e-9
"""Differences of the sixth order in float64 are right to 1e-11 here; the smallest fault is 3e-8."""


def discrepancy(claim: FrameworkClaim) -> float:
    """The largest difference of a claimed slope and a measured one, of their size."""
    found = [slope for seed in SEEDS for slope in slopes(drive(claim, seed), seed)]
    return max(abs(claimed - measured) / size for claimed, measured, size in found)


def test_every_claim_has_a_twin_of_the_other_kind() -> None:
    """Names are unique, twins name each other, and one of the two is right."""
    assert len(BY_NAME) == len(CLAIMS)
    for claim in CLAIMS:
        twin = BY_NAME[claim.pair]
        assert twin.pair == claim.name and twin.right is not claim.right and twin.way == claim.way
        assert (claim.cause in ("", "constant-rounding")) is claim.right
    ways = [claim.way for claim in CLAIMS if claim.right]
    assert min(ways.count("check_torch"), ways.count("check_jax")) >= 12


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.right], ids=str)
def test_right_claims_agree_with_differences(claim: FrameworkClaim) -> None:
    """In float64, at three points, along a random direction of every input."""
    assert discrepancy(claim) < RESOLVED


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if not c.right and c.cause not in MISBEHAVIOUR], ids=str
)
def test_wrong_claims_do_not(claim: FrameworkClaim) -> None:
    """They differ from the differences by what those resolve."""
    assert discrepancy(claim) > RESOLVED


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.cause in MISBEHAVIOUR], ids=str)
def test_misbehaviour_is_what_the_label_says(claim: FrameworkClaim) -> None:
    """The wrong claim misbehaves in that way, and its twin does not."""
    misbehaves = MISBEHAVIOUR[claim.cause]
    assert misbehaves(claim) and not misbehaves(BY_NAME[claim.pair])


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.cause in LOOKS], ids=str)
def test_formulas_are_wrong_in_the_way_that_the_label_says(claim: FrameworkClaim) -> None:
    """A sign is a sign, a factor one factor, a transposed gradient the transpose of the right."""
    assert LOOKS[claim.cause](claim)


def test_every_cause_has_a_code() -> None:
    """What a label says, `backproof explain` explains."""
    assert {claim.cause for claim in CLAIMS} - {""} <= set(CODES)


def test_the_arguments_are_the_seed_s_alone() -> None:
    """The same seed draws the same numbers again, in arrays of their own; another one others."""
    for claim in CLAIMS:
        here, again, other = (drive(claim, seed).leaves for seed in (0, 0, 1))
        for a, b in zip(here, again, strict=True):
            assert a is not b and np.array_equal(a, b)
        assert not all(map(np.array_equal, here, other))
