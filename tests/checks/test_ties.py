"""Ties of several comparisons in one line, and what no convention gives."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status

X = np.array([1.5, -2.0, 1.5])


def bounded(x: Any) -> Any:
    """Two bounds in one line."""
    return np.sum(np.maximum(np.minimum(x, 2.0), -1.0) ** 2)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_each_comparison_of_a_line_has_a_convention_of_its_own(low: float, high: float) -> None:
    """A value on its lower bound says nothing of one on its upper bound."""
    x = np.array([-1.0, 2.0, 0.5, -1.0, 3.0])

    def gradient(x: Any) -> Any:
        slope = ((x > -1) & (x < 2)) + low * (x == -1) + high * (x == 2)
        return 2 * np.clip(x, -1, 2) * slope

    assert backproof.check(bounded, gradient, x).status is Status.KINK
    wrong = backproof.check(bounded, lambda x: gradient(x) + 9 * (x == 2), x)
    assert wrong.status is Status.WRONG


def twice(x: Any) -> Any:
    """A bend that is met twice."""
    return np.sum(3 * np.maximum(np.maximum(x, 0), 0))


def test_a_bend_that_is_met_twice_is_a_bend() -> None:
    """Neither of the two comparisons moves the slope alone; both together do."""
    x = np.array([0.0, 1.0, -1.0])
    assert backproof.check(twice, lambda x: 3.0 * (x > 0), x).status is Status.KINK


def lengths(x: Any) -> Any:
    """The lengths of rows, the first of which is 0."""
    return np.sum(np.array([3.0, 0.5]) * np.sqrt(np.sum(x * x, axis=1)))


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ([0.0, 0.0], Status.KINK),
        ([1.8, 2.4], Status.KINK),
        ([0.0, -3.0], Status.KINK),
        ([0.0, 3.1], Status.WRONG),
        ([np.nan, np.nan], Status.WRONG),
    ],
)
def test_a_length_of_0_has_no_slope_beyond_its_own(row: list[float], status: Status) -> None:
    """Where a length is 0, its slopes to all sides make a ball; outside of it a claim is wrong."""
    x = np.array([[0.0, 0.0], [4.0, 3.0]])
    assert backproof.check(lengths, lambda _: np.array([row, [0.4, 0.3]]), x).status is status


def apart(x: Any) -> Any:
    """The distances of points, of each to itself among them."""
    return np.sqrt(np.sum((x[:, None] - x[None]) ** 2, axis=-1))


def test_what_is_0_wherever_it_is_moved_to_has_the_slope_0() -> None:
    """The distance of a point to itself is 0 everywhere: its slope is 0 and not unknown."""
    x = np.random.default_rng(3).standard_normal((3, 2))

    def gradient(x: Any, own: float = 1.0) -> Any:
        return 2 * ((x[:, None] - x[None]) / (apart(x) + own * np.eye(3))[..., None]).sum(axis=1)

    assert backproof.check(lambda x: apart(x).sum(), gradient, x)
    lost = backproof.check(lambda x: apart(x).sum(), lambda x: gradient(x, 0.0), x)
    assert (lost.status, lost.code) == (Status.WRONG, "BP122")


@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_the_middle_of_the_slopes_rounds_as_the_rest_does(scale: float) -> None:
    """What is smooth beside a length of 0 has its own digits, which no bend takes."""

    def loss(x: Any) -> Any:
        return np.sqrt(np.sum((x - X) ** 2)) + scale * np.sum(np.sin(3 * x) * np.exp(-x))

    def gradient(x: Any, part: float = 0.0) -> Any:
        smooth = np.exp(-x) * 3 * np.cos(3 * x) - np.exp(-x) * np.sin(3 * x)
        return scale * smooth + np.array([part, 0.0, 0.0])

    assert backproof.check(loss, gradient, X).status is Status.KINK
    assert backproof.check(loss, lambda x: gradient(x, 0.4), X).status is Status.KINK
    assert backproof.check(loss, lambda x: gradient(x, 1.5), X).status is Status.WRONG


def bent(x: Any) -> Any:
    """A square up to 2, and a line beyond: branches of Python's own."""
    return sum(v * v if v <= 2 else 5 * v - 6 for v in x)


@pytest.mark.parametrize(
    ("slope", "status"), [(4, Status.CORRECT), (5, Status.KINK), (4.5, Status.KINK), (6, "wrong")]
)
def test_a_branch_that_is_not_taken_is_one_to_the_other_side(slope: float, status: Any) -> None:
    """At the border; its slope a little beside the border is wrong."""
    x = np.array([0.5, 2.0, 7.0])
    gradient = lambda x: np.where(x == x[1], slope, np.where(x < 2, 2 * x, 5))  # noqa: E731
    assert backproof.check(bent, gradient, x).status == status
    x[1] -= 1e-9
    near = backproof.check(bent, gradient, x)
    assert near.status is Status.WRONG, str(near)


@pytest.mark.parametrize(
    ("slope", "status"), [(0.5, Status.KINK), (0.25, Status.KINK), (0.75, Status.WRONG)]
)
def test_the_mean_of_the_slopes_to_both_sides_may_be_that_of_the_whole(
    slope: float, status: Status
) -> None:
    """Of one maximum after the other half of the slope is a convention, as half of each is."""
    x = np.array([0.0, 3.0, -1.0])
    found = backproof.check(
        lambda x: np.sum(7 * np.maximum(np.abs(np.maximum(x, 0)), 0)),
        lambda x: 7 * np.where(x == 0, slope, x > 0),
        x,
    )
    assert found.status is status, str(found)
