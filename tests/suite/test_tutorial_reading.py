"""The tutorial as it must be read: its gradient by another way, and faults planted in it."""

from dataclasses import replace

import numpy as np
import pytest

from backproof.suite.tutorial import chain, network
from backproof.verdict import Status


def finite_difference(tensors, name):
    """Central differences in float64 of a forward pass written out anew, one loop for each sum."""

    def loss(W_or_b):
        at, a, j = {**tensors, name: W_or_b}, tensors["x"][:, 0] if name != "x" else W_or_b[:, 0], 1
        while f"{j}.W" in at:
            z = [
                sum(at[f"{j}.W"][o, i] * a[i] for i in range(len(a))) + at[f"{j}.b"][o, 0]
                for o in range(len(at[f"{j}.W"]))
            ]
            a, j = [(1 + np.tanh(z_o / 2)) / 2 for z_o in z], j + 1
        return sum((t - p) ** 2 for t, p in zip(at["y"][:, 0], a, strict=True)) / 2

    slopes, h = np.zeros(tensors[name].shape), 1e-5
    for index in np.ndindex(slopes.shape):
        ahead, behind = tensors[name].copy(), tensors[name].copy()
        ahead[index] += h
        behind[index] -= h
        slopes[index] = (loss(ahead) - loss(behind)) / (2 * h)
    return slopes


def test_the_reading_is_the_gradient_by_finite_differences_too():
    """The gradient as read agrees with slopes of a forward pass written with loops and tanh."""
    tensors = network.draw([3, 4, 2, 3], seed=5)
    g = network.gradient(tensors)
    for name in ("x", "1.W", "1.b", "2.W", "2.b", "3.W", "3.b"):
        np.testing.assert_allclose(g[name], finite_difference(tensors, name), atol=1e-9)


def test_a_batch_of_columns_adds_up_its_samples():
    """The parameters' gradient of several columns is the sum of the columns' gradients."""
    tensors = network.draw([3, 4, 2], seed=1)
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((3, 5)), rng.random((2, 5))
    whole = network.gradient({**tensors, "x": x, "y": y})
    parts = [network.gradient({**tensors, "x": x[:, [m]], "y": y[:, [m]]}) for m in range(5)]
    for name in ("loss", "1.W", "1.b", "2.W", "2.b"):
        np.testing.assert_allclose(whole[name], sum(p[name] for p in parts), rtol=1e-12)


READ = network.READ
FAULTS = {
    "W not transposed": replace(READ, da=lambda dz, W: network.times(W, dz)),
    "a not transposed": replace(READ, dW=lambda dz, a: network.times(dz, a)),
    "dW transposed": replace(READ, dW=lambda dz, a: network.times(a, dz.T)),
    "slope forgotten": replace(READ, dz=lambda da, slope: da),
    "slope twice": replace(READ, dz=lambda da, slope: da * slope * slope),
    "sign of the last layer": replace(READ, last=lambda y, y_hat: y - y_hat),
    "last layer without its half": replace(READ, last=lambda y, y_hat: 2 * (y_hat - y)),
    "off by a part in a billion": replace(READ, da=lambda dz, W: W.T @ dz * (1 + 1e-9)),
}
FITS_NOWHERE = {"a not transposed"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_reading_is_detected(fault):
    """Where all layers have 4 neurons nearly every fault fits in shape, and is found out."""
    judged = chain.judge_reading(FAULTS[fault], network.draw([4, 4, 4, 4], seed=3), seed=0)
    assert judged.status is (Status.BROKEN if fault in FITS_NOWHERE else Status.WRONG)
    assert judged.status is Status.BROKEN or judged.order == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("fault", ["W not transposed", "a not transposed", "dW transposed"])
def test_a_forgotten_transpose_does_not_fit_layers_of_unequal_size(fault):
    """With layers of 3, 4 and 2 neurons the shapes alone detect."""
    judged = chain.judge_reading(FAULTS[fault], network.draw([3, 4, 2], seed=3), seed=0)
    assert judged.status is Status.BROKEN
    assert "(" in judged.evidence


def test_layers_of_one_neuron_obey_the_chain_as_printed():
    """Where everything is a number, order and transposes do not matter."""
    judged = chain.judge_reading(chain.LITERAL, network.draw([1] * 5, seed=3), seed=0)
    assert judged.status is Status.CORRECT
