"""`check_torch` on the trial set, and on what gradcheck misjudges."""

from functools import cache

import pytest
from wild_frameworks import ALSO, FrameworkClaim, claims

from backproof import Verdict, check_torch
from backproof.power.beside_gradcheck import measure_beside_gradcheck
from backproof.verdict import Status
from checks.in_torch.functions import code

CLAIMS = claims("check_torch")
BEHAVIOUR = ("input-changed", "state", "not-deterministic", "wrong-shape", "imprecise")
DIAGNOSED = 0.8
"""At least this share of the wrong ones is explained as the one who planted the fault would."""


@cache
def verdict_of(name: str) -> Verdict:
    """What is said of a claim of the trial set, once."""
    (claim,) = (claim for claim in CLAIMS if claim.name == name)
    return check_torch(*claim.arguments(0), name=name, **claim.options)


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_right_claims_pass_and_wrong_ones_do_not(claim: FrameworkClaim) -> None:
    """Every claim of the trial set is decided, and as its label says; misbehaviour is named."""
    verdict = verdict_of(claim.name)
    assert verdict.status is not Status.UNDECIDED
    assert bool(verdict) is claim.right, str(verdict)
    if claim.cause in BEHAVIOUR:
        assert verdict.code == code(claim.cause)


def test_most_causes_are_named() -> None:
    """Of four wrong claims in five the first diagnosis is the one on the label."""
    wrong = [claim for claim in CLAIMS if not claim.right]
    told = {c.name: (c.cause, *ALSO.get(c.cause, ())) for c in wrong}
    named = [verdict_of(name).code in map(code, slugs) for name, slugs in told.items()]
    assert sum(named) >= DIAGNOSED * len(wrong)


def test_a_lost_constant_is_named_with_the_path_that_it_belongs_to() -> None:
    """Of two paths through a product one is divided by another number: that is named."""
    verdict = verdict_of("torch gelu, unexplained")
    said = " ".join(verdict.diagnosis.split())
    assert verdict.code == code("factor")
    assert "`x * torch.exp(-x * x / 2) / math.sqrt(2)` (torch_pointwise.py:" in said
    assert "`math.sqrt(2)` is 1.41421 and should be 2.50663, the square root of 2 pi" in said


def test_it_is_right_wherever_gradcheck_s_defaults_are_not() -> None:
    """All ten functions, float32, kinks and ties among them: ours is right, gradcheck's is not."""
    rows = measure_beside_gradcheck()
    assert len(rows) == 10
    assert {row.function: row.verdicts for row in rows} == {
        row.function: (True, False) for row in rows
    }
    assert all(row.ours_ms > 0 and row.to_json()["theirs"] is row.theirs for row in rows)
