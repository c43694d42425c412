"""The trial set: what the record of a right claim says its gradient is, the claim returns."""

import numpy as np
import pytest
from wild import WildClaim

from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.reverse import gradients
from programs.numpy.claims import RUNNING, record

SINGLE = ("float32", "large numbers", "partition function")
"""Claims that compute in float32."""
RIGHT = [c for c in RUNNING if c.right and c.cause != "convention"]


@pytest.mark.parametrize("claim", RIGHT, ids=[c.name for c in RIGHT])
def test_the_truth_of_a_right_claim_is_what_it_returns(claim: WildClaim) -> None:
    """The record over balls has the run's values, and its gradient is the one that is returned."""
    run = record(claim)
    for y, balls in zip(run.outputs.values(), over_balls([*run.outputs.values()]), strict=True):
        np.testing.assert_allclose(midpoints(balls), y.value, rtol=1e-6, atol=1e-12)
    seeds = {y: run.cotangents.get(n, np.ones(y.shape)) for n, y in run.outputs.items()}
    found = gradients(seeds, [*run.inputs.values()], stable=True)
    limit = 1e-6 if any(name in claim.name for name in SINGLE) else 1e-9
    for (name, x), g in zip(run.inputs.items(), found, strict=True):
        true = np.zeros(x.shape) if g is None else midpoints(over_balls([g])[0])
        size = np.abs(true).max(initial=0)
        np.testing.assert_allclose(run.returned[name], true, rtol=0, atol=limit * size)
