"""The witnesses on trial: strangers who agree, and who know how well they know."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from backproof import manual
from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    HalfSquaredError,
    Layer,
    Loss,
    Network,
    Tanh,
    values,
)
from backproof.architectures.strategies import ACTIVATIONS, LOSSES
from backproof.reference import jax_grad, torch_autograd

seeds = st.integers(0, 999)


def case_of(layer: Layer, loss: Loss, seed: int, dtype: Any = "float64") -> Case:
    """A tame case with one layer between two dense ones."""
    network = Network(3, (Dense(4), layer, Dense(2)), loss)
    return Case(network, 3, dtype, Drawn("tame", seed))


def close(these: Any, those: Any, tolerance: float) -> bool:
    """Whether two answers agree on every tensor, relative to its largest element."""
    return all(
        np.abs(these[name] - those[name]).max() <= tolerance * (np.abs(those[name]).max() + 1e-30)
        for name in those
    )


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=repr)
def test_torch_jax_and_manual_know_the_same_layer(layer: Layer) -> None:
    """Three forward passes written apart, one function and one gradient, in both dtypes."""
    for dtype, tolerance in (("float64", 1e-12), ("float32", 1e-4)):
        case = case_of(layer, HalfSquaredError("sum"), 1, dtype)
        by_hand = manual.gradient(case.network, *values(case))
        torch, jax = torch_autograd.answer_to(case).tensors, jax_grad.answer_to(case).tensors
        assert close(torch, by_hand, tolerance)
        assert close(jax, by_hand, tolerance)
        assert {str(t.dtype) for t in (*torch.values(), *jax.values())} == {dtype}


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_torch_jax_and_manual_know_the_same_loss(loss: Loss) -> None:
    """The same for every loss, its reduction and its kind of targets."""
    case = case_of(Tanh(), loss, 2)
    by_hand = manual.gradient(case.network, *values(case))
    assert close(torch_autograd.answer_to(case).tensors, by_hand, 1e-12)
    assert close(jax_grad.answer_to(case).tensors, by_hand, 1e-12)


def test_jax_compiles_a_network_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed of the same network traces nothing again; another batch size does."""
    traces = []
    evaluate = jax_grad.evaluate

    def counting(*args: Any) -> Any:
        traces.append(1)
        return evaluate(*args)

    monkeypatch.setattr(jax_grad, "evaluate", counting)
    jax_grad.compiled.cache_clear()
    case = case_of(Tanh(), HalfSquaredError("mean"), 77)
    jax_grad.answer_to(case)
    assert len(traces) == 1
    jax_grad.answer_to(replace(case, data=Drawn("wide", 5)))
    assert len(traces) == 1
    jax_grad.answer_to(replace(case, batch=5))
    assert len(traces) == 2


def test_a_run_of_descents_starts_where_it_is_told_and_follows_the_gradient() -> None:
    """torch's and jax's first step is start - rate gradient."""
    case = case_of(Tanh(), HalfSquaredError("sum"), 3)
    tensors, target = values(case)
    start = {name: t for name, t in tensors.items() if name != "dx"}
    g = manual.gradient(case.network, tensors, target)
    for descend in (torch_autograd.descend, jax_grad.descend):
        (after,) = descend(case.network, start, [(tensors["dx"], target)], 0.1)
        for name, t in after.items():
            np.testing.assert_allclose(t, start[name] - 0.1 * g[name], rtol=1e-12)
