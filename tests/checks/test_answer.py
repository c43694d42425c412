"""The answer to a check: what counts of all that was found."""

from typing import Any

import numpy as np

import backproof
from backproof.checks.answer import judge_claim
from backproof.checks.claim import Claim, Context, Observed, Runs
from backproof.verdict.status import Status
from backproof.verdict.verdict import Subject


def refuses(at: Any) -> Any:
    """Nothing can be run."""
    raise AssertionError(at)


def test_of_nothing_nothing_is_said() -> None:
    """A claim without a gradient to judge, and without a fault, is undecided and not right."""
    nothing = Observed((), (), (), {})
    subject = Subject("0", "nothing", "check", "", 0, "")
    claim = Claim(subject, {}, {}, {}, nothing, refuses, Runs(refuses, refuses), Context())
    verdict = judge_claim(claim, 0)
    assert verdict.status is Status.UNDECIDED and not verdict


def test_a_loss_that_overflows_where_its_truth_does_not_is_broken() -> None:
    """Whatever its gradient; where the truth itself is infinite, nobody is to blame."""

    def loss(x: Any) -> Any:
        return np.log(np.exp(x).sum())

    def gradient(x: Any) -> Any:
        e = np.exp(x - x.max())
        return e / e.sum()

    assert backproof.check(loss, gradient, np.array([1.0, 2.0])).status is Status.CORRECT
    assert backproof.check(loss, gradient, np.array([1000.0, 999.0])).status is Status.BROKEN
