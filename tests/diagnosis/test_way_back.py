"""The usual way back on trial: it has the true gradients, and they are the sum of its edges."""

from typing import Any

import numpy as np
import planting
import pytest

from backproof.diagnosis.way_back import WayBack, way_back
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.programs.numpy.running import run_pair
from backproof.programs.run import Run


def true(run: Run) -> dict[str, Any]:
    """The gradients of a run by reverse mode."""
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    found = gradients(seeds, list(run.inputs.values()))
    return {n: 0.0 if g is None else g.value for n, g in zip(run.inputs, found, strict=True)}


def recorded(loss: Any, x: Any) -> Run:
    """A loss alone."""
    return run_pair(loss, lambda x: None, {"x": x}, lambda at: [at["x"]], lambda g: {"x": None})


def through(way: WayBack, part: Step) -> dict[str, Any]:
    """What comes through one use of a number."""
    without = way.gradients({part.number: (0, lambda k, given, vs: np.zeros(part.shape))})
    return {n: way.here[y.number] - without[n] for n, y in way.program.truth.items()}


LOSSES = (
    lambda x: np.maximum(x, 0.3 * x).sum(),
    lambda x: (np.clip(x, -0.5, 0.5) * x).sum(),
    lambda x: (np.cumsum(x, axis=0) ** 2).sum(),
    lambda x: np.sort(x, axis=1)[:, 0].sum() + x.max(),
    lambda x: (x + np.sin(x) * x[::-1]).sum(),
    lambda x: (np.linalg.inv(x[:3, :3] + 4 * np.eye(3)) ** 2).sum(),
)
X = np.random.default_rng(0).standard_normal((3, 4))
RUNS = {
    **{layer: planting.recorded(layer, planting.backward(layer)[0]) for layer in planting.SHAPES},
    **{f"loss {k}": recorded(loss, X) for k, loss in enumerate(LOSSES)},
}


@pytest.mark.parametrize("name", RUNS)
def test_it_has_the_true_gradients(name: str) -> None:
    """Loops, windows, branches, sums, products and linear algebra."""
    run = RUNS[name]
    way = way_back(run)
    assert way is not None
    for n, t in true(run).items():
        assert np.allclose(way.here[way.program.truth[n].number], t, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", RUNS)
def test_a_gradient_is_what_comes_through_the_uses_of_its_tensor(name: str) -> None:
    """Each use has an edge of its own, and there are no others."""
    run = RUNS[name]
    way = way_back(run)
    assert way is not None
    for n, t in true(run).items():
        uses = [
            part
            for e in way.edges
            for step, part in zip(e.steps, e.parts, strict=True)
            if step.inputs[e.slot] is run.inputs[n]
        ]
        whole = sum(through(way, part)[n] for part in uses)
        assert np.allclose(whole, t, rtol=1e-9, atol=1e-12)


def test_what_is_too_large_has_none() -> None:
    """The work is bounded by the number of numbers."""
    assert way_back(recorded(lambda x: (x * x).sum(), np.ones((1000, 1000)))) is None
