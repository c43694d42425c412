"""The rules' own figures: the layers are right, and a judge that is too lenient is noticed."""

from typing import Any

import numpy as np
import pytest
from verdict.moving import move

from backproof.exact.precision import FLOAT16, FLOAT32, FLOAT64
from backproof.power.rounding import trial
from backproof.power.rounding.formats import Format, formats
from backproof.power.rounding.layer import Layer
from backproof.power.rounding.smallest import smallest
from backproof.power.rounding.unstable import UNSTABLE, Unstable
from backproof.verdict.decisions import LIMIT

DOUBLE, SINGLE = Format(FLOAT64), Format(FLOAT32)
FEW = tuple(x for x in trial.LAYERS if x.name in ("dense", "softmax", "layer norm"))


@pytest.mark.parametrize("layer", trial.LAYERS, ids=lambda x: x.name)
def test_layers_are_right_by_central_differences(layer: Layer) -> None:
    """A witness that knows no rules says so too."""
    random = np.random.default_rng(1)
    forward, backward = layer.bound(np)
    xs = [np.array(x) for x in layer.inputs(random)]
    y, cache = forward(*xs)
    dy = np.asarray(random.standard_normal(np.shape(y)))
    directions = [random.standard_normal(x.shape) for x in xs]
    slope = sum(np.sum(g * d) for g, d in zip(backward(dy, cache), directions, strict=True))
    h = 1e-5
    up, down = (
        np.sum(forward(*(x + s * d for x, d in zip(xs, directions, strict=True)))[0] * dy)
        for s in (h, -h)
    )
    assert slope == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-7)


def test_right_layers_are_passed() -> None:
    """All of them, in float64."""
    found = trial.run(1, trial.LAYERS, [DOUBLE])
    assert found.passed, str(found)


@pytest.mark.parametrize("f", [f for f in formats() if f.precision.bits < 24], ids=str)
def test_right_layers_are_passed_in_halves(f: Format) -> None:
    """Some of them, in NumPy's and torch's own."""
    found = trial.run(1, FEW, [f])
    assert found.passed, str(found)


@pytest.mark.parametrize("unstable", UNSTABLE, ids=lambda x: x.name)
def test_unstable_passes_have_the_right_formula(unstable: Unstable) -> None:
    """Where nothing cancels they agree with central differences."""
    layer = unstable.at(0.02)
    if "shift" in unstable.name:
        pytest.skip("it overflows, whatever the format")
    random = np.random.default_rng(0)
    forward, backward = layer.bound(np)
    xs = [np.array(x) for x in layer.inputs(random)]
    y, cache = forward(*xs)
    directions = [random.standard_normal(x.shape) for x in xs]
    gradients = backward(np.ones_like(y), cache)
    slope = sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True))
    h = 1e-6
    up, down = (
        np.sum(forward(*(x + s * d for x, d in zip(xs, directions, strict=True)))[0])
        for s in (h, -h)
    )
    assert slope == pytest.approx((up - down) / (2 * h), rel=1e-4, abs=1e-6)


def _units_times(factor: float) -> Any:
    from backproof.exact.rounding import units

    return lambda *given: [factor * unit for unit in units(*given)]


@pytest.mark.parametrize("f", [DOUBLE, SINGLE, Format(FLOAT16)], ids=str)
def test_a_limit_that_is_too_high_is_noticed(f: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred times: some unstable pass goes free."""
    move(monkeypatch, "LIMIT", 100 * LIMIT)
    found = trial.run(1, FEW[:1], [f])
    assert not all(loss.detected for loss in found.unstable)
    assert not found.passed


@pytest.mark.parametrize("factor", [16.0, 1 / 16])
def test_a_unit_of_another_size_is_noticed(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen times or a sixteenth: the errors of right code no longer are of that size."""
    for module in ("measure", "widened"):
        monkeypatch.setattr(f"backproof.checks.{module}.units", _units_times(factor))
    found = trial.run(1, FEW, [DOUBLE])
    assert not found.shares[0].passed


def test_the_smallest_fault_is_one_rounding_of_a_factor() -> None:
    """A backward pass that is followed shows whatever a float can hold; its floats show less."""
    found = smallest(SINGLE, FEW[1])
    assert found.one == found.all == 2 * FLOAT32.u
    assert FLOAT32.u < found.all_by_floats < found.one_by_floats < 1e-4


def test_the_decisions_stand_beside() -> None:
    """Every number that can turn a verdict, by name, as JSON values."""
    found = trial.run(1, FEW[:1], [SINGLE])
    assert found.to_json()["decisions"]["LIMIT"] == 8
    assert "LIMIT 8" in str(found)
