"""Where nothing can be followed: rounding far above the normal is told from a wrong formula."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status

X = np.array([0.7, -1.3, 2.1, 0.2])


def as_text(x: Any) -> Any:
    """The same numbers, as no run can follow them."""
    return np.array([float(repr(float(v))) for v in x.ravel()]).reshape(x.shape)


def hidden(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that is given them so."""
    return lambda x: function(as_text(x))


def loss(x: Any) -> Any:
    """A sum of softplus."""
    return np.sum(np.logaddexp(0, x))


def gradient(x: Any) -> Any:
    """Its gradient."""
    return 1 / (1 + np.exp(-x))


def few_digits(x: Any) -> Any:
    """The same, of which a large number leaves a few digits."""
    return (gradient(x) + 2.0**33) - 2.0**33


GRADIENTS: list[tuple[Any, Status]] = [
    (gradient, Status.CORRECT),
    (few_digits, Status.IMPRECISE),
    (lambda x: gradient(x) * (1 + 1e-5), Status.WRONG),
    (lambda x: gradient(x) - 1e-5 * np.sin(x), Status.WRONG),
    (lambda x: gradient(x) * np.array([1, 1, 1, 0]), Status.WRONG),
]


@pytest.mark.parametrize(("claim", "status"), GRADIENTS)
@pytest.mark.parametrize("forward", [hidden(loss), loss])
def test_what_jumps_is_rounding_and_what_stays_is_wrong(
    forward: Any, claim: Any, status: Status
) -> None:
    """By differences alone, and against the truth of a forward pass that was followed."""
    verdict = backproof.check(forward, hidden(claim), X)
    assert verdict.status is status, str(verdict)
    if status is Status.IMPRECISE:
        assert verdict.code == "BP301"
    assert ("forward followed" in verdict.evidence) == (forward is loss)


PEAKS = np.array([1.5, -0.5, 1.5, 0.0, 1.5])
WINNERS: list[tuple[Any, Status]] = [
    (lambda x: x == np.max(x[np.argmax(x)]), Status.WRONG),
    (lambda x: np.arange(len(x)) == np.argmax(x), Status.KINK),
    (lambda x: (x == x.max()) / np.sum(x == x.max()), Status.KINK),
    (lambda x: np.zeros(len(x)), Status.WRONG),
]


@pytest.mark.parametrize(("share", "status"), WINNERS)
def test_what_elements_may_have_alone_they_may_not_have_together(
    share: Any, status: Status
) -> None:
    """Of equal maxima each may have the whole slope, or nothing; not all of them."""
    cubed = hidden(lambda x: np.max(x) ** 3)
    found = backproof.check(cubed, hidden(lambda x: 3 * x.max() ** 2 * share(x)), PEAKS)
    assert found.status is status and "finite differences" in found.evidence, str(found)


@pytest.mark.parametrize("seen", [lambda x: 0.0, lambda x: x.sum()])
def test_a_value_that_leaves_the_record_at_0_is_noticed(seen: Any) -> None:
    """A part of 0 is 0: an element moves by a part of 1 there."""
    zeros, sine = np.zeros((2, 2)), hidden(lambda x: np.sin(2 * x).sum())
    slope = 2 + (seen(np.ones(1)) > 0)
    right = backproof.check(lambda x: seen(x) + sine(x), lambda x: np.full_like(x, slope), zeros)
    assert right.status is Status.CORRECT, str(right)
    wrong = backproof.check(lambda x: seen(x) + sine(x), lambda x: x + slope - 2, zeros)
    assert wrong.status is Status.WRONG, str(wrong)
