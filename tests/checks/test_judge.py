"""The judge is on trial too: where its own two proofs contradict each other, it says so."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.exact import reverse
from backproof.exact.primitives.elementwise import sin
from backproof.verdict.status import Status

X = np.random.default_rng(0).normal(size=(3, 2))


def loss(x: Any) -> Any:
    """A sum of sines."""
    return (x * np.sin(x)).sum()


def gradient(x: Any) -> Any:
    """Its gradient."""
    return np.sin(x) + x * np.cos(x)


@pytest.fixture
def corrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge whose slope of a sine is twice what it is."""
    sound = reverse.pulling

    def pulling(primitive: Any, stable: bool) -> Any:
        pull = sound(primitive, stable)
        if primitive is not sin or pull is None:
            return pull
        return lambda g, y, *xs, **settings: pull(g * 2.0, y, *xs, **settings)

    monkeypatch.setattr(reverse, "pulling", pulling)


@pytest.mark.usefixtures("corrupt")
def test_a_judge_with_a_wrong_slope_accuses_itself() -> None:
    """The right gradient is not called wrong: the Taylor remainder knows no slopes."""
    verdict = backproof.check(loss, gradient, X)
    assert verdict.status is Status.UNDECIDED
    assert verdict.code == "BP901"


def test_a_sound_judge_confirms_what_is_wrong() -> None:
    """By a remainder of order 1."""
    verdict = backproof.check(loss, lambda x: gradient(x) * 1.001, X)
    assert verdict.status is Status.WRONG
    assert verdict.findings[0].order == pytest.approx(1, abs=1e-6)


def test_a_mask_that_picks_another_number_of_elements_aside_is_borne() -> None:
    """A tensor that is never the larger one has no slope, and stairs are looked for: aside from the
    point the mask picks fewer elements, which no later step of the record would fit.
    """

    def picked(x: Any, c: Any) -> Any:
        return np.maximum(np.roll(x[x > 0.0] ** 2, 1), c * c).sum()

    def gradient(x: Any, c: Any) -> Any:
        return np.zeros_like(x), 2 * c * (x > 0.0).sum()

    x, c = np.array([0.05, 0.9, 0.02, -0.8]), np.array([2.0])
    assert backproof.check(picked, gradient, x, c)
    assert backproof.check(picked, lambda x, c: (0 * x, 2 * c), x, c).status is Status.WRONG
