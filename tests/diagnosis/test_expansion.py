"""The graph of a forward pass on trial: its gradients are the true ones, number by number."""

from typing import Any

import numpy as np
import planting
import pytest

from backproof.diagnosis.expansion import graph_of
from backproof.exact.reverse import gradients
from backproof.programs.numpy.running import run_pair
from backproof.programs.run import Run


def true(run: Run) -> dict[str, Any]:
    """The gradients of a run by reverse mode."""
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    found = gradients(seeds, list(run.inputs.values()))
    return {n: 0.0 if g is None else g.value for n, g in zip(run.inputs, found, strict=True)}


def agree(run: Run) -> bool:
    """Whether a graph has the gradients of its run."""
    graph = graph_of(run)
    assert graph is not None
    own = graph.gradients(graph.slope)
    return all(np.allclose(own[n], t, rtol=1e-9, atol=1e-12) for n, t in true(run).items())


@pytest.mark.parametrize("layer", planting.SHAPES)
def test_a_graph_has_the_true_gradients(layer: str) -> None:
    """Loops, windows, products and softmax, all of their numbers."""
    assert agree(planting.recorded(layer, planting.backward(layer)[0]))


def recorded(loss: Any, x: Any) -> Run:
    """A loss alone."""
    return run_pair(loss, lambda x: None, {"x": x}, lambda at: [at["x"]], lambda g: {"x": None})


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: np.maximum(x, 0.3 * x).sum(),
        lambda x: (np.clip(x, -0.5, 0.5) * x).sum(),
        lambda x: (np.cumsum(x, axis=0) ** 2).sum(),
        lambda x: np.sort(x, axis=1)[:, 0].sum() + x.max(),
        lambda x: np.where(x > 0, x**2, -x).sum(),
        lambda x: (np.linalg.inv(x[:3, :3] + 4 * np.eye(3)) ** 2).sum(),
        lambda x: np.linalg.det(x[:3, :3] + 4 * np.eye(3)),
    ],
)
def test_branches_sums_and_matrices_have_edges(loss: Any) -> None:
    """Choices, running sums, winners, and linear algebra by its Jacobian."""
    assert agree(recorded(loss, np.random.default_rng(0).standard_normal((3, 4))))


def test_what_is_too_large_has_no_graph() -> None:
    """The work is bounded by the number of edges."""
    assert graph_of(recorded(lambda x: (x @ x).sum(), np.ones((64, 64)))) is None
