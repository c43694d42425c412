"""Random expressions: the generator is right and repeatable, and the trial notices a bad judge."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from verdict.moving import move

from backproof.exact.precision import FLOAT32, FLOAT64
from backproof.power.expressions import trial
from backproof.power.expressions.arrays import JOIN, SUMS
from backproof.power.expressions.draw import drawn
from backproof.power.expressions.elementwise import ONE, TWO
from backproof.power.expressions.linear import PRODUCTS
from backproof.power.expressions.moves import MOVES
from backproof.power.expressions.outcome import ACCUSED, DETECTED, MISSED, RAISED
from backproof.power.expressions.source import STYLES, Fault, compiled, source
from backproof.power.rounding.formats import Format, formats

OPERATIONS = (*ONE, *TWO, *SUMS, *PRODUCTS, *MOVES, JOIN)
DOUBLE, SINGLE = Format(FLOAT64), Format(FLOAT32)


def test_every_operation_is_drawn() -> None:
    """Six hundred expressions use the whole table."""
    used = {s.operation.value for k in range(600) for s in drawn(0, k).statements}
    assert used == {o.value for o in OPERATIONS}


@pytest.mark.parametrize("number", range(60))
def test_gradients_are_those_of_central_differences(number: int) -> None:
    """What is called right is right, by a witness that knows no rules."""
    expression = drawn(2, number)
    forward, backward = compiled(source(expression, "np"), f"<{number}>", np)
    xs = [np.array(x) for x in expression.inputs.values()]
    y, cache = forward(*xs)
    dy = np.random.default_rng(number).standard_normal(np.shape(y))
    directions = [np.random.default_rng(k).standard_normal(x.shape) for k, x in enumerate(xs)]
    slope = sum(np.sum(g * d) for g, d in zip(backward(dy, cache), directions, strict=True))
    h = 1e-5
    up, down = (
        np.sum(forward(*(x + s * d for x, d in zip(xs, directions, strict=True)))[0] * dy)
        for s in (h, -h)
    )
    assert slope == pytest.approx((up - down) / (2 * h), rel=2e-5, abs=1e-6)


def test_an_expression_is_known_by_its_seed_and_number() -> None:
    """The same numbers give the same source and inputs, others give others."""
    one, again, other = drawn(5, 3), drawn(5, 3), drawn(5, 4)
    assert source(one, "np") == source(again, "np") != source(other, "np")
    for a, b in zip(one.inputs.values(), again.inputs.values(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("style", range(len(STYLES)))
def test_a_fault_is_in_one_element(style: int) -> None:
    """It has the size that is asked for, and is nowhere else."""
    expression = drawn(0, 0)
    tensor, x = next(iter(expression.inputs.items()))
    fault = Fault(tensor, (0,) * x.ndim, 1e-3, style)
    gradients = []
    for own in (None, fault):
        forward, backward = compiled(source(expression, "np", own), f"<{own}>", np)
        y, cache = forward(*expression.inputs.values())
        gradients.append(backward(np.ones_like(y), cache))
    (right, *others), (wrong, *same) = gradients
    off = wrong / right - 1
    assert abs(off.flat[0]) == pytest.approx(1e-3, rel=1e-9)
    assert not off.ravel()[1:].any()
    assert all(np.array_equal(a, b) for a, b in zip(others, same, strict=True))


def test_the_judge_makes_no_mistake() -> None:
    """At a fixed seed, in the two formats of NumPy that most people use."""
    found = trial.run(20, [1], [DOUBLE, SINGLE])
    assert found.passed, str(found)
    assert not found.undecided
    detected = [n.get(DETECTED, 0) for sizes in found.counts.values() for n in sizes.values()]
    assert sum(detected) > 30


@pytest.mark.parametrize("f", [f for f in formats() if f.namespace == "torch"], ids=str)
def test_the_judge_makes_no_mistake_in_torch(f: Format) -> None:
    """The same in halves, by torch's own engine."""
    found = trial.run(5, [1], [f])
    assert found.passed, str(found)
    assert not found.undecided


def test_a_judge_that_sees_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formulas of which none is ever off: what is missed is listed with its source and seed."""
    from backproof.checks.measured import Tensor

    monkeypatch.setattr(Tensor, "off", property(lambda t: np.zeros(t.truth.shape, dtype=bool)))
    found = trial.run(12, [1], [DOUBLE])
    assert not found.passed
    first = next(m for m in found.mistakes if m.outcome == MISSED)
    assert "def backward" in first.source and f"number {first.number}" in str(found)
    assert any(m.outcome == MISSED for m in trial.both(DOUBLE, first.seed, first.number))


def test_a_judge_that_accuses_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units a hundred times too small."""
    move(monkeypatch, "LIMIT", 0.01)
    found = trial.run(8, [1], [DOUBLE])
    assert any(m.outcome == ACCUSED for m in found.mistakes)


def test_a_judge_that_raises_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial goes on, and says so."""

    def raising(*_: Any) -> Any:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("backproof.power.rounding.formats.measure", raising)
    found = trial.run(3, [1], [DOUBLE])
    assert [m.outcome for m in found.mistakes] == [RAISED] * 3


def test_the_result_is_plain() -> None:
    """JSON values, and a seed that was drawn is told."""
    found = replace(trial.run(4, None, [DOUBLE]), seconds=0.0)
    assert len(found.seeds) == 2
    assert str(found.seeds[1]) in str(found)
    assert set(found.to_json()) >= {"count", "seeds", "counts", "mistakes", "passed"}
