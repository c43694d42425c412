"""The backward pass followed: the very line is named, right claims and random errors are not."""

from typing import Any

import numpy as np
import planting
import pytest
from mutation import Mutation
from mutations import MUTATIONS

from backproof.checks.claim import Context
from backproof.checks.measure import measure
from backproof.diagnosis import Diagnosis, explained
from backproof.diagnosis.explaining import followed
from backproof.programs.run import Run

LAYERS = tuple(planting.SHAPES)
SLOW = ("gru", "lstm")
"""Layers with a loop, of which fewer mistakes are tried."""
TRIED = [
    m
    for k, m in enumerate(MUTATIONS)
    if (m.kind in ("operator", "index") if m.layer in SLOW else k % 5)
]
NAMED, UNEXPLAINED = 0.9, 0.1
"""The share of mistakes whose very line is named at least, and of those without a cause at most."""


def lines(run: Run) -> list[int]:
    """The lines at which a run's backward pass is said to go wrong."""
    return [m.place.line for m in followed(run) if m.place is not None]


def diagnosed(run: Run, layer: str) -> Diagnosis | None:
    """What the diagnosis says of a run."""
    measured = measure(run, run.returned, {n: x.value.dtype for n, x in run.inputs.items()}, 0)
    dy = next((s.value for s in run.cotangents.values()), None)
    output = next(iter(run.outputs.values())).value
    return explained(measured, Context(planting.inputs(layer), output, dy))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_right_backward_pass_is_not_blamed(layer: str, dtype: str) -> None:
    """No step of a right backward pass is at fault, whatever its rounding."""
    assert followed(planting.recorded(layer, planting.backward(layer)[0], dtype=dtype)) == []


def test_the_line_of_a_mistake_is_named() -> None:
    """Of mistakes as a machine makes them most are named by their line, few have no cause."""
    named = unexplained = 0
    for mutation in TRIED:
        wrong, line = planting.backward(mutation.layer, mutation)
        run = planting.recorded(mutation.layer, wrong)
        found = diagnosed(run, mutation.layer)
        assert found is not None, mutation
        named += f"_backward.py:{line})" in f"{found.detail} {found.step}"
        unexplained += found.slug == "unexplained"
    assert named >= NAMED * len(TRIED), (named, len(TRIED))
    assert unexplained <= UNEXPLAINED * len(TRIED), (unexplained, len(TRIED))


WRONG_VARIABLE = Mutation("layer_norm", "along = (dh * h)", "along = (dh * x)", "variable")


def test_it_says_what_should_stand_there() -> None:
    """The expression, and what it should be."""
    wrong, line = planting.backward("layer_norm", WRONG_VARIABLE)
    found = diagnosed(planting.recorded("layer_norm", wrong), "layer_norm")
    assert found is not None and found.slug == "swapped" and found.tensors == ("x",)
    assert f"`dh * x` (layer_norm_backward.py:{line}): `x` should be `h`" in found.detail
    assert all(len(row) <= 80 for row in str(found).splitlines())


def test_a_mistake_in_a_loop_is_named_once() -> None:
    """One operation of a loop is one step, whose operand is another one at every turn."""
    mutation = Mutation("gru", "dn = dh * (1 - z)", "dn = dh * z", "variable")
    wrong, line = planting.backward("gru", mutation)
    (told,) = followed(planting.recorded("gru", wrong))
    assert told.place is not None and told.place.line == line and told.slug == "swapped"
    assert "`z` should be `1 - z`" in told.words and len(told.tensors) == 8


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_mistake_is_named_in_any_format(dtype: str) -> None:
    """The search is in float64, so that coarse rounding hides nothing."""
    wrong, line = planting.backward("layer_norm", WRONG_VARIABLE)
    assert lines(planting.recorded("layer_norm", wrong, dtype=dtype)) == [line]


def test_two_mistakes_are_two() -> None:
    """Tensors that different steps make wrong have each their own line."""
    right = planting.backward("cosine")[0]

    def wrong(dy: Any, a: Any, b: Any) -> Any:
        found = right(dy, a, b)
        return {"a": -found["a"], "b": 3 * found["b"]}

    told = followed(planting.recorded("cosine", wrong))
    assert sorted(m.tensors for m in told) == [("a",), ("b",)]
    assert {m.slug for m in told} == {"sign", "factor"}


@pytest.mark.parametrize("layer", ["layer_norm", "attention", "cross_entropy"])
def test_random_errors_have_no_cause(layer: str) -> None:
    """Numbers out of the blue are located, and called by no mistake's name."""
    right = planting.backward(layer)[0]
    shape = planting.SHAPES[layer]["x"]
    random = np.random.default_rng(5)
    kept = random.random(shape) < 0.5
    noise = random.standard_normal(int(kept.sum()))

    def wrong(*args: Any) -> Any:
        found = right(*args)
        found["x"][kept] = noise
        return found

    run = planting.recorded(layer, wrong)
    assert [(m.slug, m.tensors) for m in followed(run)] == [("unexplained", ("x",))]
    found = diagnosed(run, layer)
    assert found is not None and found.slug == "unexplained" and found.tensors == ("x",)
