"""Properties of every hand-derived rule, of whatever it is a rule."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof import manual
from backproof.architectures import Case, Dense, Drawn, Layer, Loss, Network, values
from backproof.architectures.strategies import ACTIVATIONS, LOSSES, networks

LAYERS: tuple[Layer, ...] = (Dense(3), *ACTIVATIONS)
seeds = st.integers(0, 2**16)
batches = st.integers(1, 5)
each_layer = pytest.mark.parametrize("layer", LAYERS, ids=repr)
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def apply(layer: Layer, n: int, seed: int, dtype: str = "float64") -> tuple[Any, Any, Any, Any]:
    """(x, p, y, pullback) of a layer on a random batch of n samples of 4 features."""
    rng = np.random.default_rng(seed)
    _, shapes = layer.signature((4,))
    p = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    x = rng.standard_normal((n, 4)).astype(dtype)
    return x, p, *manual.LAYER_RULES[type(layer)](layer, p, x)


def flat(dx: Any, dp: dict[str, Any]) -> Any:
    """All gradients of a layer in one vector."""
    return np.concatenate([dx.ravel(), *(dp[name].ravel() for name in sorted(dp))])


@each_layer
@given(n=batches, seed=seeds)
def test_a_pullback_is_linear_in_the_cotangent(layer: Layer, n: int, seed: int) -> None:
    """pullback(2 u - 3 v) = 2 pullback(u) - 3 pullback(v)."""
    _, _, y, pullback = apply(layer, n, seed)
    u, v = np.random.default_rng(seed + 1).standard_normal((2, *y.shape))
    together, apart = (
        flat(*pullback(2 * u - 3 * v)),
        2 * flat(*pullback(u)) - 3 * flat(*pullback(v)),
    )
    np.testing.assert_allclose(together, apart, rtol=1e-12, atol=1e-12)


@each_layer
@given(n=batches, seed=seeds)
def test_a_pullback_is_adjoint_to_the_forward_derivative(layer: Layer, n: int, seed: int) -> None:
    """<dy, J v> = <pullback(dy), v>, with J v by a central difference of the forward pass."""
    x, p, y, _ = apply(layer, n, seed)
    rng, h = np.random.default_rng(seed + 1), 1e-5
    dy, v = rng.standard_normal(y.shape), rng.standard_normal(x.shape)
    dp_v = {name: rng.standard_normal(t.shape) for name, t in p.items()}
    x = np.where(abs(x) < 1e-3, 1.0, x)  # off the kinks, which have no derivative
    rule = manual.LAYER_RULES[type(layer)]
    ends = [rule(layer, {k: p[k] + s * dp_v[k] for k in p}, x + s * v)[0] for s in (h, -h)]
    dx, dp = rule(layer, p, x)[1](dy)
    backward = (dx * v).sum() + sum((dp[name] * dp_v[name]).sum() for name in p)
    assert (dy * (ends[0] - ends[1]) / (2 * h)).sum() == pytest.approx(backward, rel=1e-6, abs=1e-7)


@each_layer
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_no_rule_leaves_the_dtype_it_is_given(layer: Layer, dtype: str) -> None:
    """float16, float32, float64 and longdouble come out as they went in, forward and backward."""
    _, _, y, pullback = apply(layer, 3, 0, dtype)
    dx, dp = pullback(y)
    assert {y.dtype, dx.dtype, *(g.dtype for g in dp.values())} == {np.dtype(dtype)}


@each_layer
@given(n=batches, seed=seeds)
def test_a_rule_leaves_its_inputs_as_they_were_and_answers_the_same_twice(
    layer: Layer, n: int, seed: int
) -> None:
    """Nothing is changed in place, and the cache of a pullback does not wear out."""
    x, p, y, pullback = apply(layer, n, seed)
    dy = np.random.default_rng(seed + 1).standard_normal(y.shape)
    before = [a.copy() for a in (x, dy, *p.values())]
    first, second = flat(*pullback(dy)), flat(*pullback(dy))
    np.testing.assert_array_equal(first, second)
    for a, b in zip((x, dy, *p.values()), before, strict=True):
        np.testing.assert_array_equal(a, b)


@given(network=networks, n=batches, seed=seeds)
def test_a_permuted_batch_permutes_dx_and_leaves_the_rest(
    network: Network, n: int, seed: int
) -> None:
    """The order of the samples changes no parameter's gradient beyond rounding."""
    tensors, target = values(Case(network, n, "float64", Drawn("tame", seed)))
    order = np.random.default_rng(seed).permutation(n)
    here = manual.gradient(network, tensors, target)
    there = manual.gradient(network, {**tensors, "dx": tensors["dx"][order]}, target[order])
    for name, g in here.items():
        expected = g[order] if name == "dx" else g
        np.testing.assert_allclose(there[name], expected, rtol=1e-9, atol=1e-12 * len(order) ** 2)


@each_loss
@given(n=batches, seed=seeds)
def test_mean_is_sum_over_the_number_of_terms(loss: Loss, n: int, seed: int) -> None:
    """One sample twice doubles a sum and leaves a mean, and so do its gradients."""
    case = Case(Network(3, (), loss), n, "float64", Drawn("tame", seed))
    tensors, target = values(case)
    once = manual.gradient(case.network, tensors, target)
    doubled = {"dx": np.concatenate([tensors["dx"]] * 2)}
    twice = manual.gradient(case.network, doubled, np.concatenate([target] * 2))
    factor = 2 if loss.reduction == "sum" else 1
    assert twice["loss"] == pytest.approx(factor * once["loss"])
    np.testing.assert_allclose(twice["dx"][:n], factor / 2 * once["dx"], rtol=1e-12)
