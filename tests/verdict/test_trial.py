"""The trial set of the numbers that decide: the judge says of every claim what is right of it."""

import pytest

from backproof.verdict.status import Status
from verdict.claim import Tried, undiagnosed
from verdict.claims import CLAIMS

RIGHT = (Status.CORRECT, Status.KINK, Status.ACCEPTED)


@pytest.mark.parametrize("claim", CLAIMS, ids=[c.name for c in CLAIMS])
def test_every_claim_is_told_what_is_right_of_it(
    claim: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its status, what the evidence says besides, and truth for right ones alone."""
    undiagnosed(monkeypatch)
    verdict = claim.judged()
    assert verdict.status is claim.status, str(verdict)
    assert claim.said in verdict.evidence + verdict.diagnosis
    assert bool(verdict) is (claim.status in RIGHT)


def test_every_status_is_had_by_a_claim() -> None:
    """Names are unique, and the set has what is told of anybody."""
    assert len({c.name for c in CLAIMS}) == len(CLAIMS)
    assert {c.status for c in CLAIMS} == set(Status)
