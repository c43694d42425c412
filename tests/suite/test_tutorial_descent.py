"""The tutorial's training and its steps, against the loss that they go down."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from backproof.suite.tutorial import descent as one_parameter
from backproof.suite.tutorial import loss as last_layer


@pytest.mark.parametrize("seed", range(4))
def test_training_climbs_with_the_printed_sign_and_falls_with_the_right_one(seed):
    """From one start, all the way up towards the worst, all the way down towards 0."""
    run = last_layer.training(seed)
    printed, signed = np.array(run.printed), np.array(run.signed)
    assert printed[0] == signed[0] and len(printed) == len(signed) == last_layer.EPOCHS + 1
    assert (np.diff(printed) > 0).all() and printed[-1] > 1.15 * printed[0]
    assert (np.diff(signed) < 0).all() and signed[-1] < signed[0] / 5
    assert "rises" in str(run).split(";")[0] and "falls" in str(run).split(";")[1]


def test_the_sentence_on_training_follows_the_curves():
    """Swapped curves are told as they are."""
    text = str(last_layer.Training(printed=(2.0, 1.0), signed=(1.0, 2.0)))
    assert "falls from 2.000 to 1.000" in text and "rises from 1.000 to 2.000" in text


def test_the_steps_are_too_small_good_and_too_large(trial):
    """Far from the minimum after 12 updates, at it, and further away at every update."""
    runs = {run["label"]: run for run in trial.to_json()["steps"]["runs"]}
    assert list(runs) == ["too small", "good", "too large"]
    L = {label: [point[1] for point in run["points"]] for label, run in runs.items()}
    assert L["good"][-1] < 1e-12 < 0.01 < L["too small"][-1] < L["too small"][0]
    assert all(b > a for a, b in pairwise(L["too large"]))
    assert L["too large"][-1] > 10 * L["too large"][0]
    sides = [np.sign(A - 1) for A, _ in runs["too large"]["points"]]
    assert all(a == -b for a, b in pairwise(sides))


def test_the_points_lie_on_the_loss_and_on_the_law_of_its_curvature(trial):
    """A_k = 1 + (1 - delta c)^k (A_0 - 1) and L = (A - 1)^2, exactly."""
    steps = trial.to_json()["steps"]
    assert (steps["curvature"], steps["best"], steps["bound"]) == (2.0, 0.5, 1.0)
    assert "2/c = 1," in steps["note"] and "1/c = 1/2." in steps["note"]
    for run in steps["runs"]:
        factor = 1 - Fraction(run["step"]) * 2
        for k, (A, L) in enumerate(run["points"]):
            exact = 1 + factor**k * (one_parameter.START - 1)
            assert Fraction(A) == exact and Fraction(L) == pytest.approx(
                (exact - 1) ** 2, rel=1e-15
            )
