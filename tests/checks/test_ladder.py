"""What a rung refuses: a record whose steps are not what the run computed."""

import numpy as np
import pytest

import backproof
from backproof.exact.primitive import BY_UFUNC
from backproof.verdict.status import Status

X = np.random.default_rng(1).normal(size=4)


@pytest.mark.parametrize("part", [1.0, 1.01])
def test_a_step_with_another_function_s_value_is_no_evidence(
    part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that has the cosine for the sine: exact arithmetic is silent, differences decide."""
    monkeypatch.setitem(BY_UFUNC, np.sin, BY_UFUNC[np.cos])
    verdict = backproof.check(lambda x: np.sin(x).sum(), lambda x: part * np.cos(x), X)
    assert verdict.status is (Status.CORRECT if part == 1 else Status.WRONG)
    assert "cos gives another number than its operation" in verdict.silent["exact"]
