"""Training on real digits, and whether the comparison of runs detects one that goes astray."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from backproof.architectures import INPUT, CrossEntropy, Dense, DType, Network, SiLU, Tensors
from backproof.manual import gradient
from backproof.reference import jax_grad, torch_autograd
from backproof.suite import digits, trajectories
from backproof.suite.digits import accuracy, beginning, load, train_digits
from backproof.suite.trajectories import Training, descend, error_ratios, losses, runs
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT

STEPS, FAULTY = 24, 9


def small(dtype: DType = "float32") -> Training:
    """A short training of a small network on random images."""
    rng = np.random.default_rng(1)
    network = Network(6, (Dense(5), SiLU(), Dense(4)), CrossEntropy("mean", "index"))
    shapes = network.parameters.items()
    start = {name: (rng.standard_normal(shape) / 2).astype(dtype) for name, shape in shapes}
    batches = [
        (rng.standard_normal((8, 6)).astype(dtype), rng.integers(4, size=8)) for _ in range(STEPS)
    ]
    return Training(network, start, batches, 0.5, dtype)


def compared(training: Training, trained: dict[str, list[Tensors]]) -> dict[str, np.ndarray]:
    """The error ratio of each run after every step."""
    steps = list(error_ratios(training, trained))
    return {name: np.array([step[name] for step in steps]) for name in trained}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_right_runs_stay_within_rounding_at_every_step(dtype: DType) -> None:
    """No run of right gradients is ever further from the true parameters than rounding puts it."""
    training = small(dtype)
    trained = {name: list(run) for name, run in runs(training).items() if run}
    assert set(trained) == {"manual", "torch", "jax"}
    for name, error_ratio in compared(training, trained).items():
        assert len(error_ratio) == STEPS
        assert error_ratio.max() < LIMIT, name
        assert error_ratio.max() > 0.01, f"{name} is compared with itself"


def test_a_slightly_wrong_rate_is_seen_from_the_first_step() -> None:
    """A rate off by one part in 10,000 detects the framework that has it, and no other."""
    training = small()
    off = training.rate * (1 + 1e-4)
    setting = (training.network, training.start, training.batches)
    trained = {
        "manual": list(descend(training)),
        "torch": list(torch_autograd.descend(*setting, off)),
        "jax": list(jax_grad.descend(*setting, training.rate)),
    }
    error_ratio = compared(training, trained)
    assert error_ratio["torch"].min() > 4 * LIMIT
    assert max(error_ratio["manual"].max(), error_ratio["jax"].max()) < LIMIT


def stumbling(training: Training, part: float) -> Iterator[Tensors]:
    """The run of `manual` with one step's gradient too large by a part of itself."""
    before = list(descend(replace(training, batches=training.batches[:FAULTY])))
    x, target = training.batches[FAULTY]
    g = gradient(training.network, {INPUT: x, **before[-1]}, target)
    p = {n: t - training.rate * np.float32(1 + part) * g[n] for n, t in before[-1].items()}
    after = replace(training, start=p, batches=training.batches[FAULTY + 1 :])
    yield from [*before, p, *descend(after)]


def test_one_wrong_step_is_seen_from_that_step_on() -> None:
    """A gradient off by a thousandth in one step shows at that step, and in all that follow."""
    training = small()
    error_ratio = compared(training, {"stumbling": list(stumbling(training, 1e-3))})["stumbling"]
    assert error_ratio[:FAULTY].max() < LIMIT
    assert error_ratio[FAULTY:].min() > 4 * LIMIT


def test_a_run_that_is_not_finite_is_infinitely_far_off() -> None:
    """A run whose parameters become NaN has an infinite error ratio, never a small one."""
    training = small()
    run = list(descend(training))
    run[FAULTY]["0.b"] = run[FAULTY]["0.b"] * np.float32("nan")
    assert compared(training, {"lost": run})["lost"][FAULTY] == np.inf


def test_the_true_run_has_bits_to_spare() -> None:
    """With twice the bits for the true run, no error ratio changes in its ninth digit."""
    training = small()
    trained = {"manual": list(descend(training))}
    once, twice = (
        [step["manual"] for step in error_ratios(training, trained, b)] for b in (200, 400)
    )
    assert once == pytest.approx(twice, rel=1e-9, abs=0)


def test_training_leaves_its_start_and_batches_alone() -> None:
    """No run changes the first parameters or the batches, which the next run is given too."""
    training, untouched = small(), small()
    for run in runs(training).values():
        assert run and len(list(run)) == STEPS
    for name, t in untouched.start.items():
        assert np.array_equal(training.start[name], t)
    for (x, target), (x_before, target_before) in zip(
        training.batches, untouched.batches, strict=True
    ):
        assert np.array_equal(x, x_before) and np.array_equal(target, target_before)


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
