"""The trial set: forward and backward of every claim, right or wrong, leave a whole record."""

import numpy as np
import pytest
from wild import WildClaim
from wild.behaviour import MISBEHAVIOUR
from wild.trial import pose, tensors

from backproof.programs.complete import incomplete
from programs.numpy.claims import NOT_RUN, RUNNING, record


@pytest.mark.parametrize("claim", RUNNING, ids=[c.name for c in RUNNING])
def test_every_claim_is_recorded_completely(claim: WildClaim) -> None:
    """Forward and backward: nothing has left the record, and nothing is another a little aside."""
    run = record(claim)
    at = {n: np.array(t) for n, t in tensors(pose(claim, 0).args).items()}
    lost = incomplete(run, lambda moved: record(claim, moved), at)
    assert lost is None or lost.harmless, str(lost)
    assert not run.record.escapes


def test_the_causes_left_out_are_misbehaviour() -> None:
    """No claim is left out for a wrong formula."""
    assert {*MISBEHAVIOUR, "state"} >= NOT_RUN
