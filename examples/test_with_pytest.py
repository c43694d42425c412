"""Gradients as tests: the fixture `gradient_oracle` fails a test whose gradient is not right.

pytest examples/test_with_pytest.py
"""

import numpy as np
import pytest

import backproof


def mean_squared_error(y, t):
    """y, t: (n,)"""
    return np.mean((y - t) ** 2)


def right_gradient(y, t):
    """Of y, and of t."""
    dy = 2 * (y - t) / len(y)
    return dy, -dy


def wrong_gradient(y, t):
    """Of the sum, though the loss is the mean."""
    return 2 * (y - t), -2 * (y - t)


def tanh_forward(x):
    """The output is the cache."""
    y = np.tanh(x)
    return y, y


def right_tanh_backward(dy, y):
    """1 - y^2."""
    return dy * (1 - y * y)


def wrong_tanh_backward(dy, x):
    """Takes the cached output for the input."""
    return dy * (1 - np.tanh(x) ** 2)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_loss_has_its_gradient(gradient_oracle, n):
    """One shape is never enough: a batch of 1 forgives what a batch of 7 does not."""
    y, t = np.random.default_rng(n).standard_normal((2, n))
    gradient_oracle.check(mean_squared_error, right_gradient, y, t)


def test_the_layer_has_its_gradient(gradient_oracle):
    """`check_layer`, `check_torch` and `check_jax` are called as backproof's own."""
    x = np.random.default_rng(0).standard_normal((3, 4))
    gradient_oracle.check_layer(tanh_forward, right_tanh_backward, x)


def test_a_wrong_gradient_fails_its_test(gradient_oracle):
    """The failure is an AssertionError, with the verdict as its message."""
    y, t = np.random.default_rng(3).standard_normal((2, 5))
    with pytest.raises(backproof.GradientError):
        gradient_oracle.check(mean_squared_error, wrong_gradient, y, t)


def test_a_wrong_backward_fails_its_test(gradient_oracle):
    """The same for a layer."""
    x = np.random.default_rng(4).standard_normal((3, 4))
    with pytest.raises(backproof.GradientError):
        gradient_oracle.check_layer(tanh_forward, wrong_tanh_backward, x)
