"""Training on real digits, and whether the comparison of runs detects one that goes astray."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backproof.suite import digits, trajectories
from backproof.suite.digits import accuracy, beginning, load, train_digits
from backproof.suite.trajectories import Training, descend, losses
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT


def test_manual_gradients_alone_learn_the_digits() -> None:
    """Training by `manual` reaches 97% on images it has not seen, and twice the same parameters."""
    images = load()
    training = beginning(images)
    run, again = list(descend(training)), list(descend(training))
    assert accuracy(run[-1], images) >= 0.97
    assert accuracy(training.start, images) < 0.3
    loss = losses(training, run)
    assert np.mean(loss[-44:]) < loss[0] / 20
    assert all(np.array_equal(t, again[-1][name]) for name, t in run[-1].items())


def test_the_test_images_are_a_fair_part_and_unseen() -> None:
    """Every digit has its share of the 360 test images, and no batch holds one of them."""
    images = load()
    assert (images.x.shape, images.x_test.shape) == ((1437, 64), (360, 64))
    assert all(34 <= n <= 38 for n in np.bincount(images.digit_test, minlength=10))
    assert (images.x.min(), images.x.max()) == (0, 1)
    tested = {x.tobytes() for x in images.x_test}
    assert not any(x.tobytes() in tested for x, _ in beginning(images).batches for x in x)


@pytest.fixture
def three_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digits, but for three steps only."""

    def short(images: digits.Images) -> Training:
        training = beginning(images)
        return replace(training, batches=training.batches[:3])

    monkeypatch.setattr(digits, "beginning", short)


@pytest.mark.usefixtures("three_steps")
def test_the_document_is_whole_and_strict_json() -> None:
    """It holds an error ratio for every step of every run, and two verdicts, both correct."""
    heard = []
    found = train_digits(lambda stage, share: heard.append((stage, share)))
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["steps"] == len(document["train_loss"]) == 3
    assert document["data"]["train"] + document["data"]["test"] == 1797
    assert {n: len(t) for n, t in document["trajectories"].items()} == dict.fromkeys(
        ("manual", "torch", "jax"), 3
    )
    assert max(e for t in document["trajectories"].values() for e in t) < LIMIT
    assert len(set(document["test_accuracy"].values())) == 1
    assert [v.status for v in found.verdicts] == [Status.CORRECT] * 2
    assert all(not v.silent and v.seconds < 5 for v in found.verdicts)
    assert [v["case"]["data"]["label"] for v in document["verdicts"]] == [
        "digits, first weights",
        "digits, last weights",
    ]
    stages = dict(heard)
    assert set(stages.values()) == {1.0} and len(stages) == 5


@pytest.mark.usefixtures("three_steps")
def test_a_framework_that_is_absent_is_reported_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without JAX its run and accuracy are None, the note says so, and the others are compared."""

    def absent(witness: str) -> str | None:
        return "absent: no such module" if witness == "jax" else None

    monkeypatch.setattr(trajectories, "absent", absent)
    monkeypatch.setattr(digits, "absent", absent)
    document = train_digits().to_json()
    assert document["trajectories"]["jax"] is document["test_accuracy"]["jax"] is None
    assert len(document["trajectories"]["torch"]) == 3
    assert "jax is absent: no such module." in document["note"]
    assert "torch" not in document["note"]


@pytest.mark.usefixtures("three_steps")
@pytest.mark.parametrize("stage", ["training by torch", "comparing", "judging"])
def test_an_interruption_gets_through(stage: str) -> None:
    """Ctrl-C at any stage ends the training."""

    def interrupt(under_way: str, share: float) -> None:
        if under_way.startswith(stage):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_digits(interrupt)
