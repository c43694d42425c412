"""What a run changes is put back: attributes, globals, arrays, generators, exchanged names."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, D103

import functools
import random
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import backproof.programs.numpy.running as running
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.numbers import Number
from backproof.programs.run import CannotFollow
from programs.numpy.trial import loss_of, recorded, truth

VECTOR = np.random.default_rng(0).normal(size=5)
TOTAL, TABLE = 0, {"scale": np.ones(5)}


class Layer:
    count = 0
    rng = np.random.default_rng(3)

    def __init__(self):
        self.W, self.kept, self.seen = np.ones(5), [], set()

    def __call__(self, x):
        global TOTAL
        TOTAL += 1
        Layer.count += 1
        self.kept.append(x)
        self.seen.add(TOTAL)
        self.W *= 2
        self.buffer = np.zeros(5)
        self.buffer[:] = x * self.W
        TABLE["scale"][0] += 1
        noise = self.rng.normal(size=5) + np.random.randn(5) + random.random()  # noqa: NPY002
        return (self.buffer * noise * TABLE["scale"]).sum() * TOTAL * Layer.count


@dataclass(slots=True)
class Slots:
    a: Any = None


@functools.lru_cache
def remembered(n):
    return np.ones(n) * 2


def test_all_that_a_run_changes_is_put_back() -> None:
    """Afterwards everything is as it was, and the next plain run gives the recorded value."""
    layer = Layer()
    run = recorded(layer, VECTOR)
    assert (TOTAL, Layer.count, layer.kept, layer.seen) == (0, 0, [], set())
    assert vars(layer).keys() == {"W", "kept", "seen"}
    assert type(layer.W) is np.ndarray and (layer.W == 1).all()
    assert type(TABLE["scale"]) is np.ndarray and (TABLE["scale"] == 1).all()
    (y,) = run.outputs.values()
    state, python = np.random.get_state(), random.getstate()  # noqa: NPY002
    own = Layer.rng.bit_generator.state
    assert loss_of(layer, VECTOR) is None
    assert float(recorded(layer, VECTOR).outputs["loss"].value) == float(y.value)
    assert random.getstate() == python and Layer.rng.bit_generator.state == own
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), state, strict=True))  # noqa: NPY002


def test_an_error_leaves_nothing_exchanged() -> None:
    """Whatever a run ends with, names and containers are what they were."""
    before, held = dict(globals()), {"np": np}

    def failing(x: Any) -> Any:
        held["other"] = np.zeros(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recorded(failing, VECTOR)
    assert all(globals()[name] is value for name, value in before.items())
    assert held == {"np": np}


def test_a_run_without_end_is_given_up() -> None:
    """After as many steps as it may make, and all is put back."""

    def endless(x: Any) -> Any:
        while True:
            TABLE["scale"] = x = x * 1.0

    with pytest.raises(CannotFollow, match="more than 100 steps"):
        running.run_pair(
            endless, endless, {"x": VECTOR}, lambda at: [at["x"]], lambda _: {}, most=100
        )
    assert type(TABLE["scale"]) is np.ndarray and (TABLE["scale"] == 1).all()


def test_another_thread_is_not_followed() -> None:
    """What another thread does meanwhile makes plain arrays and no steps."""
    made: list[Any] = []

    def forward(x: Any) -> Any:
        thread = threading.Thread(target=lambda: made.append(np.exp(np.zeros(3))))
        thread.start()
        thread.join()
        kinds.append(type(made[0]))
        return x.sum() * made[0][0]

    kinds: list[Any] = []
    assert loss_of(forward, VECTOR) is None
    assert float(recorded(forward, VECTOR).outputs["loss"].value) == VECTOR.sum()


def test_runs_nest() -> None:
    """A run inside of a run has a record of its own."""

    def outer(x: Any) -> Any:
        return (x * float(truth(running_inside())[0].sum())).sum()

    def running_inside() -> Any:
        return recorded(lambda z: (z**2).sum(), np.ones(2))

    run = recorded(outer, VECTOR)
    np.testing.assert_allclose(truth(run)[0], np.full(5, 4.0))


def test_slots_caches_and_closures_are_followed() -> None:
    """Attributes of slots, remembered results and variables of closures, and put back after it."""
    slots, buffer = Slots(), np.zeros(5)

    def forward(x: Any) -> Any:
        slots.a = x**2
        buffer[:] = slots.a
        return (buffer * remembered(5)).sum()

    np.testing.assert_allclose(truth(recorded(forward, VECTOR))[0], 4 * VECTOR)
    assert slots.a is None and type(buffer) is np.ndarray and not buffer.any()
    assert type(remembered(5)) is np.ndarray


def test_what_is_returned_is_plain() -> None:
    """Gradients are handed over as plain arrays, with steps in the same record."""
    square = lambda a: (a["x"] ** 2).sum()  # noqa: E731
    gradient = lambda a: {"x": [2 * v for v in a["x"]]}  # noqa: E731
    run = running.run_pair(
        square,
        gradient,
        {"x": VECTOR},
        lambda at: [{"x": at["x"]}],
        lambda found: {"x": np.asanyarray(found["x"])},
    )
    assert not isinstance(run.returned["x"], Traced | Number)
    np.testing.assert_array_equal(run.returned["x"], 2 * VECTOR)
    claimed = run.claimed["x"]
    assert claimed is not None and claimed.record is run.record
    assert claimed.primitive.name == "move"


class Operator:
    xp, zeros, table = np, np.zeros, np.arange(5.0)

    def __call__(self, x, weights=np.arange(5.0)):  # noqa: B008
        made = self.xp.zeros(5)
        made[:] = x
        other = self.zeros(5)
        other += x
        return made.sum() + other.sum() + self.table.dot(x) + weights.dot(x)


def test_attributes_of_classes_and_defaults_are_followed() -> None:
    """Modules, makers and arrays that a class holds or a parameter has, and put back after it."""
    before, defaults = dict(vars(Operator)), Operator.__call__.__defaults__
    run = recorded(Operator(), VECTOR)
    np.testing.assert_allclose(truth(run)[0], 2 + 2 * np.arange(5.0))
    assert dict(vars(Operator)) == before and Operator.__call__.__defaults__ is defaults
