"""Training runs beside the true one: what rounding makes, and what a fault does."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from backproof.architectures import INPUT, CrossEntropy, Dense, DType, Network, SiLU, Tensors
from backproof.manual import gradient
from backproof.reference import jax_grad, torch_autograd
from backproof.suite.trajectories import Training, descend, error_ratios, runs
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
